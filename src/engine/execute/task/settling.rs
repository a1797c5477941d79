//! Waits until AWS reads back the wanted attributes, or no longer finds a deleted resource.

use std::time::Duration;

use tokio::time::Instant;

use super::spreading::DENIED_LIMIT;
use super::{FIND_LIMIT, Task, Trouble};
use crate::aws::{ErrorKind, Pauses, RETRY_LIMIT};
use crate::engine::attributes;
use crate::engine::decision::unsettled;
use crate::engine::known::Known;
use crate::engine::observed::{Observed, Phase, Present};
use crate::failure::Failure;

impl Task<'_> {
    /// Why a resource can no longer become as wanted, such as a stream that AWS failed to create.
    fn immutable_change(&self, observed: &Observed, known: &Known) -> Option<String> {
        let present = match observed {
            Observed::Present(present) => present,
            _ => return None,
        };
        let wanted = self.node.resource.wanted()?;
        let desired = wanted.desired(Some(present), known);
        let changes = attributes::diff(&present.attributes, &desired);
        changes.iter().find_map(|change| wanted.immutable(change))
    }

    /// Waits until AWS reads back the wanted attributes, or no longer finds a deleted resource.
    pub(super) async fn settle(&self, known: &Known) -> Result<(), Trouble> {
        let patience = Instant::now() + FIND_LIMIT;
        let mut quiet_since = None;
        let patience_of_aws = self.node.resource.patience();
        let trouble = self.poll(known, patience_of_aws, |observed| {
            if let Observed::Obstructed(reason) = &observed {
                // Another run at the same time may be about to remove the obstruction. After some
                // seconds, only a person can.
                return if Instant::now() < patience {
                    Err(reason.clone())
                } else {
                    Ok(Some(self.impossible(reason.clone())))
                };
            }
            if let Some(reason) = self.immutable_change(&observed, known) {
                return Ok(Some(self.impossible(reason)));
            }
            let Some(awaited) = unsettled(self.node, &observed, known) else {
                return Ok(None);
            };
            // The creation or deletion of a resource may take AWS long. In any other phase, reads
            // lag behind for a while, or something else changes the same resource.
            let busy = |it: &Present| matches!(it.phase, Phase::Creating | Phase::Deleting);
            if matches!(&observed, Observed::Present(present) if busy(present)) {
                quiet_since = None;
                return Err(awaited);
            }
            let since = *quiet_since.get_or_insert_with(Instant::now);
            if since.elapsed() < RETRY_LIMIT {
                return Err(awaited);
            }
            Ok(Some(self.did_not_settle(RETRY_LIMIT, &awaited)))
        });
        trouble.await?.map_or(Ok(()), Err)
    }

    /// Whether a read that fails in this way, and was last answered at `answered`, may succeed soon.
    fn may_pass(&self, kind: ErrorKind, answered: Instant) -> bool {
        match kind {
            // The call itself was repeated for long already.
            ErrorKind::Throttled => true,
            ErrorKind::Unanswered => answered.elapsed() < RETRY_LIMIT,
            ErrorKind::Denied => self.is_new() && answered.elapsed() < DENIED_LIMIT,
            _ => false,
        }
    }

    fn impossible(&self, reason: String) -> Trouble {
        let address = self.node.address();
        let failure = Failure::new(format!("{address} cannot become what is wanted"));
        Trouble::Failed(failure.because(reason))
    }

    fn did_not_settle(&self, limit: Duration, awaited: &str) -> Trouble {
        let waited = format!("{} s passed waiting for {awaited}", limit.as_secs());
        Trouble::Failed(
            Failure::new(format!("{} did not settle", self.node.address()))
                .because(waited)
                .hint("Run `provision plan` to see what is different"),
        )
    }

    /// Observes until `accept` returns a result. Its error says what is awaited. An observation that
    /// fails for now is made again.
    pub(super) async fn poll<T>(
        &self,
        known: &Known,
        limit: Duration,
        mut accept: impl FnMut(Observed) -> Result<T, String>,
    ) -> Result<T, Trouble> {
        let begun = Instant::now();
        let mut answered = begun;
        let mut pauses = Pauses::default();
        loop {
            let is_over = begun.elapsed() >= limit;
            let awaited = match self.observe(known).await {
                Ok(observed) => {
                    answered = Instant::now();
                    match accept(observed) {
                        Ok(result) => return Ok(result),
                        Err(awaited) if is_over => return Err(self.did_not_settle(limit, &awaited)),
                        Err(awaited) => awaited,
                    }
                }
                Err(error) if !is_over && self.may_pass(error.kind, answered) => {
                    format!("an answer of AWS ({})", error.brief())
                }
                Err(error) => return Err(error.into()),
            };
            if pauses.first() {
                self.aws.announce_wait(awaited);
            }
            if !self.aws.pause(pauses.next()).await {
                return Err(Trouble::Stopped);
            }
        }
    }
}
