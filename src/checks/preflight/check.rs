//! One thing that was checked, and the verdict.

use std::fmt;

use crate::engine::address::Address;

/// The verdict of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// All is well.
    Ok,
    /// The check could not be made, which stops nothing.
    Unknown,
    /// A person should know of it, which stops nothing.
    Warning,
    /// Something is wrong, which stops an apply.
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
    /// What the check is about.
    pub name: &'static str,
    /// The verdict.
    pub verdict: Verdict,
    /// The verdict in a sentence without a full stop.
    pub message: String,
    /// The calls that would be denied by simulation.
    pub denied: Vec<Denied>,
}

impl Check {
    /// A check without denied calls.
    pub fn new(name: &'static str, verdict: Verdict, message: impl Into<String>) -> Self {
        Check {
            name,
            verdict,
            message: message.into(),
            denied: Vec::new(),
        }
    }
}

/// A call that would be denied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    /// The resource for which the call would be made.
    pub address: Address,
    /// The action.
    pub action: &'static str,
    /// The ARN on which the action is needed.
    pub resource: String,
    /// The reason, as far as the simulation gives one.
    pub reason: String,
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} on {} ({})",
            self.address, self.action, self.resource, self.reason
        )
    }
}
