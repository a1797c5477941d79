//! Accounts for tests.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::fleet::ended::{Ended, Outcome};
use crate::fleet::target::Target;
use crate::names::AccountId;

/// The account with this number.
pub fn account(number: u64) -> AccountId {
    format!("{number:012}").parse().unwrap()
}

/// That account as a target.
pub fn target(number: u64) -> Target {
    Target {
        account: account(number),
        name: None,
        path: Vec::new(),
        is_callers: false,
        is_discovered: false,
    }
}

/// That account, ended so.
pub fn ended(number: u64, outcome: Outcome) -> Ended {
    Ended {
        account: account(number),
        name: None,
        outcome,
        regions: vec!["eu-west-1".parse().unwrap()],
        counts: BTreeMap::new(),
        plan: None,
        exact: None,
        reason: None,
        took: Duration::from_secs(1),
    }
}
