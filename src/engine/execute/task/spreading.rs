//! Repeats a write until all of AWS knows what the run has just made.

use std::time::Duration;

use tokio::time::Instant;

use super::Task;
use crate::aws::{AwsError, ErrorKind, Pauses, RETRY_LIMIT};
use crate::engine::action::Action;
use crate::engine::address::Address;

/// How long AWS may deny access to what the run has just made. A policy with a condition on tags allows
/// it once the tags have spread (KMS Developer Guide, "ABAC for AWS KMS"; IAM User Guide, "Changes that
/// I make are not always immediately visible").
pub(super) const DENIED_LIMIT: Duration = Duration::from_secs(30);

impl Task<'_> {
    /// Whether the run makes the resource.
    pub(super) fn is_new(&self) -> bool {
        self.decision.action == Action::Create
    }

    /// Whether the run makes something that the resource needs.
    fn needs_something_new(&self) -> bool {
        let is_needed = |address: &Address| {
            let mut needs = self.node.needs.iter();
            needs.any(|(needed, _)| needed == address)
        };
        let mut steps = self.approved.plan.steps.iter();
        steps.any(|step| step.decision.action == Action::Create && is_needed(&step.address))
    }

    /// Creates the resource with `write`. The call may fail at first because of what the resource needs.
    pub(super) async fn once_its_needs_are_known<T, F>(
        &self,
        write: impl FnMut() -> F,
    ) -> Result<T, AwsError>
    where
        F: Future<Output = Result<T, AwsError>>,
    {
        self.repeat(self.needs_something_new(), write).await
    }

    /// Changes the resource with `write`. The call may fail at first because of the resource itself too.
    pub(super) async fn once_all_is_known<T, F>(
        &self,
        write: impl FnMut() -> F,
    ) -> Result<T, AwsError>
    where
        F: Future<Output = Result<T, AwsError>>,
    {
        let is_new = self.is_new() || self.needs_something_new();
        self.repeat(is_new, write).await
    }

    async fn repeat<T, F>(&self, is_new: bool, mut write: impl FnMut() -> F) -> Result<T, AwsError>
    where
        F: Future<Output = Result<T, AwsError>>,
    {
        let begun = Instant::now();
        let mut pauses = Pauses::default();
        loop {
            let error = match write().await {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            let (limit, awaited) = match error.kind {
                ErrorKind::NotFound => (RETRY_LIMIT, "all of AWS to know what is new"),
                ErrorKind::Denied => (DENIED_LIMIT, "AWS to allow access to what is new"),
                _ => return Err(error),
            };
            if !is_new || begun.elapsed() >= limit {
                return Err(error);
            }
            if pauses.first() {
                self.aws
                    .announce_wait(format!("{awaited} ({})", error.brief()));
            }
            if !self.aws.pause(pauses.next()).await {
                return Err(AwsError::interrupted(error.operation));
            }
        }
    }
}
