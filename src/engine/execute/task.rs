//! The work on one node, in three stages: it exists, everything is written, and AWS reads it back.
//!
//! After each stage those that need no more may go on. Each ends early where the world is no longer
//! what the plan was made for.

mod deletion;
mod settling;
mod writing;

use std::time::Duration;

use crate::aws::{Aws, AwsError, ErrorKind};
use crate::engine::action::Action;
use crate::engine::address::Address;
use crate::engine::approved::Approved;
use crate::engine::decision::{Around, Decision, decide};
use crate::engine::events::Outcome;
use crate::engine::known::Known;
use crate::engine::node::{Node, known};
use crate::engine::observed::{Observed, Phase, Present};
use crate::engine::release::release;
use crate::engine::resource;
use crate::failure::Failure;

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
    /// The ARNs of the resources that are deleted or are gone.
    pub(super) going: &'a [String],
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
        match (self.decision.action, self.node.resource.wanted(), observed) {
            (Action::Delete, _, Observed::Present(present)) => {
                self.check_absent().await?;
                let deleted = self.delete(present, known).await;
                deleted.map_err(|trouble| self.half_way(trouble))?;
                Ok(None)
            }
            (Action::Delete, _, Observed::Missing | Observed::Impossible(_)) => Ok(None),
            // Another run has made it meanwhile.
            (Action::Create, _, Observed::Present(present)) if present.phase != Phase::Deleting => {
                Ok(Some(present))
            }
            (Action::Create, Some(wanted), observed) => {
                if matches!(observed, Observed::Present(_)) {
                    self.poll(SETTLE_LIMIT, |observed| match observed {
                        Observed::Missing => Ok(()),
                        _ => Err("it to disappear, so that its name is free".to_owned()),
                    })
                    .await?;
                }
                self.create(&*wanted, known).await.map(Some)
            }
            (_, _, Observed::Present(present)) => Ok(Some(present)),
            (_, _, Observed::Missing | Observed::Impossible(_) | Observed::Obstructed(_)) => {
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
        let known = known(&approved.observed);
        let Some(now) = decide(self.node, &observed, &known, &around) else {
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
            Action::Keep => self.node.is_wanted(),
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

    async fn observe(&self) -> Result<Observed, AwsError> {
        let mut observed = resource::observe(self.node.resource.as_ref(), &self.aws).await?;
        release(&mut observed, self.going);
        Ok(observed)
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
}
