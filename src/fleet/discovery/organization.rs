//! What is known of an organization.

use std::collections::BTreeMap;

use crate::names::AccountId;

/// An organization as it was read; without members if the settings only name accounts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Organization {
    /// The management account.
    pub management: Option<AccountId>,
    /// The accounts of the organization, the management account included.
    pub members: BTreeMap<AccountId, Member>,
}

/// An account of an organization.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Member {
    /// The account's name.
    pub name: Option<String>,
    /// The account's state in AWS's words, such as `ACTIVE`.
    pub state: Option<String>,
    /// The root and the organizational units from there to the account; empty if the account was in none
    /// of them when they were read.
    pub path: Vec<String>,
    /// The account's tags, if the choice depends on them.
    pub tags: BTreeMap<String, String>,
}

impl Member {
    /// Why the account cannot be used, as the end of a sentence; `None` if it can.
    ///
    /// The states stand in the Organizations User Guide, "Monitor the state of your AWS accounts".
    pub fn inactive(&self) -> Option<String> {
        let why = match self.state.as_deref() {
            Some("ACTIVE") => return None,
            Some("SUSPENDED") => "the account is suspended",
            Some("PENDING_CLOSURE") => "the account is being closed",
            Some("CLOSED") => "the account is closed",
            Some("PENDING_ACTIVATION") => "the account's registration is not complete",
            Some(other) => return Some(format!("the account is in the state {other}")),
            None => "AWS does not say whether the account is active",
        };
        Some(why.to_owned())
    }

    /// Which of these units the account is in, or is below.
    pub fn is_in<'a>(&self, units: &'a [String]) -> Option<&'a String> {
        let holds = |unit: &&String| *unit == "root" || self.path.contains(*unit);
        units.iter().find(holds)
    }
}
