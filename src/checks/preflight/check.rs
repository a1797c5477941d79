//! What was checked, and what the check came to.

use std::fmt;

use crate::engine::address::Address;

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

/// A call that would be denied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    /// For which resource.
    pub address: Address,
    /// The action.
    pub action: &'static str,
    /// On what.
    pub resource: String,
    /// Why, as far as the simulation tells.
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
