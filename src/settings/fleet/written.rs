//! `[fleet]` as it is written.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::secret::Secret;
use crate::settings::choices::MissingRegions;
use crate::settings::tags::{self, WrittenTag};

/// The keys of `[fleet]`, which have no flags.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::settings) struct FleetKeys {
    pub(super) role: Option<String>,
    pub(super) external_id: Option<Secret>,
    pub(super) organization: Option<String>,
    pub(super) accounts: Vec<String>,
    pub(super) ous: Vec<String>,
    pub(super) account_tags: BTreeMap<String, String>,
    pub(super) exclude: Vec<String>,
    pub(super) management: bool,
    pub(super) expect: Option<WrittenRange>,
    pub(super) missing_regions: MissingRegions,
    pub(super) canary: Vec<String>,
    pub(super) waves: Vec<WrittenShare>,
    pub(super) wave_pause: Option<String>,
    pub(super) max_failures: Option<WrittenShare>,
    pub(super) account: BTreeMap<String, OverrideKeys>,
}

impl FleetKeys {
    /// The external ID as it is written.
    pub(in crate::settings) fn external_id(&self) -> Option<&Secret> {
        self.external_id.as_ref()
    }
}

/// The keys of an account, which have no flags.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::settings) struct OverrideKeys {
    pub(super) regions: Vec<String>,
    #[serde(deserialize_with = "tags::from_table")]
    pub(super) tags: Vec<WrittenTag>,
}

/// A number of accounts, as a number or as a text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(super) enum WrittenShare {
    Number(i64),
    Text(String),
}

/// How many accounts there may be, as one number or as the least and the most.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(super) enum WrittenRange {
    Number(i64),
    Range { min: i64, max: i64 },
}
