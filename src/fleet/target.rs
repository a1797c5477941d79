//! The accounts that a run is about.

use crate::names::AccountId;

/// An account that a run is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The account.
    pub account: AccountId,
    /// The account's name in the organization, if the organization was asked.
    pub name: Option<String>,
    /// The organizational units from the root to the account, if the organization was asked.
    pub path: Vec<String>,
    /// Whether the credentials of the run belong to the account, so that no role is assumed.
    pub is_callers: bool,
    /// Whether the account was discovered, and not named by the settings.
    pub is_discovered: bool,
}

/// An account that a run leaves out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The account.
    pub account: AccountId,
    /// The account's name in the organization.
    pub name: Option<String>,
    /// Why the run leaves the account out, as the end of a sentence.
    pub reason: String,
}

/// What a run is about, each in the order of the account ids, no account twice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Targets {
    /// The accounts of the run.
    pub targets: Vec<Target>,
    /// The accounts that are left out.
    pub skipped: Vec<Skipped>,
}
