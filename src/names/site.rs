//! The place of resources: an account and its regions.

use super::{AccountId, Partition, Region};

/// The place of a system: an account and its regions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The partition of the account and its regions.
    pub partition: Partition,
    /// The account.
    pub account: AccountId,
    /// The regions; the first is the main region. May be empty for a system without regional
    /// resources.
    pub regions: Vec<Region>,
}

impl Site {
    /// An ARN in this account. `region` is empty for global services.
    pub fn arn(&self, service: &str, region: &str, resource: &str) -> String {
        format!(
            "arn:{}:{service}:{region}:{}:{resource}",
            self.partition, self.account
        )
    }
}
