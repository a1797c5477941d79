//! Checked settings.

use std::collections::BTreeMap;

use iam_policy::lint::Accepted;
use serde::Serialize;

use super::audit_trail::AuditTrail;
use super::canonical;
use super::general::Connection;
use super::stackstate::StackState;
use super::trust::Trust;
use crate::failure::Failure;
use crate::names::{AccountId, Partition, Region};

/// Everything that one run needs to know from the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Settings {
    /// The only account that the run may touch, if one is named.
    #[serde(serialize_with = "canonical::text")]
    pub account: Option<AccountId>,
    /// The regions, all of one partition and each once; the first is the main region. Never empty
    /// if there is a system that lives in regions.
    #[serde(serialize_with = "canonical::first_and_sorted")]
    pub regions: Vec<Region>,
    /// The tags for every resource, without our own ownership tags.
    pub tags: BTreeMap<String, String>,
    /// The StackState integration, if this run is about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stackstate: Option<StackState>,
    /// Audit Trail, if this run is about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audit_trail: Option<AuditTrail>,
    /// The findings of `policy lint` that stay, each with the reason. They change nothing in AWS.
    #[serde(skip)]
    pub accepted: Accepted,
    /// How to reach AWS, which changes nothing in AWS either.
    #[serde(skip)]
    pub connection: Connection,
}

impl Settings {
    /// The partition of all regions; `None` where there is no region.
    pub fn partition(&self) -> Option<Partition> {
        self.regions.first().map(Region::partition)
    }

    /// Every setting that affects what is provisioned, as pairs of key path and canonical value,
    /// always in the same order. Settings of the same meaning give the same pairs.
    ///
    /// The external ID is among the values: digest the pairs with a salt, and never print or
    /// store them.
    ///
    /// # Errors
    /// A value that cannot be serialized; checked settings have none.
    pub fn digest_entries(&self) -> Result<Vec<(String, String)>, Failure> {
        let mut entries = canonical::entries(self)?;
        if let Some(stackstate) = &self.stackstate
            && let Trust::External { external_id, .. } = &stackstate.trust
        {
            let value = external_id.expose().to_owned();
            entries.push(("stackstate.external_id".to_owned(), value));
        }
        Ok(entries)
    }
}
