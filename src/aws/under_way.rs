//! What is under way in an account, for whoever shows it to a person.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use tokio::task_local;
use tokio::time::Instant;

use super::operation::Operation;

/// A call that is under way, from its first attempt to its last.
#[derive(Debug, Clone)]
pub struct UnderWay {
    /// The operation that is called.
    pub operation: Operation,
    /// The address of the resource for which it is called.
    pub resource: Option<String>,
    /// When the first attempt began.
    pub since: Instant,
    /// How many attempts got no answer.
    pub unanswered: u32,
    /// What the next attempt waits for, if AWS refused the last one.
    pub waits_for: Option<&'static str>,
}

/// What is under way in one account.
#[derive(Debug, Default)]
pub struct Activity(Mutex<Now>);

#[derive(Debug, Default)]
struct Now {
    /// The number of the next call.
    next: usize,
    calls: BTreeMap<usize, UnderWay>,
    credentials: Option<Instant>,
    expected: usize,
    read: usize,
}

impl Activity {
    fn now(&self) -> MutexGuard<'_, Now> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The calls that are under way, the oldest first.
    pub fn calls(&self) -> Vec<UnderWay> {
        self.now().calls.values().cloned().collect()
    }

    /// Since when the program waits for credentials, if it does.
    pub fn awaits_credentials_since(&self) -> Option<Instant> {
        self.now().credentials
    }

    /// How many reads are done, and how many are known to be needed.
    pub fn reads(&self) -> (usize, usize) {
        let now = self.now();
        (now.read, now.expected)
    }

    /// Forgets the reads so far: others begin.
    pub fn count_reads_anew(&self) {
        let mut now = self.now();
        (now.read, now.expected) = (0, 0);
    }

    /// Adds to the reads that are known to be needed.
    pub fn expect_reads(&self, count: usize) {
        self.now().expected += count;
    }

    /// Notes that a read is done.
    pub fn count_read(&self) {
        self.now().read += 1;
    }

    /// Awaits `credentials`, which may come from a program or over the network.
    pub(super) async fn awaiting_credentials<T>(&self, credentials: impl Future<Output = T>) -> T {
        self.now().credentials = Some(Instant::now());
        let credentials = credentials.await;
        self.now().credentials = None;
        credentials
    }
}

task_local! {
    /// The call that the SDK makes for us.
    static CALL: Call;
}

/// A call that counts as under way until it is dropped.
#[derive(Debug, Clone)]
pub(super) struct Call(Arc<Counted>);

#[derive(Debug)]
struct Counted {
    of: Arc<Activity>,
    number: usize,
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.of.now().calls.remove(&self.number);
    }
}

impl Call {
    /// A call that begins now.
    pub(super) fn begin(
        of: &Arc<Activity>,
        operation: &Operation,
        resource: Option<&String>,
    ) -> Self {
        let of = Arc::clone(of);
        let mut now = of.now();
        let number = now.next;
        now.next += 1;
        let call = UnderWay {
            operation: operation.clone(),
            resource: resource.cloned(),
            since: Instant::now(),
            unanswered: 0,
            waits_for: None,
        };
        now.calls.insert(number, call);
        drop(now);
        Call(Arc::new(Counted { of, number }))
    }

    fn change(&self, change: impl FnOnce(&mut UnderWay)) {
        self.0.of.now().calls.get_mut(&self.0.number).map(change);
    }

    /// Notes what the next attempt waits for; `None` once it begins.
    pub(super) fn waits_for(&self, what: Option<&'static str>) {
        self.change(|call| call.waits_for = what);
    }

    /// Lets the SDK make an attempt, and count those of its own that get no answer.
    pub(super) async fn attempt<T>(&self, send: impl Future<Output = T>) -> T {
        self.waits_for(None);
        CALL.scope(self.clone(), send).await
    }
}

/// Notes of each call how many of the SDK's own attempts got no answer.
#[derive(Debug)]
pub(super) struct Attempts;

impl Intercept for Attempts {
    fn name(&self) -> &'static str {
        "attempts"
    }

    fn read_before_attempt(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let attempt = bag.load::<RequestAttempts>().map_or(1, |it| it.attempts());
        // The SDK also makes calls of its own, for credentials.
        let _ = CALL.try_with(|call| call.change(|call| call.unanswered = attempt.max(1) - 1));
        Ok(())
    }
}
