//! What can be known before anything is written: whether the calls of a plan are allowed, and
//! whether the events that the integration lives on will come.
//!
//! [`simulation`] and [`trails`] hold what is decided and have no client; [`ask`] and
//! [`trails::look`] ask AWS. Each comes to [`Check`]s, which the commands print.

mod check;
pub mod simulation;
mod simulator;
#[cfg(test)]
mod tests;
pub mod trails;

pub use check::{Check, Denied, Verdict};
pub use simulator::ask;

use crate::engine::plan::Plan;
use crate::failure::Failure;

/// Each resource that nothing can be done about.
pub fn blocked(plan: &Plan) -> Vec<Check> {
    plan.blocked()
        .map(|step| {
            let reason = step.decision.reason.as_deref().unwrap_or_default();
            let message = format!("{} is blocked: {reason}", step.address);
            Check::new("plan", Verdict::Wrong, message)
        })
        .collect()
}

/// Refuses to go on where something is wrong.
///
/// # Errors
/// If a check is wrong: one cause for each, and for each call that would be denied.
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
    Err(failure.hint(
        "Allow these calls to the credentials in use (`provision permissions apply` prints a \
         policy). The simulation does not see everything, such as conditions on the session: if \
         you know better, pass `--ignore-preflight`",
    ))
}
