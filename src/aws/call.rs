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
use super::operation::Operation;
use super::pauses::Pauses;

/// How long a call is repeated while IAM spreads a change or another operation is under way.
///
/// AWS names no bound for IAM's propagation; two minutes are more than what is seen in practice.
pub const RETRY_LIMIT: Duration = Duration::from_secs(120);

impl Aws {
    /// Makes one call, again while it is propagating or in conflict, for [`RETRY_LIMIT`] at most.
    ///
    /// The SDK repeats throttled calls and those that failed in transit; this repeats only what
    /// the SDK does not, so retries never nest. A wait is announced once, with the reason.
    ///
    /// # Errors
    /// The last error that AWS gave, or [`ErrorKind::Interrupted`] if the run was stopped before
    /// the first attempt.
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
        let deadline = Instant::now() + RETRY_LIMIT;
        let mut pauses = Pauses::default();
        loop {
            // The SDK repeats neither what it takes for a success nor what is to be sent once.
            let mut left_to_us = operation.sent_once();
            let error = match self.attempt(&operation, &mut send).await {
                Err(error) => error,
                Ok(answer) => {
                    let Some((code, message)) = failed(&answer) else {
                        return Ok(answer);
                    };
                    left_to_us = true;
                    self.name(AwsError {
                        request_id: answer.request_id().map(ToOwned::to_owned),
                        ..AwsError::in_answer(operation.clone(), code, message)
                    })
                }
            };
            let reason = match error.kind {
                ErrorKind::Propagating => "IAM to spread a change",
                ErrorKind::Conflict => "another operation to finish",
                ErrorKind::Throttled if left_to_us => "the rate limit to allow the call",
                _ => return Err(error),
            };
            if Instant::now() >= deadline {
                return Err(error);
            }
            if pauses.first() {
                let code = error.code.as_deref().unwrap_or("no code");
                self.announce_wait(format!("{reason} ({operation} answers {code})"));
            }
            if !self.pause(pauses.next()).await {
                return Err(error);
            }
        }
    }

    async fn attempt<T, E, F>(
        &self,
        operation: &Operation,
        send: &mut impl FnMut() -> F,
    ) -> Result<T, AwsError>
    where
        T: RequestId,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + StdError + 'static,
    {
        let Some(_turn) = self.account.gate.turn().await else {
            return Err(self.name(AwsError::interrupted(operation.clone())));
        };
        let started = Instant::now();
        let answer = send()
            .await
            .map_err(|error| self.name(AwsError::from_sdk(operation.clone(), &error)));
        let (request_id, error) = match &answer {
            Ok(answer) => (answer.request_id(), None),
            Err(error) => (error.request_id.as_deref(), error.code.as_deref()),
        };
        self.log(operation, request_id, error, started.elapsed());
        answer
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
