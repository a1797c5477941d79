//! `[fleet]` once it is checked.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::names::{AccountId, Region};
use crate::secret::Secret;

/// What holds for all accounts.
pub(in crate::settings) struct Common<'a> {
    pub(in crate::settings) regions: &'a [Region],
    pub(in crate::settings) tags: &'a BTreeMap<String, String>,
}

/// The accounts of a fleet, how they are reached, and in which order they are changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fleet {
    /// The role that is assumed in each account: its path without the first slash, and its name.
    pub role: String,
    /// The external ID of that role's trust policy.
    pub external_id: Option<Secret>,
    /// The only organization in which accounts are discovered: `o-…`.
    pub organization: Option<String>,
    /// The accounts that are named.
    pub accounts: Vec<AccountId>,
    /// The organizational units whose accounts are discovered, with everything below: `ou-…`, `r-…` or
    /// `root`.
    pub ous: Vec<String>,
    /// The tags that a discovered account must have.
    pub account_tags: BTreeMap<String, String>,
    /// The accounts that are left out.
    pub excluded_accounts: Vec<AccountId>,
    /// The organizational units that are left out, with everything below.
    pub excluded_ous: Vec<String>,
    /// Whether the management account may be among the accounts.
    pub management: bool,
    /// How many accounts there must be, from the first number to the second.
    pub expect: Option<(usize, usize)>,
    /// Whether a region that an account has not enabled or that is denied is left out there.
    pub skips_missing_regions: bool,
    /// The accounts of the wave `canary`.
    pub canary: Vec<AccountId>,
    /// The waves, each as all accounts up to it. Never empty; the last one is everything.
    pub waves: Vec<Wave>,
    /// The pause between two waves.
    pub wave_pause: Duration,
    /// How many accounts may fail before no further one begins.
    pub max_failures: Share,
    /// What is different in some accounts.
    pub overrides: BTreeMap<AccountId, Override>,
}

/// The accounts up to the end of a wave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wave {
    /// The canaries.
    Canary,
    /// A part of all accounts, the canaries included.
    Share(Share),
}

/// A number of accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// So many accounts.
    Count(usize),
    /// A part of all accounts: 0 to 100.
    Percent(u8),
}

/// What is different in one account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Override {
    /// The regions instead of those of all accounts, the main region first; empty if they are the same.
    pub regions: Vec<Region>,
    /// The tags that are added.
    pub tags: BTreeMap<String, String>,
}

impl FromStr for Share {
    type Err = String;

    /// Takes a number, or a number from 0 to 100 with a percent sign.
    fn from_str(text: &str) -> Result<Self, String> {
        let share = match text.strip_suffix('%') {
            Some(digits) => number(digits).filter(|it| *it <= 100).map(Share::Percent),
            None => number(text).map(Share::Count),
        };
        share.ok_or_else(|| {
            format!(
                "{text:?} is neither a number of accounts nor a part of them from \"0%\" to \"100%\""
            )
        })
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Share::Count(count) => write!(f, "{count}"),
            Share::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

impl fmt::Display for Wave {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wave::Canary => f.write_str("canary"),
            Wave::Share(share) => share.fmt(f),
        }
    }
}

/// The number that a text of digits alone is.
pub(super) fn number<T: FromStr>(text: &str) -> Option<T> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}
