//! One call to AWS: it waits for its turn, is logged, and is repeated where that helps.

use std::error::Error as StdError;
use std::time::Duration;

use aws_sdk_sts::error::SdkError;
use aws_sdk_sts::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use tokio::time::Instant;

use super::account::Aws;
use super::error::{AwsError, ErrorKind};
use super::gate::Turn;
use super::operation::Operation;
use super::pauses::{Backoff, Pauses};
use super::under_way::Call;

/// How long a call is repeated while IAM spreads a change, another operation is under way, or AWS
/// throttles.
///
/// AWS names no bound for IAM's propagation; two minutes are more than what is seen in practice.
pub const RETRY_LIMIT: Duration = Duration::from_secs(120);

/// How long the creation of a bucket is repeated that S3 aborts because of another operation.
///
/// That is above all the deletion of a bucket of the same name. S3 frees the name "in many cases"
/// within a few hours, but it "might take 48-72 hours" (AWS re:Post Knowledge Center, "s3 conflicting
/// conditional operation"). Users saw it freed within an hour (aws-cli #2593). Beyond that it is for
/// a person to choose between another name and another day.
const ABORTED_LIMIT: Duration = Duration::from_secs(60 * 60);

/// The longest pause in a wait for S3, which lasts long.
const LONGEST_PAUSE_ABORTED: Duration = Duration::from_secs(30);

/// How long a call is repeated without which the run goes on, or before which something has to be read
/// again: some three attempts.
const IMPATIENT_LIMIT: Duration = Duration::from_secs(3);

/// A wait for a rate limit that is shorter than this is not worth a line.
const QUIET: Duration = Duration::from_secs(5);

/// How often a long wait is reported again.
const REPORT: Duration = Duration::from_secs(5 * 60);

const RATE_LIMIT: &str = "the rate limit to allow the call";

impl Aws {
    /// Makes one call, again while it is throttled, propagating or in conflict, for [`RETRY_LIMIT`]
    /// at most, or an hour if S3 says so.
    ///
    /// The SDK repeats calls that failed in transit; this repeats only what the SDK does not. A wait is
    /// announced once, with the reason, and a long one reported again.
    ///
    /// # Errors
    /// The last error that AWS gave, or [`ErrorKind::Interrupted`] if the run was stopped before
    /// the first attempt or between two.
    pub async fn call<T, E, F>(
        &self,
        operation: Operation,
        send: impl FnMut() -> F,
    ) -> Result<T, AwsError>
    where
        T: RequestId,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + StdError + 'static,
    {
        self.call_checked(operation, send, |_| None).await
    }

    /// The same for an operation whose answer of 200 may hold failures: `failed` gives the code and
    /// the message of one.
    ///
    /// # Errors
    /// Those of [`Aws::call`]; a failure in an answer is one like any other.
    pub async fn call_checked<T, E, F>(
        &self,
        operation: Operation,
        mut send: impl FnMut() -> F,
        failed: impl Fn(&T) -> Option<(Option<&str>, Option<&str>)>,
    ) -> Result<T, AwsError>
    where
        T: RequestId,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + StdError + 'static,
    {
        // The time in the queue before the first attempt is no time of repeating.
        let mut began = None;
        let mut limit = Duration::ZERO;
        let patience = match self.impatient {
            true => IMPATIENT_LIMIT,
            false => RETRY_LIMIT,
        };
        let mut pauses = Pauses::default();
        let mut backoff = Backoff::default();
        let mut report = None;
        let mut call = None;
        loop {
            let error = match self.attempt(&operation, &mut call, &mut send).await {
                Err(error) => error,
                Ok(answer) => {
                    let Some((code, message)) = failed(&answer) else {
                        return Ok(answer);
                    };
                    self.name(AwsError {
                        request_id: answer.request_id().map(ToOwned::to_owned),
                        ..AwsError::in_answer(operation.clone(), code, message)
                    })
                }
            };
            let aborted = error.is("OperationAborted") && operation.name == "CreateBucket";
            let (reason, longest) = match error.kind {
                ErrorKind::Propagating => ("IAM to spread a change", RETRY_LIMIT),
                ErrorKind::Conflict if aborted => (
                    "S3 to end another operation on the bucket, such as the deletion of one of the \
                     same name, for up to an hour",
                    ABORTED_LIMIT,
                ),
                ErrorKind::Conflict => ("another operation to finish", patience),
                ErrorKind::Throttled => (RATE_LIMIT, patience),
                _ => {
                    self.denials.take_down(&error);
                    return Err(error);
                }
            };
            // What S3 aborts for long may be throttled once in between.
            limit = limit.max(longest);
            let waited = began.get_or_insert_with(Instant::now).elapsed();
            if waited >= limit {
                return Err(error);
            }
            let (pause, quiet) = match error.kind {
                ErrorKind::Throttled => (backoff.next(), QUIET),
                _ if aborted => (pauses.next_up_to(LONGEST_PAUSE_ABORTED), Duration::ZERO),
                _ => (pauses.next(), Duration::ZERO),
            };
            match report {
                None if waited + pause >= quiet => {
                    self.announce_wait(format!("{reason} ({})", error.brief()));
                    report = Some(REPORT);
                }
                Some(after) if waited >= after => {
                    self.announce_wait(format!("{reason} ({})", error.brief()));
                    report = Some(after + REPORT);
                }
                _ => {}
            }
            if let Some(call) = &call {
                call.waits_for(Some(reason));
            }
            // Every attempt so far was refused, so that nothing was done.
            if !self.pause(pause).await {
                return Err(self.name(AwsError::interrupted(operation)));
            }
        }
    }

    /// Makes an attempt once it is its turn, with which `call` begins if it is the first one.
    async fn attempt<T, E, F>(
        &self,
        operation: &Operation,
        call: &mut Option<Call>,
        send: &mut impl FnMut() -> F,
    ) -> Result<T, AwsError>
    where
        T: RequestId,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + StdError + 'static,
    {
        let Some(_turn) = self.turn(operation).await else {
            return Err(self.name(AwsError::interrupted(operation.clone())));
        };
        let started = Instant::now();
        let call = call.get_or_insert_with(|| {
            Call::begin(&self.account.activity, operation, self.resource.as_ref())
        });
        let profile = self.account.profile.as_deref();
        // On the heap, because the SDK's future has some 10 KB, and many are within one another.
        let answer = (call.attempt(Box::pin(send())).await)
            .map_err(|error| self.name(AwsError::from_sdk(profile, operation.clone(), &error)));
        let (request_id, error) = match &answer {
            Ok(answer) => (answer.request_id(), None),
            Err(error) => (error.request_id.as_deref(), error.code.as_deref()),
        };
        self.log(operation, request_id, error, started.elapsed());
        answer
    }

    /// Waits until a call may begin, by the calls that are under way and by the operation's rate.
    /// `None` once the run is stopped.
    async fn turn(&self, operation: &Operation) -> Option<Turn<'_>> {
        loop {
            let turn = match self.within_a_call {
                true => self.account.gate.turn_within_another()?,
                false => self.account.gate.turn().await?,
            };
            let Err(early) = self.account.rates.begin(operation) else {
                return Some(turn);
            };
            drop(turn);
            if !self.pause(early).await {
                return None;
            }
        }
    }

    /// Writes a call to the log. One that only reads is of less interest than one that writes.
    fn log(
        &self,
        operation: &Operation,
        request_id: Option<&str>,
        error: Option<&str>,
        took: Duration,
    ) {
        let account = self.account().map(tracing::field::display);
        let region = operation.region.as_ref().map(tracing::field::display);
        let resource = self.resource.as_ref().map(tracing::field::display);
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        macro_rules! log {
            ($level:ident) => {
                tracing::$level!(
                    account,
                    region,
                    resource,
                    request_id,
                    error,
                    millis,
                    "{operation}"
                )
            };
        }
        if operation.reads() {
            log!(debug);
        } else {
            log!(info);
        }
    }
}
