//! Deletes a resource that is no longer wanted, unless something that exists by now needs it.

use futures_util::future::try_join_all;
use tokio::time::Instant;

use super::{FRESH, Task, Trouble, UPDATE_ROUNDS, may_be_done};
use crate::aws::{AwsError, ErrorKind, Pauses, RETRY_LIMIT};
use crate::engine::attributes;
use crate::engine::known::Known;
use crate::engine::observed::{Observed, Phase, Present};
use crate::engine::resource;

impl Task<'_> {
    /// Stops before a deletion if one of the missing dependents exists by now: another run may have
    /// created it since the plan was made. If the plan is fresh, only two sorts of dependents are
    /// observed. One is the resource that this one outlives, since its data would be lost. The
    /// other is a regional resource, since a later run finds it by its roles alone.
    pub(super) async fn check_missing_dependents(&self) -> Result<(), Trouble> {
        let is_old = self.approved.observed_at.elapsed() >= FRESH;
        let outlived = self.node.outlives.as_ref();
        let missing = self.missing_dependents.iter();
        let doubtful = missing.filter(|node| {
            let address = node.address();
            is_old || address.region.is_some() || outlived == Some(address)
        });
        let reads = doubtful.map(async |node| {
            let aws = self.aws.on_behalf_of(node.address());
            let observed = resource::observe(node.resource.as_ref(), &aws).await?;
            Ok::<_, AwsError>((node.address(), observed))
        });
        for (address, observed) in try_join_all(reads).await? {
            if !observed.is_absent() {
                return Err(self.stale(&format!("{address} exists now")));
            }
        }
        Ok(())
    }

    /// Deletes the resource, and waits until it is gone.
    ///
    /// A refused deletion does not fail at once, since an earlier attempt may have been carried out
    /// in part while its answer was lost. Therefore the resource is observed again. AWS may also
    /// say that the resource is in use. Then what used the resource may be deleted already, and AWS
    /// has not spread that yet. Or others began to use the resource since it was observed.
    pub(super) async fn delete(&self, mut present: Present, known: &Known) -> Result<(), Trouble> {
        let resource = &self.node.resource;
        let consent = self.approved.consent;
        let deadline = Instant::now() + RETRY_LIMIT;
        let mut pauses = Pauses::default();
        let mut rounds = 1..UPDATE_ROUNDS;
        loop {
            let error = match resource.delete(&self.aws, &present, consent).await {
                Ok(()) if resource.deletion_is_answered() => return Ok(()),
                Ok(()) => break,
                Err(error) => error,
            };
            let is_used = error.kind == ErrorKind::InUse;
            let again = match is_used {
                true => Instant::now() < deadline,
                false => may_be_done(error.kind) && rounds.next().is_some(),
            };
            if !again {
                return Err(error.into());
            }
            if is_used {
                if pauses.first() {
                    self.aws
                        .announce_wait("AWS to see that nothing uses it".to_owned());
                }
                if !self.aws.pause(pauses.next()).await {
                    return Err(Trouble::Stopped);
                }
            }
            match self.observe(known).await {
                // One answer that it is gone proves little, and to delete it again is no error.
                Ok(Observed::Missing | Observed::MissingBeside(_)) => {}
                Ok(absent) if absent.is_absent() => break,
                Ok(Observed::Present(now))
                    if now.owner != present.owner || now.is_another(&present) =>
                {
                    return Err(self.stale("someone else replaced it meanwhile"));
                }
                Ok(Observed::Present(now))
                    if matches!(now.phase, Phase::Deleting | Phase::PendingDeletion) =>
                {
                    break;
                }
                Ok(Observed::Present(now)) => {
                    if let Some(reason) = now.held(consent) {
                        return Err(self.stale(&reason));
                    }
                    let is_same = attributes::diff(&now.attributes, &present.attributes).is_empty();
                    if is_same && !is_used {
                        return Err(error.into());
                    }
                    present = now;
                }
                _ => return Err(error.into()),
            }
        }
        self.settle(known).await
    }
}
