//! Checks what can be known before a write: whether the calls of a plan are allowed, whether a trail
//! logs the API calls that the integration's rule listens for, and whether a resource of ours leads to
//! others.
//!
//! [`simulation`] decides what IAM is asked, `answers` what its answers mean, without a client;
//! [`ask`] asks. [`trails`] reads CloudTrail's trails. [`exposures`] reads where our resources lead.
//! Each gives [`Check`]s, which the commands print.

pub mod answers;
#[cfg(test)]
mod answers_tests;
mod check;
pub mod exposures;
mod principal;
pub mod simulation;
pub mod simulator;
#[cfg(test)]
mod tests;
pub mod trails;

pub use check::{Check, Denied, Verdict, by_action};
pub use simulator::ask;

use crate::engine::plan::Plan;
use crate::failure::Failure;

/// The name of the check whether the plan can be carried out.
pub const PLAN: &str = "plan";

/// One check for each blocked resource.
pub fn blocked(plan: &Plan) -> Vec<Check> {
    plan.blocked()
        .map(|step| {
            let reason = step.decision.reason.as_deref().unwrap_or_default();
            let message = format!("{} is blocked: {reason}", step.address);
            Check::new(PLAN, Verdict::Wrong, message)
        })
        .collect()
}

/// Refuses to go on if a check is wrong.
///
/// # Errors
/// One cause for each action that would be denied, and for each other check that is wrong.
pub fn refuse(checks: &[Check]) -> Result<(), Failure> {
    let mut failure = Failure::new("the checks found something wrong, and nothing was changed");
    for check in checks.iter().filter(|it| it.verdict == Verdict::Wrong) {
        match check.denied.as_slice() {
            [] => failure = failure.because(check.message.clone()),
            denied => failure.causes.extend(by_action(denied)),
        }
    }
    match way_out(checks) {
        Some(way_out) => Err(failure.hint(way_out)),
        None => Ok(()),
    }
}

/// What to do about what is wrong; `None` if nothing is.
pub fn way_out(checks: &[Check]) -> Option<&'static str> {
    let wrong = checks.iter().filter(|it| it.verdict == Verdict::Wrong);
    let wrong: Vec<&Check> = wrong.collect();
    if wrong.is_empty() {
        None
    } else if wrong.iter().any(|it| !it.denied.is_empty()) {
        Some(
            "Allow these calls to the credentials in use (`provision permissions apply` prints a \
             policy). The simulation does not see everything, such as conditions on the session: \
             if you know better, pass `--ignore-preflight` to apply",
        )
    } else if wrong.iter().any(|it| it.name == PLAN) {
        Some("Do what each blocked resource asks for; apply does not begin before that")
    } else {
        Some("Correct this, or pass `--ignore-preflight` to apply if it is meant to be so")
    }
}
