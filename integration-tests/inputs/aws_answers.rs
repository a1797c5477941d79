//! Takes any bytes as AWS's answer to one call: the first line is the call and the status, the rest
//! is the body. All other calls get the good answers of the corpus.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::SdkConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_sts::config::retry::RetryConfig;
use aws_sdk_sts::config::{BehaviorVersion, Credentials, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use provision::aws::{Aws, Connections, Session};
use provision::engine::node::{Node, Observations};
use provision::engine::observed::{Consent, Observed};
use provision::engine::plan;
use provision::engine::resource;
use provision::render;
use provision::settings::Settings;
use provision::survey::survey;
use provision::systems::{self, Goal, Systems};
use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::deployment::{Deployment, EXTERNAL_ID};
use super::{corpus, printable, told};
use crate::harness::call::Call;

/// The most requests of one check. An endless list would exceed the limit.
const MOST_REQUESTS: usize = 5_000;

/// The status and the body of an answer.
type Answer = (u16, Vec<u8>);

/// The answers, and the calls that were made.
#[derive(Debug, Default)]
struct Script {
    good: BTreeMap<String, Answer>,
    chosen: Option<(String, Answer)>,
    asked: BTreeSet<String>,
    requests: usize,
}

/// Answers without a network.
#[derive(Debug, Clone, Default)]
struct Answers(Arc<Mutex<Script>>);

impl Answers {
    fn with<T>(&self, act: impl FnOnce(&mut Script) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl HttpClient for Answers {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Answers {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let headers = request.headers();
        let target = request.uri().splitn(4, '/').nth(3).unwrap_or_default();
        let body = request.body().bytes().unwrap_or_default();
        let call = Call::of(request.method(), target, |name| headers.get(name), body);
        let name = format!("{}:{}", call.service, call.operation);
        let (status, body) = self.with(|script| {
            script.requests += 1;
            assert!(script.requests <= MOST_REQUESTS, "{name} never ends");
            script.asked.insert(name.clone());
            let chosen = script.chosen.as_ref().filter(|(it, _)| *it == name);
            let chosen = chosen.map(|(_, answer)| answer);
            let answer = chosen.or_else(|| script.good.get(&name)).cloned();
            answer.unwrap_or_else(|| panic!("the corpus has no answer to {name}"))
        });
        let status = status.try_into().expect("a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body))))
    }
}

/// A deployment whose AWS is the script.
struct Stage {
    answers: Answers,
    aws: Aws,
    deployment: Deployment,
    systems: Systems,
    /// The nodes whose observation makes a call.
    nodes: BTreeMap<String, Vec<Node>>,
    runtime: Runtime,
}

thread_local! {
    static STAGE: Stage = Stage::new();
}

/// Reads a file of the corpus: the call, and its answer.
pub fn parse(bytes: &[u8]) -> Option<(String, Answer)> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let (head, body) = (str::from_utf8(&bytes[..end]).ok()?, &bytes[end + 1..]);
    let (call, status) = head.rsplit_once(' ')?;
    let status = status
        .parse()
        .ok()
        .filter(|code| (200..600).contains(code))?;
    Some((call.to_owned(), (status, body.to_vec())))
}

impl Stage {
    fn new() -> Self {
        let answers = Answers::default();
        for entry in fs::read_dir(corpus("aws_answers")).expect("the corpus") {
            let file = fs::read(entry.expect("an entry").path()).expect("a file");
            let (call, answer) = parse(&file).expect("a file of the corpus is well formed");
            answers.with(|script| script.good.insert(call, answer));
        }
        let credentials = Credentials::new("123456789012", "test", None, None, "inputs");
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .region(aws_config::Region::from_static("eu-west-1"))
            .endpoint_url("http://127.0.0.1")
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::disabled())
            .http_client(answers.clone());
        let session = Session {
            profile: None,
            config: config.build(),
            path_style: true,
            region: None,
        };
        let deployment = Deployment::new("");
        let systems = systems::named(&deployment.settings, Goal::Present);
        let (_, stop) = watch::channel(false);
        let Settings {
            account, regions, ..
        } = &deployment.settings;
        let mut stage = Stage {
            aws: Connections::new(32, stop).account(&session, account.as_ref(), regions),
            // The clock is simulated, so a pause between two attempts takes no time.
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .start_paused(true)
                .build()
                .expect("a runtime"),
            answers,
            deployment,
            systems: systems.expect("the documents are good"),
            nodes: BTreeMap::new(),
        };
        stage.nodes = stage.nodes_by_call();
        stage
    }

    /// The nodes of the deployment.
    fn laid_out(&self) -> Vec<Node> {
        let layout = systems::lay_out(&self.systems, &self.deployment.site());
        layout.expect("the documents are good").nodes
    }

    /// Observes each node and records its calls.
    fn nodes_by_call(&self) -> BTreeMap<String, Vec<Node>> {
        let mut nodes: BTreeMap<String, Vec<Node>> = BTreeMap::new();
        let count = self.laid_out().len();
        for index in 0..count {
            self.answers.with(|script| script.asked.clear());
            let node = self.laid_out().swap_remove(index);
            let observed = self.observe(&node);
            assert!(observed.is_ok(), "{observed:?}");
            for call in self.answers.with(|script| script.asked.clone()) {
                let node = self.laid_out().swap_remove(index);
                nodes.entry(call).or_default().push(node);
            }
        }
        nodes
    }

    fn observe(&self, node: &Node) -> Result<Observed, provision::aws::AwsError> {
        let aws = self.aws.on_behalf_of(node.address());
        let observing = resource::observe(node.resource.as_ref(), &aws);
        self.runtime.block_on(observing)
    }
}

/// Observes the nodes that make the call, and plans with the observations.
pub fn check(bytes: &[u8]) {
    let Some((call, answer)) = parse(bytes) else {
        return;
    };
    // A failure names the service by the prefix of IAM's actions.
    let service = call
        .split_inclusive(':')
        .next()
        .unwrap_or_default()
        .to_owned();
    STAGE.with(|stage| {
        stage.answers.with(|script| {
            script.requests = 0;
            script.chosen = Some((call.clone(), answer));
        });
        match stage.nodes.get(&call) {
            Some(nodes) => {
                for node in nodes {
                    match stage.observe(node) {
                        Ok(observed) => plans(stage, node, observed),
                        Err(error) => told(&error.failure(), &[&service], EXTERNAL_ID),
                    }
                }
            }
            // Only a whole survey reads names and the caller.
            None if stage.answers.with(|script| script.good.contains_key(&call)) => {
                surveys(stage, &service);
            }
            None => {}
        }
        stage.answers.with(|script| script.chosen = None);
    });
}

fn plans(stage: &Stage, node: &Node, observed: Observed) {
    let observations: Observations = [(node.address().clone(), observed)].into();
    let plan = plan::plan(
        std::slice::from_ref(node),
        &observations,
        Consent::default(),
    );
    shows(stage, &plan);
}

fn surveys(stage: &Stage, service: &str) {
    let survey = survey(&stage.systems, &stage.aws);
    match stage.runtime.block_on(survey) {
        Ok(survey) => {
            let plan = plan::plan(&survey.nodes, &survey.observed, Consent::default());
            shows(stage, &plan);
        }
        Err(failure) => told(
            &failure,
            &[service, "the credentials belong to"],
            EXTERNAL_ID,
        ),
    }
}

fn shows(stage: &Stage, plan: &plan::Plan) {
    let site = stage.deployment.site();
    let [brief, details] = [false, true].map(|details| {
        let view = render::plan::View {
            site: &site,
            findings: &BTreeMap::new(),
            width: 80,
            details,
        };
        view.text(plan)
    });
    let json = render::json::plan(&site, plan).to_string();
    for text in [&brief, &details] {
        assert!(printable(text), "{text:?}");
    }
    for shown in [&brief, &details, &json] {
        assert!(!shown.contains(EXTERNAL_ID), "{shown}");
    }
}
