//! The work on one node, in three stages: the resource exists, everything is written, and AWS reads
//! it back.
//!
//! After each stage, the nodes that need only that stage may start. The work ends early if the
//! observed state no longer fits the plan.

mod deletion;
mod settling;
mod spreading;
mod writing;

use std::time::Duration;

use futures_util::future::try_join;

use crate::aws::{Aws, AwsError, ErrorKind};
use crate::engine::action::Action;
use crate::engine::address::Address;
use crate::engine::approved::Approved;
use crate::engine::decision::{Around, Decision, decide};
use crate::engine::events::Outcome;
use crate::engine::exposures;
use crate::engine::known::Known;
use crate::engine::node::{Node, known};
use crate::engine::observed::{Observed, Phase, Present};
use crate::engine::release::release;
use crate::engine::resource;
use crate::failure::Failure;

/// How long the executor looks for a resource whose create call got no usable answer, and how long
/// it observes a resource that is obstructed.
pub(super) const FIND_LIMIT: Duration = Duration::from_secs(10);
/// How long an observation is trusted. An older one is made again before the node is acted upon.
pub(super) const FRESH: Duration = Duration::from_secs(5);
/// How often an update or a deletion is tried, if its resource changes meanwhile.
pub(super) const UPDATE_ROUNDS: usize = 5;

/// The work on one node.
pub(super) struct Task<'a> {
    pub(super) node: &'a Node,
    pub(super) decision: &'a Decision,
    /// The parent of the node, with the decision about the parent.
    pub(super) parent: Option<(&'a Node, &'a Decision)>,
    pub(super) approved: &'a Approved,
    pub(super) aws: Aws,
    /// The nodes that need this one, and the node that it outlives, as far as they did not exist
    /// when the plan was made.
    pub(super) missing_dependents: Vec<&'a Node>,
    /// The ARNs of the resources that the run deletes or that are gone already.
    pub(super) deleted: &'a [String],
}

/// What the work on one node reports to the loop.
pub(super) enum Report<'a> {
    /// The resource exists. The remaining changes follow.
    Exists(Box<Task<'a>>, Present),
    /// AWS accepted the remaining changes, and has yet to read them back.
    Written(Task<'a>),
    /// The work ended.
    Ended(&'a Address, Outcome),
}

/// Why the work on a node ended early.
enum Trouble {
    Failed(Failure),
    Unknown(Failure),
    /// A person stopped the run before anything was written.
    Stopped,
    /// A person stopped the run after something may have been written.
    HalfDone,
}

impl From<AwsError> for Trouble {
    fn from(error: AwsError) -> Self {
        match error.kind {
            ErrorKind::Interrupted => Trouble::Stopped,
            // A read without an answer changed nothing.
            ErrorKind::Unanswered if !error.operation.reads() => Trouble::Unknown(error.failure()),
            _ => Trouble::Failed(error.failure()),
        }
    }
}

/// Whether a call that failed in this way may have had its effect all the same. Its answer may be
/// lost. Or the SDK lost the answer to its first attempt, which was carried out, and AWS refused
/// its second attempt.
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
    /// The same trouble of work that may have written something already.
    fn after_a_write(self) -> Trouble {
        match self {
            Trouble::Stopped => Trouble::HalfDone,
            trouble => trouble,
        }
    }

    fn outcome(self) -> Outcome {
        match self {
            Trouble::Failed(failure) => Outcome::Failed(failure),
            Trouble::Unknown(failure) => Outcome::Unknown(failure),
            Trouble::Stopped => Outcome::NotBegun,
            Trouble::HalfDone => Outcome::HalfDone,
        }
    }
}

/// The first stage: creates or deletes the resource.
pub(super) async fn begin(task: Task<'_>, known: Known) -> Report<'_> {
    let address = task.node.address();
    match task.begin(&known).await {
        Ok(Some(present)) => Report::Exists(Box::new(task), present),
        Ok(None) => Report::Ended(address, Outcome::Done(task.decision.action)),
        Err(trouble) => Report::Ended(address, trouble.outcome()),
    }
}

/// The second stage: writes the remaining changes.
pub(super) async fn write(task: Task<'_>, present: Present, known: Known) -> Report<'_> {
    match task.write(present, &known).await {
        Ok(()) => Report::Written(task),
        Err(trouble) => Report::Ended(task.node.address(), trouble.after_a_write().outcome()),
    }
}

/// The third stage: waits until AWS reads back the wanted attributes.
pub(super) async fn settle(task: Task<'_>, known: Known) -> Report<'_> {
    let outcome = match task.settle(&known).await {
        Ok(()) => Outcome::Done(task.decision.action),
        Err(trouble) => trouble.after_a_write().outcome(),
    };
    Report::Ended(task.node.address(), outcome)
}

impl Task<'_> {
    /// The resource after the first stage; `None` once it is deleted.
    async fn begin(&self, known: &Known) -> Result<Option<Present>, Trouble> {
        let observed = self.fresh().await?;
        if self.aws.stopped() {
            return Err(Trouble::Stopped);
        }
        match (self.decision.action, self.node.resource.wanted(), observed) {
            (Action::Delete, _, Observed::Present(present)) => self.remove(present, known).await,
            // One answer that it is gone proves little: it is deleted all the same.
            (Action::Delete, _, Observed::Missing | Observed::MissingBeside(_)) => {
                match self.approved.observed.get(self.node.address()) {
                    Some(Observed::Present(present)) => self.remove(present.clone(), known).await,
                    _ => Ok(None),
                }
            }
            (Action::Delete, _, absent) if absent.is_absent() => Ok(None),
            // Another run has created the resource meanwhile.
            (Action::Create, _, Observed::Present(present)) if present.phase != Phase::Deleting => {
                Ok(Some(present))
            }
            (Action::Create, Some(wanted), observed) => {
                if matches!(observed, Observed::Present(_)) {
                    let patience = self.node.resource.patience();
                    self.poll(known, patience, |observed| match observed {
                        Observed::Missing | Observed::MissingBeside(_) => Ok(()),
                        _ => Err("it to disappear and free its name".to_owned()),
                    })
                    .await?;
                }
                self.create(&*wanted, known).await.map(Some)
            }
            (_, _, Observed::Present(present)) => Ok(Some(present)),
            (_, _, _) => Err(self.stale("it is gone")),
        }
    }

    async fn remove(&self, present: Present, known: &Known) -> Result<Option<Present>, Trouble> {
        self.check_missing_dependents().await?;
        let deleted = self.delete(present, known).await;
        deleted.map_err(Trouble::after_a_write)?;
        Ok(None)
    }

    /// The observation that the plan was made from, or a new one if that is too old. The deletion of
    /// a child may change its parent, so a parent that is to be deleted is observed again too.
    async fn fresh(&self) -> Result<Observed, Trouble> {
        let address = self.node.address();
        let approved = self.approved;
        if !self.outwaited_the_lag().await? && approved.observed_at.elapsed() < FRESH {
            let planned = approved.observed.get(address).unwrap_or(&Observed::Missing);
            return Ok(planned.clone());
        }
        let action = self.parent.map(|(_, decision)| decision.action);
        let check = self.check(self.node, self.decision, action);
        match self.parent {
            Some((parent, decision)) if decision.action == Action::Delete => {
                let check_parent = self.check(parent, decision, None);
                Ok(try_join(check, check_parent).await?.0)
            }
            _ => check.await,
        }
    }

    /// Waits until AWS no longer answers as before this run, if a create of the resource could make a second
    /// one. Returns whether the resource has to be looked for again.
    async fn outwaited_the_lag(&self) -> Result<bool, Trouble> {
        let creates = self.decision.action == Action::Create;
        let lag = match creates && self.node.resource.may_get_a_twin() {
            true => self.aws.read_lag(),
            false => Duration::ZERO,
        };
        // What stood behind the old answers of the first look shows in observations that began so much later.
        let first = self.approved.looked_since;
        if self.approved.observed_at.duration_since(first) >= lag {
            return Ok(false);
        }
        let wait = lag.saturating_sub(first.elapsed());
        // The lag may be over although nobody has looked since, if it is shorter than a plan is trusted.
        if wait.is_zero() {
            return Ok(true);
        }
        let seconds = wait.as_secs() + 1;
        self.aws.announce_wait(format!(
            "a second look in {seconds} s, so that no second one is created"
        ));
        match self.aws.pause(wait).await {
            true => Ok(true),
            false => Err(Trouble::Stopped),
        }
    }

    /// Observes `node` again, and checks that the approved decision about it still holds.
    async fn check(
        &self,
        node: &Node,
        approved: &Decision,
        parent: Option<Action>,
    ) -> Result<Observed, Trouble> {
        let mut observed = self.observe_node(node, None).await?;
        if let (Action::Adopt, Observed::Present(present)) = (approved.action, &mut observed) {
            let aws = self.aws.on_behalf_of(node.address());
            let found = node.resource.exposures(&aws, present).await;
            present.exposure = exposures::obstacle(found);
        }
        let planned = self.approved.observed.get(node.address());
        if let Some(how) = another(planned, &observed) {
            return Err(stale(node, approved, &how));
        }
        let around = Around {
            parent,
            outlived: None,
            consent: self.approved.consent,
        };
        let Some(now) = decide(node, &observed, &known(&self.approved.observed), &around) else {
            // The resource is neither wanted nor present: it is gone already.
            return Ok(observed);
        };
        let new_holders = match (planned, &observed) {
            (Some(Observed::Present(before)), Observed::Present(now)) => now.new_holders(before),
            _ => None,
        };
        let same = match now.action {
            // A resource is deleted whatever its attributes are by now.
            Action::Delete => approved.action == Action::Delete && new_holders.is_none(),
            // If the resource was being deleted, it may be gone by now. Then only the reason
            // changes.
            Action::Create => approved.action == Action::Create && now.changes == approved.changes,
            // Another run was faster and did everything that was approved.
            Action::Keep => node.is_wanted(),
            _ => now == *approved,
        };
        if same {
            return Ok(observed);
        }
        let reason = now.reason.or(new_holders);
        let reason = reason.map(|reason| format!(" ({reason})"));
        let how = match now.action {
            Action::Blocked => "it is blocked now".to_owned(),
            Action::Delete => "the deletion would now detach others too".to_owned(),
            Action::Keep => "now: no change".to_owned(),
            action => format!("now: {action}"),
        };
        Err(stale(node, approved, &(how + &reason.unwrap_or_default())))
    }

    /// Observes the resource that the task works on, by its ARN if AWS chose that.
    async fn observe(&self, known: &Known) -> Result<Observed, AwsError> {
        self.observe_node(self.node, known.get(self.node.address()))
            .await
    }

    async fn observe_node(&self, node: &Node, arn: Option<&String>) -> Result<Observed, AwsError> {
        let aws = self.aws.on_behalf_of(node.address());
        let mut observed = resource::observe_known(node.resource.as_ref(), &aws, arn).await?;
        release(&mut observed, self.deleted);
        Ok(observed)
    }

    fn stale(&self, how: &str) -> Trouble {
        stale(self.node, self.decision, how)
    }
}

/// How what is observed is no longer the resource that was planned for, if AWS chose that one's ARN.
/// Such a resource may also stay under its ARN although nothing leads to it any more. So it does not
/// count as gone.
fn another(planned: Option<&Observed>, observed: &Observed) -> Option<String> {
    let Some(Observed::Present(before)) = planned else {
        return None;
    };
    let approved = before.arn.as_ref()?;
    match observed {
        Observed::Present(now) if now.is_another(before) => {
            let now = now.arn.as_deref().unwrap_or_default();
            Some(format!(
                "the plan was made for {approved}, and {now} is in its place now"
            ))
        }
        Observed::Missing | Observed::MissingBeside(_) => Some(format!(
            "the plan was made for {approved}, which is no longer found as managed by provision"
        )),
        _ => None,
    }
}

fn stale(node: &Node, approved: &Decision, how: &str) -> Trouble {
    Trouble::Failed(
        Failure::new(format!(
            "{} changed after the plan to {} it was made",
            node.address(),
            approved.action
        ))
        .because(how)
        .hint("Run the same command again and look at its new plan"),
    )
}
