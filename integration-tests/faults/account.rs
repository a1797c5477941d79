//! Runs commands in an account of the emulator, within the test's process, as the program runs them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use aws_sdk_iam::types::PolicyScopeType;
use aws_sdk_sts::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_types::retry::RetryConfig;
use provision::aws::{Aws, Connections, Session};
use provision::engine::action::Action;
use provision::engine::address::Address;
use provision::engine::approved::Approved;
use provision::engine::events::{Counts, Events, Outcome};
use provision::engine::execute::execute;
use provision::engine::node::known;
use provision::engine::observed::{Consent, Observed};
use provision::engine::plan::{self, Plan};
use provision::failure::Failure;
use provision::names::Region;
use provision::settings::{self, GeneralFlags, Need, Settings, StackStateFlags};
use provision::survey::{Survey, survey};
use provision::systems::{self, Goal, Systems};
use tokio::sync::watch;

use super::connector::{Aim, FaultClient, Sent};

/// The regions of every run; the first is the main region.
pub const REGIONS: [&str; 2] = ["eu-west-1", "us-east-1"];

/// One of the regions of every run.
pub fn region(index: usize) -> Region {
    REGIONS[index].parse().expect("a region")
}

/// A command of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// `provision apply --yes --remove-restrictions`
    Apply,
    /// `provision destroy --yes`, with or without `--empty-bucket`
    Destroy { empty_bucket: bool },
}

/// The end of a command.
#[derive(Debug)]
pub enum Ending {
    /// Exit code 0.
    Well,
    /// Exit code 1, with the outcome of each step.
    Failed(Vec<(Address, Outcome)>),
    /// Exit code 1, before anything was written.
    Refused(Failure),
    /// Some steps have no outcome, which must not happen.
    Untold(Vec<Address>),
}

/// The consent in the command's flags. A permissions boundary is a part of the drift.
fn consent(command: Command) -> Consent {
    Consent {
        remove_restrictions: true,
        recovery_days: 7,
        delete_content: command == Command::Destroy { empty_bucket: true },
        ..Consent::default()
    }
}

/// The session with the emulator, which the program's own code makes.
pub async fn session() -> Session {
    let endpoint = std::env::var("AWS_ENDPOINT_URL")
        .expect("AWS_ENDPOINT_URL names no emulator: run `make test`");
    let region = "eu-west-1".parse().expect("a region");
    let (_, stop) = watch::channel(false);
    let connections = Connections::new(1, stop);
    connections
        .session(Some(&region), None, Some(&endpoint))
        .await
}

/// An account of one trial.
#[derive(Debug)]
pub struct Account {
    /// The account's id of twelve digits, which in LocalStack is also the access key id.
    pub id: String,
    base: aws_config::SdkConfig,
    path_style: bool,
    settings: Settings,
    to_apply: Systems,
    to_destroy: Systems,
}

impl Account {
    /// The account `id` with the settings of the file `settings`. Everything except the credentials
    /// is from `session`.
    pub fn new(id: String, session: &Session, settings: &Path) -> Self {
        let general = GeneralFlags {
            config: Some(settings.to_owned()),
            ..GeneralFlags::default()
        };
        let flags = StackStateFlags::default();
        let draft = settings::load(&general, &flags, Need::Trust, Path::new("."), &|_| None);
        let settings = draft.and_then(|draft| draft.complete(None));
        let settings = settings.expect("the settings are good");
        let systems = |goal| systems::named(&settings, goal).expect("the documents are good");
        let (to_apply, to_destroy) = (systems(Goal::Present), systems(Goal::Absent));
        let credentials = Credentials::new(&id, "test", None, None, "faults");
        // The pauses between the SDK's attempts are not tested here, and only take time.
        let retry = session.config.retry_config().cloned();
        let retry = retry
            .unwrap_or_else(RetryConfig::standard)
            .with_initial_backoff(Duration::from_millis(1));
        Account {
            base: session
                .config
                .to_builder()
                .credentials_provider(SharedCredentialsProvider::new(credentials))
                .retry_config(retry)
                .build(),
            path_style: session.path_style,
            settings,
            to_apply,
            to_destroy,
            id,
        }
    }

    /// The access to AWS with the faults of `aim`, and the client that counts the calls.
    pub fn aws(&self, aim: Aim) -> (Aws, FaultClient) {
        let real = self.base.http_client().expect("the product sets one");
        let faults = FaultClient::new(real, aim);
        let session = Session {
            profile: None,
            config: self.base.to_builder().http_client(faults.clone()).build(),
            path_style: self.path_style,
            region: None,
        };
        let (_, stop) = watch::channel(false);
        let concurrency = self.settings.connection.concurrency;
        // The emulator never answers late.
        let connections = Connections::new(concurrency, stop).answering_within(Duration::ZERO);
        let aws = connections.account(&session, None, &self.settings.regions);
        (aws, faults)
    }

    /// Runs a command, and returns its end and its requests.
    pub async fn run(&self, command: Command, aim: Aim) -> (Ending, Vec<Sent>) {
        let (aws, faults) = self.aws(aim);
        // On the heap, because a whole run's future is too large for the stack of a test's thread.
        let ending = Box::pin(self.command(command, &aws)).await;
        (ending.unwrap_or_else(Ending::Refused), faults.requests())
    }

    async fn command(&self, command: Command, aws: &Aws) -> Result<Ending, Failure> {
        let (survey, plan) = self.plan(command, aws).await?;
        let reasons = plan.blocked().filter_map(|it| it.decision.reason.clone());
        let reasons: Vec<String> = reasons.collect();
        if command == Command::Apply && !reasons.is_empty() {
            return Err(Failure::new("the plan is blocked").because(reasons.join(", ")));
        }
        let steps = plan.steps.iter();
        let acting = steps.filter(|step| step.decision.action != Action::Keep);
        let acting: BTreeSet<Address> = acting.map(|step| step.address.clone()).collect();
        let approved = Approved {
            plan,
            observed: survey.observed,
            observed_at: survey.observed_at,
            looked_since: survey.looked_since,
            consent: consent(command),
        };
        let (events, _) = Events::channel();
        let results = execute(&survey.nodes, &approved, aws, &events).await;
        let told: BTreeSet<Address> = results.outcomes.iter().map(|o| o.0.clone()).collect();
        if acting != told {
            let untold = acting.symmetric_difference(&told);
            return Ok(Ending::Untold(untold.cloned().collect()));
        }
        if Counts::of(&results.outcomes).all_done() {
            return Ok(Ending::Well);
        }
        Ok(Ending::Failed(results.outcomes))
    }

    async fn plan(&self, command: Command, aws: &Aws) -> Result<(Survey, Plan), Failure> {
        let systems = match command {
            Command::Apply => &self.to_apply,
            Command::Destroy { .. } => &self.to_destroy,
        };
        let survey = survey(systems, aws).await?;
        let mut plan = plan::plan(&survey.nodes, &survey.observed, consent(command));
        if command != Command::Apply {
            plan.steps.reverse();
        }
        Ok((survey, plan))
    }

    /// The state of the account when the command has nothing left to do: the observations of our
    /// resources, and the names of everything that exists. Its form is the same in every account.
    pub async fn state(&self, command: Command) -> Result<BTreeMap<String, String>, String> {
        let (aws, _) = self.aws(Aim::Nothing);
        let (survey, plan) = self
            .plan(command, &aws)
            .await
            .map_err(|failure| failure.to_string())?;
        let changing = plan.steps.iter().filter(|step| {
            plan.has_changes() && step.decision.action != Action::Keep
                || step.decision.action == Action::Blocked
        });
        let changing: Vec<String> = changing
            .map(|step| format!("{} {}", step.address, step.decision.action))
            .collect();
        if !changing.is_empty() {
            return Err(format!("the plan is not empty: {}", changing.join(", ")));
        }
        let keys = known(&survey.observed);
        let mut state = BTreeMap::new();
        for (address, observed) in &survey.observed {
            let text = match observed {
                Observed::Missing => continue,
                Observed::MissingBeside(reason)
                | Observed::Obstructed(reason)
                | Observed::Impossible(reason)
                | Observed::Taken(reason) => reason.clone(),
                Observed::Present(it) => {
                    format!("{:?} {:?} {:?}", it.attributes, it.owner, it.phase)
                }
            };
            let text = keys
                .values()
                .fold(text, |text, arn| text.replace(arn, "KEY"));
            state.insert(address.to_string(), text.replace(&self.id, "ACCOUNT"));
        }
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for thing in self.inventory(&aws).await {
            *counts
                .entry(thing.replace(&self.id, "ACCOUNT"))
                .or_default() += 1;
        }
        state.extend(counts.into_iter().map(|(thing, n)| (thing, n.to_string())));
        Ok(state)
    }

    /// Everything in the account, without the ids that AWS chose.
    async fn inventory(&self, aws: &Aws) -> Vec<String> {
        let mut things = Vec::new();
        let roles = aws.iam().list_roles().send().await.expect("ListRoles");
        let roles = roles.roles.into_iter().map(|role| role.role_name);
        things.extend(roles.map(|name| format!("role {name}")));
        let policies = aws.iam().list_policies().scope(PolicyScopeType::Local);
        let policies = policies.send().await.expect("ListPolicies").policies;
        for policy in policies.unwrap_or_default() {
            let arn = policy.arn.unwrap_or_default();
            let holders = aws.iam().list_entities_for_policy().policy_arn(&arn);
            let holders = holders.send().await.expect("ListEntitiesForPolicy");
            let users = holders.policy_users().iter().map(|it| it.user_name());
            let groups = holders.policy_groups().iter().map(|it| it.group_name());
            let roles = holders.policy_roles().iter().map(|it| it.role_name());
            let holders: BTreeSet<_> = users.chain(groups).chain(roles).flatten().collect();
            things.push(format!("policy {arn} of {holders:?}"));
        }
        let profiles = aws.iam().list_instance_profiles().send().await;
        let profiles = profiles.expect("ListInstanceProfiles").instance_profiles;
        let profiles = profiles.into_iter().map(|it| it.instance_profile_name);
        things.extend(profiles.map(|name| format!("instance profile {name}")));
        for region in REGIONS {
            let region: Region = region.parse().expect("a region");
            if region.name() == REGIONS[0] {
                let buckets = aws.s3(&region).list_buckets().send().await;
                let buckets = buckets.expect("ListBuckets").buckets.unwrap_or_default();
                let buckets = buckets.into_iter().filter_map(|bucket| bucket.name);
                things.extend(buckets.map(|name| format!("bucket {name}")));
            }
            let streams = aws.firehose(&region).list_delivery_streams().send().await;
            let streams = streams.expect("ListDeliveryStreams").delivery_stream_names;
            things.extend(
                streams
                    .iter()
                    .map(|name| format!("stream {name} in {region}")),
            );
            let rules = aws.eventbridge(&region).list_rules().send().await;
            let rules = rules.expect("ListRules").rules.unwrap_or_default();
            things.extend(
                rules
                    .iter()
                    .filter_map(|rule| Some(format!("rule {} in {region}", rule.name.as_ref()?))),
            );
            let kms = aws.kms(&region);
            let aliases = kms.list_aliases().send().await.expect("ListAliases");
            let aliases = aliases.aliases.unwrap_or_default().into_iter();
            things.extend(
                aliases.filter_map(|alias| Some(format!("{} in {region}", alias.alias_name?))),
            );
            let keys = kms.list_keys().send().await.expect("ListKeys");
            for id in keys.keys().iter().filter_map(|key| key.key_id()) {
                let key = kms.describe_key().key_id(id).send().await;
                let key = key.expect("DescribeKey").key_metadata.expect("metadata");
                things.push(format!(
                    "key {:?} {:?} in {region}",
                    key.description, key.key_state
                ));
            }
        }
        things
    }
}
