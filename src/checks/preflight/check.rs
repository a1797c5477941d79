//! One thing that was checked, and the verdict.

use std::collections::BTreeSet;
use std::fmt;

use crate::engine::address::Address;

/// How many resources are named with an action that would be denied for them; JSON names all.
const SHOWN: usize = 3;

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
    /// The ARN on which the action is needed; with `key/*` for a key that does not exist yet.
    pub resource: String,
    /// The reason, as far as the simulation gives one.
    pub reason: String,
}

/// The denied calls by their action and the reason, each in one text, so that a call which would be denied
/// for many resources is read once.
pub fn by_action(denied: &[Denied]) -> Vec<String> {
    let mut groups: Vec<(&str, &str, BTreeSet<&Address>)> = Vec::new();
    for it in denied {
        let found = groups
            .iter_mut()
            .find(|(action, reason, _)| *action == it.action && *reason == it.reason);
        match found {
            Some((_, _, addresses)) => {
                addresses.insert(&it.address);
            }
            None => groups.push((it.action, &it.reason, BTreeSet::from([&it.address]))),
        }
    }
    let texts = groups.into_iter().map(|(action, reason, addresses)| {
        let more = addresses.len().saturating_sub(SHOWN);
        let shown = addresses.iter().take(SHOWN).map(ToString::to_string);
        let shown: Vec<String> = shown.collect();
        let more = match more {
            0 => String::new(),
            _ => format!(" and {more} more"),
        };
        format!("{action} for {}{more}: {reason}", shown.join(", "))
    });
    texts.collect()
}
