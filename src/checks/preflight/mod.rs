//! What can be known before anything is written: whether the calls of a plan are allowed, and
//! whether the events that the integration lives on will come.
//!
//! [`simulation`] and [`trails`] hold what is decided and have no client; [`ask`] and
//! [`trails::look`] ask AWS. Each comes to [`Check`]s, which the commands print.

pub mod simulation;
mod simulator;
#[cfg(test)]
mod tests;
pub mod trails;

pub use simulator::ask;

use std::fmt;

use crate::engine::plan::Plan;
use crate::failure::Failure;
use simulation::Denied;

/// What a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// All is well.
    Ok,
    /// It could not be checked, which stops nothing.
    Unknown,
    /// A person should know, which stops nothing.
    Warning,
    /// It stops an apply.
    Wrong,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Verdict::Ok => "ok",
            Verdict::Unknown => "unknown",
            Verdict::Warning => "warning",
            Verdict::Wrong => "wrong",
        })
    }
}

/// One thing that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What it is about.
    pub name: &'static str,
    /// What it came to.
    pub verdict: Verdict,
    /// That in a sentence without a full stop.
    pub message: String,
    /// The calls that would be denied.
    pub denied: Vec<Denied>,
}

impl Check {
    /// A check of which no more is to be said than this.
    pub fn new(name: &'static str, verdict: Verdict, message: impl Into<String>) -> Self {
        Check {
            name,
            verdict,
            message: message.into(),
            denied: Vec::new(),
        }
    }
}

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
