//! Settings of a fleet, and accounts, for the tests.

use std::collections::BTreeMap;
use std::time::Duration;

use super::organization::{Member, Organization};
use crate::names::AccountId;
use crate::settings::{Fleet, Share, Wave};

/// The organization that the settings name.
pub const ORGANIZATION: &str = "o-a1b2c3d4e5";
/// The management account.
pub const MANAGEMENT: u64 = 999;

/// The account of this number.
pub fn account(number: u64) -> AccountId {
    format!("{number:012}").parse().expect("twelve digits")
}

/// Settings that name no account.
pub fn fleet() -> Fleet {
    Fleet {
        role: "provision/ProvisionDeploy".to_owned(),
        external_id: None,
        organization: Some(ORGANIZATION.to_owned()),
        accounts: Vec::new(),
        ous: Vec::new(),
        account_tags: BTreeMap::new(),
        excluded_accounts: Vec::new(),
        excluded_ous: Vec::new(),
        management: false,
        expect: None,
        skips_missing_regions: false,
        canary: Vec::new(),
        waves: vec![Wave::Share(Share::Percent(100))],
        wave_pause: Duration::ZERO,
        max_failures: Share::Count(0),
        overrides: BTreeMap::new(),
    }
}

/// Settings that name these units.
pub fn fleet_of(ous: &[&str]) -> Fleet {
    Fleet {
        ous: texts(ous),
        ..fleet()
    }
}

pub fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// An active account in these units.
pub fn member(path: &[&str]) -> Member {
    Member {
        name: None,
        state: Some("ACTIVE".to_owned()),
        path: texts(path),
        tags: BTreeMap::new(),
    }
}

/// An organization with these accounts beside the management account, which is below the root.
pub fn organization(members: impl IntoIterator<Item = (u64, Member)>) -> Organization {
    let members = members.into_iter();
    let all = members.chain([(MANAGEMENT, member(&["r-ab12"]))]);
    Organization {
        management: Some(account(MANAGEMENT)),
        members: all.map(|(number, it)| (account(number), it)).collect(),
    }
}
