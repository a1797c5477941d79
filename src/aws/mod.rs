//! The boundary to AWS: clients, one way to make a call, and what errors mean.
//!
//! Everything that belongs to one account is in one [`Aws`] value. Its clients share the HTTP
//! connections and the credentials. [`Aws::call`] is the only place where requests are counted
//! against the concurrency limit, logged, repeated and stopped.

mod clients;
mod error;
mod operation;
mod pages;
mod pauses;
mod retries;
mod role_page;
mod session;

#[cfg(test)]
mod call_tests;

use std::error::Error as StdError;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_sdk_sts::error::SdkError;
use aws_sdk_sts::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use tokio::sync::{OnceCell, Semaphore, watch};
use tokio::time::Instant;

pub use error::{AwsError, ErrorKind};
pub use operation::Operation;
pub use pauses::Pauses;
pub use role_page::RolePage;
pub use session::{Session, connect};

use clients::Clients;

use crate::names::{AccountId, Region};

/// How long a call is repeated while IAM spreads a change or another operation is under way.
///
/// AWS names no bound for IAM's propagation; two minutes are more than what is seen in practice.
pub const RETRY_LIMIT: Duration = Duration::from_secs(120);

/// The way to one account, as seen by one resource.
#[derive(Debug, Clone)]
pub struct Aws {
    shared: Arc<Shared>,
    /// The address of the resource that errors and logs name.
    resource: Option<String>,
    watch: Option<Watch>,
    /// What the reads of one survey share.
    role_page: Option<Arc<OnceCell<RolePage>>>,
}

/// What a call tells whoever watches it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// AWS is not ready; the text says what is waited for. Sent once for each wait.
    Waiting(String),
    /// A long action came further; the text says how far.
    Progress(String),
}

#[derive(Clone)]
struct Watch(Arc<dyn Fn(Notice) + Send + Sync>);

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch")
    }
}

struct Shared {
    clients: Clients,
    account: OnceLock<AccountId>,
    permits: Semaphore,
    stop: watch::Receiver<bool>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

impl Aws {
    /// The way to the account that `session`'s credentials belong to.
    ///
    /// Errors and logs name `account`, or else the one that [`Aws::caller`] gives. At most
    /// `concurrency` requests are under way at any time. When `stop` becomes true no
    /// further call is begun, and those under way finish.
    pub fn new(
        session: &Session,
        concurrency: usize,
        account: Option<&AccountId>,
        stop: watch::Receiver<bool>,
    ) -> Self {
        Aws {
            shared: Arc::new(Shared {
                clients: Clients::new(session),
                account: account.cloned().map_or_else(OnceLock::new, OnceLock::from),
                permits: Semaphore::new(concurrency),
                stop,
            }),
            resource: None,
            watch: None,
            role_page: None,
        }
    }

    /// The same way, used on behalf of the resource of that address.
    #[must_use]
    pub fn on_behalf_of(&self, resource: &impl fmt::Display) -> Self {
        Aws {
            resource: Some(resource.to_string()),
            ..self.clone()
        }
    }

    /// The same way, telling `watch` what is waited for and how far a long action came.
    #[must_use]
    pub fn watched_by(&self, watch: impl Fn(Notice) + Send + Sync + 'static) -> Self {
        Aws {
            watch: Some(Watch(Arc::new(watch))),
            ..self.clone()
        }
    }

    /// Who the credentials belong to: the account and the caller's ARN.
    ///
    /// # Errors
    /// Those of `sts:GetCallerIdentity`, which needs no permission: missing or wrong credentials,
    /// or an endpoint that cannot be reached.
    pub async fn caller(&self) -> Result<(AccountId, String), AwsError> {
        self.caller_in(None).await
    }

    /// The same, asked in `region`, or in the main one.
    ///
    /// # Errors
    /// Those of [`Aws::caller`], and a region that does not know the account.
    pub async fn caller_in(
        &self,
        region: Option<&Region>,
    ) -> Result<(AccountId, String), AwsError> {
        let operation = || Operation {
            service: "sts",
            name: "GetCallerIdentity",
            region: region.cloned().or_else(|| {
                let main = self.shared.clients.config.region()?;
                main.as_ref().parse().ok()
            }),
        };
        let mut config = aws_sdk_sts::config::Builder::from(&self.shared.clients.config)
            .retry_partition(self.shared.clients.retries.clone());
        if let Some(region) = region {
            config = config.region(aws_config::Region::new(region.to_string()));
        }
        let client = aws_sdk_sts::Client::from_conf(config.build());
        let answer = self
            .call(operation(), || client.get_caller_identity().send())
            .await?;
        let account: AccountId = answer
            .account()
            .and_then(|account| account.parse().ok())
            .ok_or_else(|| AwsError::incomplete(operation(), "the account"))?;
        let arn = answer.arn().unwrap_or_default().to_owned();
        // An account that the settings name is checked against the answer by who asks.
        self.shared.account.get_or_init(|| account.clone());
        Ok((account, arn))
    }

    /// Makes one call, again while it is propagating or in conflict, for [`RETRY_LIMIT`] at most.
    ///
    /// The SDK repeats throttled calls and those that failed in transit; this repeats only what
    /// the SDK does not, so that retries never nest. A wait is announced once, with the reason.
    ///
    /// # Errors
    /// The last error that AWS gave, or [`ErrorKind::Interrupted`] if the run was stopped before
    /// the first call.
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
            let error = match self.call_once(&operation, &mut send).await {
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

    async fn call_once<T, E, F>(
        &self,
        operation: &Operation,
        send: &mut impl FnMut() -> F,
    ) -> Result<T, AwsError>
    where
        T: RequestId,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + StdError + 'static,
    {
        // The semaphore is never closed, so that a failure to acquire cannot happen.
        let _permit = self.shared.permits.acquire().await.ok();
        if *self.shared.stop.borrow() {
            return Err(self.name(AwsError {
                kind: ErrorKind::Interrupted,
                operation: operation.clone(),
                resource: None,
                account: None,
                code: None,
                message: "the run was stopped before this call".to_owned(),
                request_id: None,
                bucket_region: None,
            }));
        }
        let started = Instant::now();
        let answer = send()
            .await
            .map_err(|error| self.name(AwsError::from_sdk(operation.clone(), &error)));
        let (request_id, error) = match &answer {
            Ok(answer) => (answer.request_id(), None),
            Err(error) => (error.request_id.as_deref(), error.code.as_deref()),
        };
        let account = self.shared.account.get().map(tracing::field::display);
        let region = operation.region.as_ref().map(tracing::field::display);
        let resource = self.resource.as_ref().map(tracing::field::display);
        let millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        if operation.reads() {
            tracing::debug!(
                account,
                region,
                resource,
                request_id,
                error,
                millis,
                "{operation}"
            );
        } else {
            tracing::info!(
                account,
                region,
                resource,
                request_id,
                error,
                millis,
                "{operation}"
            );
        }
        answer
    }

    /// Adds to an error whom it is about.
    pub fn name(&self, mut error: AwsError) -> AwsError {
        error.resource = error.resource.or_else(|| self.resource.clone());
        error.account = error.account.or_else(|| self.shared.account.get().cloned());
        error
    }

    /// Tells whoever watches that the resource waits, and for what.
    pub fn announce_wait(&self, what: String) {
        self.tell(Notice::Waiting(what));
    }

    /// Tells whoever watches how far a long action came.
    pub fn announce_progress(&self, what: String) {
        self.tell(Notice::Progress(what));
    }

    fn tell(&self, notice: Notice) {
        if let Some(Watch(watch)) = &self.watch {
            watch(notice);
        }
    }

    /// Whether the run was stopped.
    pub fn stopped(&self) -> bool {
        *self.shared.stop.borrow()
    }

    /// Returns once the run is stopped.
    pub async fn until_stopped(&self) {
        let mut stop = self.shared.stop.clone();
        // An error means that nobody can stop the run any more.
        if stop.wait_for(|stopped| *stopped).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Sleeps; false if the run was stopped meanwhile.
    pub async fn pause(&self, length: Duration) -> bool {
        tokio::select! {
            () = tokio::time::sleep(length) => true,
            () = self.until_stopped() => false,
        }
    }
}
