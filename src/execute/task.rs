//! The work on one node, in three stages: it exists, everything is written, and AWS reads it back.
//!
//! After each stage those that need no more may go on. Each ends early where the world is no longer
//! what the plan was made for.

use std::time::Duration;

use futures_util::future::try_join_all;
use tokio::time::Instant;

use super::Approved;
use crate::address::Address;
use crate::attributes::{self, Change};
use crate::aws::{Aws, AwsError, ErrorKind, Pauses, RETRY_LIMIT};
use crate::events::Outcome;
use crate::failure::Failure;
use crate::plan::{self, Action, Around, Decision, Node};
use crate::resource::{self, Holder, Known, Observed, Owner, Phase, Present};

/// How long a node may take while AWS is at work on it. A Firehose stream, the slowest, takes some
/// minutes at most.
pub(super) const SETTLE_LIMIT: Duration = Duration::from_secs(600);
/// How long a resource whose create call got no usable answer is looked for, and how long one that
/// cannot be told from another is looked at.
pub(super) const FIND_LIMIT: Duration = Duration::from_secs(10);
/// For how long an observation is taken to be true; older ones are made again before acting.
pub(super) const FRESH: Duration = Duration::from_secs(5);
/// How often an update or a deletion is made anew because its resource changed meanwhile.
pub(super) const UPDATE_ROUNDS: usize = 5;

/// What one node's work needs.
pub(super) struct Task<'a> {
    pub(super) node: &'a Node,
    pub(super) decision: &'a Decision,
    pub(super) approved: &'a Approved,
    pub(super) aws: Aws,
    /// What needs this node's resource or must not stay without it, and was not there when the plan
    /// was made.
    pub(super) absent: Vec<&'a Node>,
}

/// What one node's work tells the loop.
pub(super) enum Report<'a> {
    /// The resource exists; what remains to be changed follows.
    Exists(Task<'a>, Present),
    /// AWS accepted what remained to be changed; that it reads it back is still to come.
    Written(Task<'a>),
    /// Nothing more will be done.
    Ended(&'a Address, Outcome),
}

/// Why a node's work ended early.
enum Trouble {
    Failed(Failure),
    Unknown(Failure),
    /// A person stopped the run before anything was written.
    Stopped,
}

impl From<AwsError> for Trouble {
    fn from(error: AwsError) -> Self {
        match error.kind {
            ErrorKind::Interrupted => Trouble::Stopped,
            // A read that got no answer left nothing behind.
            ErrorKind::Unanswered if !error.operation.reads() => Trouble::Unknown(error.failure()),
            _ => Trouble::Failed(error.failure()),
        }
    }
}

/// Whether a call that failed so may have done its work all the same: its answer was lost, or was
/// lost to the SDK, whose own second attempt was refused because the first was carried out.
fn may_be_done(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Unanswered
            | ErrorKind::AlreadyExists
            | ErrorKind::Outdated
            | ErrorKind::Quota
            | ErrorKind::Refused
    )
}

impl Trouble {
    fn outcome(self) -> Outcome {
        match self {
            Trouble::Failed(failure) => Outcome::Failed(failure),
            Trouble::Unknown(failure) => Outcome::Unknown(failure),
            Trouble::Stopped => Outcome::Skipped("the run was stopped".to_owned()),
        }
    }
}

/// The first stage: makes the resource exist, or be gone.
pub(super) async fn begin(task: Task<'_>, known: Known) -> Report<'_> {
    let address = task.node.address();
    match task.begin(&known).await {
        Ok(Some(present)) => Report::Exists(task, present),
        Ok(None) => Report::Ended(address, Outcome::Done(task.decision.action)),
        Err(trouble) => Report::Ended(address, trouble.outcome()),
    }
}

/// The second stage: makes the rest true.
pub(super) async fn write(task: Task<'_>, present: Present, known: Known) -> Report<'_> {
    match task.write(present, &known).await {
        Ok(()) => Report::Written(task),
        Err(trouble) => Report::Ended(task.node.address(), task.half_way(trouble).outcome()),
    }
}

/// The third stage: waits until AWS reads it back.
pub(super) async fn settle(task: Task<'_>, known: Known) -> Report<'_> {
    let outcome = match task.settle(&known).await {
        Ok(()) => Outcome::Done(task.decision.action),
        Err(trouble) => task.half_way(trouble).outcome(),
    };
    Report::Ended(task.node.address(), outcome)
}

impl Task<'_> {
    /// What exists after the first stage; `None` once a deletion is done.
    async fn begin(&self, known: &Known) -> Result<Option<Present>, Trouble> {
        let observed = self.fresh().await?;
        if self.aws.stopped() {
            return Err(Trouble::Stopped);
        }
        match (self.decision.action, observed) {
            (Action::Delete, Observed::Present(present)) => {
                self.check_absent().await?;
                let deleted = self.delete(present, known).await;
                deleted.map_err(|trouble| self.half_way(trouble))?;
                Ok(None)
            }
            (Action::Delete, Observed::Missing | Observed::Impossible(_)) => Ok(None),
            // Another run has made it meanwhile.
            (Action::Create, Observed::Present(present)) if present.phase != Phase::Deleting => {
                Ok(Some(present))
            }
            (Action::Create, observed) => {
                if matches!(observed, Observed::Present(_)) {
                    self.poll(SETTLE_LIMIT, |observed| match observed {
                        Observed::Missing => Ok(()),
                        _ => Err("it to disappear, so that its name is free".to_owned()),
                    })
                    .await?;
                }
                self.create(known).await.map(Some)
            }
            (_, Observed::Present(present)) => Ok(Some(present)),
            (_, Observed::Missing | Observed::Impossible(_) | Observed::Obstructed(_)) => {
                Err(self.stale("it is gone"))
            }
        }
    }

    /// What was observed for the plan, or is observed now if that was too long ago.
    async fn fresh(&self) -> Result<Observed, Trouble> {
        let address = self.node.address();
        let approved = self.approved;
        let planned = approved.observed.get(address).unwrap_or(&Observed::Missing);
        if approved.observed_at.elapsed() < FRESH {
            return Ok(planned.clone());
        }
        let observed = self.observe().await?;
        let parent = self.node.resource.parent();
        let around = Around {
            parent: parent.and_then(|parent| {
                let step = approved
                    .plan
                    .steps
                    .iter()
                    .find(|step| step.address == *parent)?;
                Some(step.decision.action)
            }),
            outlived: None,
            consent: approved.consent,
        };
        let known = plan::known(&approved.observed);
        let Some(now) = plan::decide(self.node, &observed, &known, &around) else {
            // Neither wanted nor there: what is to go is gone already.
            return Ok(observed);
        };
        let same = match now.action {
            // What goes is deleted whatever its attributes became meanwhile.
            Action::Delete => self.decision.action == Action::Delete,
            // What was being deleted may be gone by now, which changes the reason alone.
            Action::Create => {
                self.decision.action == Action::Create && now.changes == self.decision.changes
            }
            // Another run was faster, and left nothing to do of what was approved.
            Action::Keep => self.node.wanted,
            _ => now == *self.decision,
        };
        if same {
            return Ok(observed);
        }
        let reason = now.reason.map(|reason| format!(" ({reason})"));
        let how = match now.action {
            Action::Blocked => "it is blocked now".to_owned(),
            action => format!("the plan would now be to {action} it"),
        };
        Err(self.stale(&(how + &reason.unwrap_or_default())))
    }

    /// Stops before a deletion if something exists by now that cannot do without this resource: a
    /// run elsewhere may have made it since the plan. What data depends on is looked at however
    /// fresh the plan is.
    async fn check_absent(&self) -> Result<(), Trouble> {
        let is_old = self.approved.observed_at.elapsed() >= FRESH;
        let outlived = self.node.outlives.as_ref();
        let absent = self.absent.iter();
        let doubtful = absent.filter(|node| is_old || outlived == Some(node.address()));
        let reads = doubtful.map(async |node| {
            let aws = self.aws.on_behalf_of(node.address());
            let observed = resource::observe(node.resource.as_ref(), &aws).await?;
            Ok::<_, AwsError>((node.address(), observed))
        });
        for (address, observed) in try_join_all(reads).await? {
            if !matches!(observed, Observed::Missing | Observed::Impossible(_)) {
                return Err(self.stale(&format!("{address} exists now")));
            }
        }
        Ok(())
    }

    async fn observe(&self) -> Result<Observed, AwsError> {
        resource::observe(self.node.resource.as_ref(), &self.aws).await
    }

    fn stale(&self, how: &str) -> Trouble {
        Trouble::Failed(
            Failure::new(format!(
                "{} changed after the plan to {} it was made",
                self.node.address(),
                self.decision.action
            ))
            .because(how)
            .hint("Run the same command again and look at its new plan"),
        )
    }

    /// The trouble of work that may have written something already.
    fn half_way(&self, trouble: Trouble) -> Trouble {
        match trouble {
            Trouble::Stopped => Trouble::Failed(
                Failure::new(format!("{} was stopped half-way", self.node.address()))
                    .hint("Run the same command again: it goes on from there"),
            ),
            trouble => trouble,
        }
    }

    /// Deletes it, and waits until it is gone.
    ///
    /// A refusal may follow an attempt that was carried out in part and whose answer was lost, so
    /// that it is looked at again before it is called failed. What still uses it may be gone and
    /// AWS not know that everywhere, or may have come since it was looked at.
    async fn delete(&self, mut present: Present, known: &Known) -> Result<(), Trouble> {
        let resource = &self.node.resource;
        let consent = self.approved.consent;
        let deadline = Instant::now() + RETRY_LIMIT;
        let mut pauses = Pauses::default();
        for round in 1.. {
            let error = match resource.delete(&self.aws, &present, consent).await {
                Ok(()) if resource.deletion_is_answered() => return Ok(()),
                Ok(()) => break,
                Err(error) => error,
            };
            let is_used = error.kind == ErrorKind::InUse;
            let again = match is_used {
                true => Instant::now() < deadline,
                false => round < UPDATE_ROUNDS && may_be_done(error.kind),
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
                    return Err(error.into());
                }
            }
            match self.observe().await {
                Ok(Observed::Missing) => break,
                Ok(Observed::Present(now)) if now.owner != present.owner => {
                    return Err(self.stale("someone else replaced it meanwhile"));
                }
                Ok(Observed::Present(now))
                    if matches!(now.phase, Phase::Deleting | Phase::Doomed) =>
                {
                    break;
                }
                Ok(Observed::Present(now)) => {
                    if let Some(reason) = Holder::reason(&now).filter(|_| !consent.detach_foreign) {
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

    async fn create(&self, known: &Known) -> Result<Present, Trouble> {
        let error = match self.node.resource.create(&self.aws, known).await {
            Ok(created) => {
                let mut present = Present::new(created.attributes, Owner::Ours, Phase::Stable);
                present.arn = created.arn;
                return Ok(present);
            }
            Err(error) => error,
        };
        // An answer that was lost, or the SDK's own second try after one, may mean that we made
        // it. Its tags tell; a resource without tags belongs to its parent.
        if !matches!(error.kind, ErrorKind::AlreadyExists | ErrorKind::Unanswered) {
            return Err(error.into());
        }
        let found = self
            .poll(FIND_LIMIT, |observed| match observed {
                Observed::Missing => Err("the created resource to appear".to_owned()),
                // Of two keys that were made at once, one may still be seen that is gone.
                Observed::Obstructed(_) => Err("AWS to show what was created".to_owned()),
                observed => Ok(observed),
            })
            .await;
        match found {
            Ok(Observed::Present(present)) if !matches!(present.owner, Owner::Foreign(_)) => {
                Ok(present)
            }
            Ok(_) => Err(self.stale("someone else created it meanwhile")),
            Err(Trouble::Stopped) if error.kind == ErrorKind::AlreadyExists => {
                Err(Trouble::Stopped)
            }
            Err(_) => Err(error.into()),
        }
    }

    /// Makes the changes; right after a create, again until all of AWS knows the new resource.
    async fn update(
        &self,
        present: &Present,
        changes: &[Change],
        known: &Known,
    ) -> Result<(), AwsError> {
        let deadline = Instant::now() + RETRY_LIMIT;
        let mut pauses = Pauses::default();
        loop {
            let resource = &self.node.resource;
            let error = match resource.update(&self.aws, present, changes, known).await {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            let is_new = self.decision.action == Action::Create;
            if error.kind != ErrorKind::NotFound || !is_new || Instant::now() >= deadline {
                return Err(error);
            }
            if pauses.first() {
                let awaited = "all of AWS to know the new resource".to_owned();
                self.aws.announce_wait(awaited);
            }
            if !self.aws.pause(pauses.next()).await {
                return Err(error);
            }
        }
    }

    async fn write(&self, mut present: Present, known: &Known) -> Result<(), Trouble> {
        let resource = &self.node.resource;
        for round in 1.. {
            let changes = attributes::diff(&present.attributes, &resource.desired(known));
            if let Some(reason) = changes.iter().find_map(|change| resource.immutable(change)) {
                return Err(self.stale(&reason));
            }
            if changes.is_empty() {
                break;
            }
            let error = match self.update(&present, &changes, known).await {
                Ok(()) => break,
                Err(error) => error,
            };
            if round == UPDATE_ROUNDS || !may_be_done(error.kind) {
                return Err(error.into());
            }
            match self.observe().await {
                Ok(Observed::Present(now))
                    if now.owner == Owner::Ours || now.owner == present.owner =>
                {
                    let left = attributes::diff(&now.attributes, &resource.desired(known));
                    let came_further = match error.kind {
                        ErrorKind::Outdated => true,
                        // Against a quota nothing is tried twice.
                        ErrorKind::Quota => left.is_empty(),
                        _ => left != changes,
                    };
                    if !came_further {
                        return Err(error.into());
                    }
                    present = now;
                }
                Ok(_) => return Err(self.stale("someone else replaced it meanwhile")),
                Err(_) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Why a wanted resource can no longer become what is wanted, such as a stream that AWS failed
    /// to create.
    fn immutable_change(&self, observed: &Observed, known: &Known) -> Option<String> {
        let present = match observed {
            Observed::Present(present) if self.node.wanted => present,
            _ => return None,
        };
        let resource = &self.node.resource;
        let changes = attributes::diff(&present.attributes, &resource.desired(known));
        changes.iter().find_map(|change| resource.immutable(change))
    }

    /// Waits until AWS reads back what was wanted.
    async fn settle(&self, known: &Known) -> Result<(), Trouble> {
        let patience = Instant::now() + FIND_LIMIT;
        let mut quiet_since = None;
        let trouble = self.poll(SETTLE_LIMIT, |observed| {
            if let Observed::Obstructed(reason) = &observed {
                // Another run at the same time may be about to end this, and after it only a
                // person.
                return if Instant::now() < patience {
                    Err(reason.clone())
                } else {
                    Ok(Some(self.impossible(reason.clone())))
                };
            }
            if let Some(reason) = self.immutable_change(&observed, known) {
                return Ok(Some(self.impossible(reason)));
            }
            let Some(awaited) = plan::unsettled(self.node, &observed, known) else {
                return Ok(None);
            };
            // While AWS is at work, that may take long. Otherwise reads lag behind for a while, or
            // something else changes the same resource.
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

    /// Observes until `accept` does; its error is what is waited for.
    async fn poll<T>(
        &self,
        limit: Duration,
        mut accept: impl FnMut(Observed) -> Result<T, String>,
    ) -> Result<T, Trouble> {
        let deadline = Instant::now() + limit;
        let mut pauses = Pauses::default();
        loop {
            let awaited = match accept(self.observe().await?) {
                Ok(result) => return Ok(result),
                Err(awaited) => awaited,
            };
            if Instant::now() >= deadline {
                return Err(self.did_not_settle(limit, &awaited));
            }
            if pauses.first() {
                self.aws.announce_wait(awaited);
            }
            if !self.aws.pause(pauses.next()).await {
                return Err(Trouble::Stopped);
            }
        }
    }
}
