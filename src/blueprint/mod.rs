//! From settings to resources: what each system needs in AWS.
//!
//! A blueprint is a pure function and the documents under `policies/`. It knows nothing of
//! clients.

pub mod documents;
pub mod stackstate;

use crate::names::{AccountId, Partition, Region};

/// Where a blueprint is laid out.
#[derive(Debug, Clone)]
pub struct Site {
    /// The partition of the account and its regions.
    pub partition: Partition,
    /// The account.
    pub account: AccountId,
    /// The regions; the first is the main region.
    pub regions: Vec<Region>,
}

impl Site {
    /// The region of what exists once in an account.
    pub fn main_region(&self) -> &Region {
        &self.regions[0]
    }

    /// An ARN in this account. `region` is empty for the services that have none.
    pub fn arn(&self, service: &str, region: &str, resource: &str) -> String {
        format!(
            "arn:{}:{service}:{region}:{}:{resource}",
            self.partition, self.account
        )
    }
}
