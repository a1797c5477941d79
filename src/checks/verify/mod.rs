//! Finds out whether what is deployed works: whether events arrive in the bucket and can be read, and
//! whether identities are allowed what they are to be allowed.
//!
//! [`event`] decides what can be sent, [`object`] what is in a delivered object, and [`grants`] what is
//! asked of IAM's simulator, all without a client. [`delivery`] sends, and waits until it is in the bucket;
//! [`reader`] takes on the role that reads.

pub mod delivery;
pub mod event;
mod folders;
pub mod grants;
mod looking;
pub mod object;
pub mod reader;
mod sending;
pub mod state;

use std::fmt;
use std::time::Duration;

use crate::checks::preflight::{Check, Verdict};
use crate::names::Region;

/// How far the clocks of this machine and of AWS may differ: beyond some minutes AWS refuses every
/// request.
const SKEW: Duration = Duration::from_secs(15 * 60);

/// What a step came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It works.
    Pass,
    /// It does not work.
    Fail,
    /// That cannot be known, which is no failure.
    Unknown,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Outcome::Pass => "pass",
            Outcome::Fail => "fail",
            Outcome::Unknown => "unknown",
        })
    }
}

/// One thing that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The region, if it was tried in one alone.
    pub region: Option<Region>,
    /// What was tried.
    pub name: &'static str,
    /// What it came to.
    pub outcome: Outcome,
    /// The outcome in a sentence without a full stop.
    pub message: String,
    /// What to do, as an imperative sentence without a full stop.
    pub advice: Option<String>,
    /// How long it took.
    pub took: Duration,
}

impl Step {
    /// A step of no region, without advice, that took no time.
    pub fn new(name: &'static str, outcome: Outcome, message: impl Into<String>) -> Self {
        Step {
            region: None,
            name,
            outcome,
            message: message.into(),
            advice: None,
            took: Duration::ZERO,
        }
    }

    /// The same step in a region.
    #[must_use]
    pub fn in_region(mut self, region: &Region) -> Self {
        self.region = Some(region.clone());
        self
    }

    /// The same step with advice.
    #[must_use]
    pub fn advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// The same step with the time that it took.
    #[must_use]
    pub fn took(mut self, took: Duration) -> Self {
        self.took = took;
        self
    }
}

/// The check of a preflight as a step. What is a warning there, such as a missing trail, is what does
/// not work here.
pub fn from_check(check: Check, took: Duration) -> Step {
    let (outcome, advice) = match check.verdict {
        Verdict::Ok => (Outcome::Pass, None),
        Verdict::Unknown => (Outcome::Unknown, None),
        Verdict::Warning | Verdict::Wrong if check.name == "trails" => (
            Outcome::Fail,
            Some("Let a trail log write management events in these regions"),
        ),
        Verdict::Warning | Verdict::Wrong => (
            Outcome::Fail,
            Some("Remove what leads elsewhere, unless it is meant to be so"),
        ),
    };
    Step {
        advice: advice.map(str::to_owned),
        ..Step::new(check.name, outcome, check.message).took(took)
    }
}
