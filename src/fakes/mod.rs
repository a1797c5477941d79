//! Fakes that the tests of several modules share: settings, and an account with resources in
//! memory.
//!
//! The calls of a fake are made through [`Aws::call`] and fail with AWS's own codes. Therefore
//! retries, classification and stopping are the real ones. Each call takes [`CALL`] on the clock,
//! which the tests pause.

pub mod deployment;
pub mod http;
/// The models are a tool of the tests of the whole program too.
#[path = "../../integration-tests/harness/models.rs"]
mod models;
mod resource;
mod state;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_sts::error::{ErrorMetadata, SdkError};
use aws_sdk_sts::operation::get_caller_identity::GetCallerIdentityError;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use tokio::sync::watch;
use tokio::time::Instant;

pub use resource::{Fake, Pace};
pub use state::{at, attributes, desired, ours, read_back, settled};

use crate::aws::{Aws, Connections, Operation, Session};
use crate::engine::address::Address;
use crate::engine::observed::{Consent, Observed};

/// No consent beside the settings, but to adoption with `adopt`.
pub fn consent(adopt: bool) -> Consent {
    Consent {
        adopt,
        ..Consent::default()
    }
}

/// How long a fake call takes.
pub const CALL: Duration = Duration::from_millis(100);

/// The error of a call, before it is lowered to an [`AwsError`].
pub type CallError = SdkError<GetCallerIdentityError, HttpResponse>;

/// The code and the message of an answer that is an error.
type Refusal = (&'static str, &'static str);

/// An answer of AWS with an error's code and message.
pub fn refusal(code: &str, message: &str) -> CallError {
    let metadata = ErrorMetadata::builder().code(code).message(message);
    let error = GetCallerIdentityError::generic(metadata.build());
    let status = 400.try_into().expect("400 is a status");
    SdkError::service_error(error, HttpResponse::new(status, SdkBody::empty()))
}

/// The error of a call without an answer, which may have had its effect.
pub fn lost() -> CallError {
    SdkError::timeout_error("no answer came")
}

/// Fails if AWS would refuse the request by its own models. Without the models, which
/// `integration-tests/emulator/install models` installs, nothing is checked: a unit test alone needs no
/// Python.
pub fn check_request(request: &HttpRequest) {
    if Path::new(models::PYTHON).exists() {
        models::check(request);
    }
}

/// A way to an account that is never called over the network.
pub fn aws(stop: watch::Receiver<bool>) -> Aws {
    aws_over(&Connections::new(32, stop))
}

/// The same over these connections.
pub fn aws_over(connections: &Connections) -> Aws {
    let session = Session {
        profile: None,
        config: SdkConfig::builder().build(),
        path_style: false,
        region: None,
    };
    connections.account(&session, None, &[])
}

/// The calls that a fake makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Observe,
    Create,
    Update,
    Delete,
}

impl Verb {
    fn operation(self) -> Operation {
        Operation {
            service: "fake",
            name: match self {
                Verb::Observe => "GetThing",
                Verb::Create => "CreateThing",
                // To this operation alone, AWS answers that the changed version is outdated.
                Verb::Update => "UpdateDestination",
                Verb::Delete => "DeleteThing",
            },
            region: None,
        }
    }
}

/// The effect of a call that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// No effect: AWS refused the call, or never received it.
    None,
    /// The full effect: only the answer is an error.
    Done,
}

#[derive(Debug)]
struct Fault {
    verb: Verb,
    name: String,
    left: usize,
    effect: Effect,
    error: fn() -> CallError,
}

#[derive(Debug, Default)]
struct State {
    /// The states of each resource, each with the time from which reads show it.
    histories: BTreeMap<Address, Vec<(Instant, Observed)>>,
    /// When a call created each resource.
    created: BTreeMap<Address, Instant>,
    log: Vec<String>,
    faults: Vec<Fault>,
    lag: Duration,
}

impl State {
    /// The newest state, whether or not reads show it yet.
    fn truth(&self, address: &Address) -> Observed {
        let last = self.histories.get(address).and_then(|h| h.last());
        last.map_or(Observed::Missing, |(_, observed)| observed.clone())
    }

    fn visible(&self, address: &Address) -> Observed {
        let history = self.histories.get(address).into_iter().flatten();
        let now = Instant::now();
        let seen = history.take_while(|(since, _)| *since <= now).last();
        seen.map_or(Observed::Missing, |(_, observed)| observed.clone())
    }

    fn becomes_in(&mut self, time: Duration, address: &Address, observed: Observed) {
        let since = Instant::now() + time + self.lag;
        let history = self.histories.entry(address.clone()).or_default();
        history.push((since, observed));
    }
}

/// An account in memory.
#[derive(Debug, Clone, Default)]
pub struct World(Arc<Mutex<State>>);

impl World {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0
            .lock()
            .expect("no test panics while it holds the state")
    }

    /// Sets the state of a resource without a call. Reads show it at once.
    pub fn put(&self, address: &Address, observed: Observed) {
        let history = vec![(Instant::now(), observed)];
        self.state().histories.insert(address.clone(), history);
    }

    /// Delays the time from which reads show a write by `lag`.
    pub fn lag(&self, lag: Duration) {
        self.state().lag = lag;
    }

    /// Makes the next `times` calls of `verb` on the resource `name` fail.
    pub fn fail(
        &self,
        verb: Verb,
        name: &str,
        times: usize,
        effect: Effect,
        error: fn() -> CallError,
    ) {
        self.state().faults.push(Fault {
            verb,
            name: name.to_owned(),
            left: times,
            effect,
            error,
        });
    }

    /// The state that a read shows now.
    pub fn read(&self, address: &Address) -> Observed {
        self.state().visible(address)
    }

    /// All calls so far, in the order of time: `Create a` when the call is sent, `Create a done`
    /// when it has had its effect.
    pub fn log(&self) -> Vec<String> {
        self.state().log.clone()
    }

    /// The writes that had their effect, in the order of time.
    pub fn writes(&self) -> Vec<String> {
        let log = self.log().into_iter();
        log.filter(|line| !line.starts_with("Observe"))
            .filter_map(|line| line.strip_suffix(" done").map(ToOwned::to_owned))
            .collect()
    }

    /// How often this call was sent.
    pub fn count(&self, call: &str) -> usize {
        self.log().iter().filter(|line| *line == call).count()
    }
}
