//! An account's turn: its plan is carried out if it is still the one that was approved.

use super::account::{Planned, ended, planned, together};
use super::load::{Access, Fleet};
use crate::engine::action::Action;
use crate::engine::approved::Approved;
use crate::engine::events::{Counts, Events, Outcome as Step};
use crate::engine::execute::execute;
use crate::engine::node::Observations;
use crate::engine::observed::Consent;
use crate::engine::plan::Plan;
use crate::failure::Failure;
use crate::fleet::digest::Digest;
use crate::fleet::ended::{Ended, Outcome};
use crate::fleet::run::End;
use crate::fleet::target::Target;
use crate::survey::Survey;
use crate::systems::Goal;

/// Reads the account again, and carries the plan out if it has the digest that was approved.
pub(super) async fn turn(
    fleet: &Fleet,
    target: &Target,
    consent: Consent,
    approved: Digest,
) -> End {
    let is_approved = |planned: &Planned| Digest::exact(&planned.document) == approved;
    let mut found = planned(fleet, target, Access::Writes, consent, false).await;
    // An answer that is some seconds old is no change of what is there.
    if let Ok(other) = &found
        && !is_approved(other)
        && other.survey.doubt().is_some()
    {
        found = planned(fleet, target, Access::Writes, consent, true).await;
    }
    let planned = match found {
        Ok(planned) => planned,
        Err(end) => return end,
    };
    if !is_approved(&planned) {
        let failure = Failure::new(
            "the account has changed since its plan was approved, so that nothing was written",
        )
        .hint("Look at the new plan with `provision fleet plan --account ID`, then run again");
        let stale = ended(target, Outcome::Stale).with_plan(&planned.document);
        return End::Alone(stale.because(&failure));
    }
    End::Alone(carried_out(fleet, target, planned, consent).await)
}

async fn carried_out(fleet: &Fleet, target: &Target, planned: Planned, consent: Consent) -> Ended {
    let Planned {
        context,
        survey,
        plan,
        document,
    } = planned;
    let kept = ended(target, Outcome::Done).with_plan(&document);
    let Survey {
        nodes,
        observed,
        observed_at,
        looked_since,
        ..
    } = survey;
    let approved = Approved {
        plan,
        observed,
        observed_at,
        looked_since,
        consent,
    };
    // Nobody is shown what is done in one of many accounts; how it ended is told.
    let (events, _) = Events::channel();
    let results = execute(&nodes, &approved, &context.aws, &events).await;
    let counts = Counts::of(&results.outcomes);
    let (outcome, failure) = if counts.count("unknown") > 0 {
        (Outcome::Unknown, failures(&results.outcomes))
    } else if counts.count("failed") > 0 {
        (Outcome::Failed, failures(&results.outcomes))
    } else if !counts.all_done() {
        let failure = Failure::new("some resources were left as they were");
        (Outcome::Failed, Some(failure))
    } else {
        match left(fleet, &approved.plan, &approved.observed) {
            Some(failure) => (Outcome::Failed, Some(failure)),
            None => (Outcome::Done, None),
        }
    };
    let kept = Ended { outcome, ..kept };
    match failure {
        Some(failure) => kept.because(&failure),
        None => kept,
    }
}

/// The failures of all resources, those first after which nobody knows what was written.
fn failures<T>(outcomes: &[(T, Step)]) -> Option<Failure> {
    let unknown = outcomes.iter().filter_map(|(_, it)| match it {
        Step::Unknown(failure) => Some(failure.clone()),
        _ => None,
    });
    let failed = outcomes.iter().filter_map(|(_, it)| match it {
        Step::Failed(failure) => Some(failure.clone()),
        _ => None,
    });
    together(unknown.chain(failed))
}

/// What is left under the deployment's names after a destroy.
pub(super) fn left(fleet: &Fleet, plan: &Plan, observed: &Observations) -> Option<Failure> {
    if fleet.goal == Goal::Present {
        return None;
    }
    together(plan.left(observed).into_iter().map(|step| {
        let what = match step.decision.action {
            Action::Delete => "the name of it, which leads to another resource".to_owned(),
            _ => {
                let reason = step.decision.reason.clone().or(step.note.clone());
                reason.unwrap_or_default()
            }
        };
        Failure::new(format!("{} is left: {what}", step.address))
    }))
}
