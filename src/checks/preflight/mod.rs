//! Checks what can be known before a write: whether the calls of a plan are allowed, whether a trail
//! logs the API calls that the integration's rule listens for, and whether a resource of ours leads to
//! others.
//!
//! [`simulation`] decides what IAM is asked, `answers` what its answers mean, without a client;
//! [`ask`] asks. [`trails`] reads CloudTrail's trails. [`exposures`] reads where our resources lead.
//! Each gives [`Check`]s, which the commands print.

mod answers;
#[cfg(test)]
mod answers_tests;
mod check;
pub mod exposures;
mod principal;
pub mod simulation;
mod simulator;
#[cfg(test)]
mod tests;
pub mod trails;

pub use check::{Check, Denied, Verdict};
pub use simulator::ask;

use crate::engine::plan::Plan;
use crate::failure::Failure;

/// One check for each blocked resource.
pub fn blocked(plan: &Plan) -> Vec<Check> {
    plan.blocked()
        .map(|step| {
            let reason = step.decision.reason.as_deref().unwrap_or_default();
            let message = format!("{} is blocked: {reason}", step.address);
            Check::new("plan", Verdict::Wrong, message)
        })
        .collect()
}

/// Refuses to go on if a check is wrong.
///
/// # Errors
/// One cause for each call that would be denied, and for each other check that is wrong.
pub fn refuse(checks: &[Check]) -> Result<(), Failure> {
    let mut failure = Failure::new("the checks found something wrong, and nothing was changed");
    for check in checks.iter().filter(|it| it.verdict == Verdict::Wrong) {
        if check.denied.is_empty() {
            failure = failure.because(check.message.clone());
        }
        for denied in &check.denied {
            failure = failure.because(denied.to_string());
        }
    }
    if failure.causes.is_empty() {
        return Ok(());
    }
    let mut wrong = checks.iter().filter(|it| it.verdict == Verdict::Wrong);
    let is_denied = wrong.any(|it| !it.denied.is_empty());
    Err(failure.hint(match is_denied {
        true => {
            "Allow these calls to the credentials in use (`provision permissions apply` prints a \
             policy). The simulation does not see everything, such as conditions on the session: \
             if you know better, pass `--ignore-preflight`"
        }
        false => "Correct this, or pass `--ignore-preflight` if it is meant to be so",
    }))
}
