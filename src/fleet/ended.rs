//! How an account of a fleet ended, in the little that is kept of it.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::engine::action::Action;
use crate::names::AccountId;

/// How an account ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Everything is as wanted.
    Unchanged,
    /// The plan has changes.
    Changed,
    /// All changes were made.
    Done,
    /// The plan cannot be carried out.
    Blocked,
    /// Something failed.
    Failed,
    /// AWS did not answer a write, so that nobody knows whether it was made.
    Unknown,
    /// At the account's turn its plan was another one than approved, so that nothing was written.
    Stale,
    /// The role cannot be assumed, or no region answers.
    Unreachable,
    /// The account is left out.
    Skipped,
    /// The run ended before the account's turn.
    NotStarted,
}

/// What is kept of an account that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The account.
    pub account: AccountId,
    /// The account's name in the organization.
    pub name: Option<String>,
    /// How the account ended.
    pub outcome: Outcome,
    /// How many resources the plan treats in which way.
    pub counts: BTreeMap<Action, usize>,
    /// The plan, account and regions put aside: equal plans have equal digests.
    pub plan: Option<Digest>,
    /// Why, where the account did not end well.
    pub reason: Option<Reason>,
    /// How long the account took.
    pub took: Duration,
}

/// The SHA-256 of a text, in hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub String);

/// Why an account did not end well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// What failures of the same cause have in common: the operation and AWS's code, or the message
    /// without account, region and request id.
    pub cause: String,
    /// The whole failure of this account, with AWS's code, message and request id.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}
