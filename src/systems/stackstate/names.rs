//! The names of the integration's resources in AWS, and the addresses of its key and bucket.

use crate::engine::address::Address;
use crate::kinds::{kms, s3};
use crate::names::Region;
use crate::settings::is_postfix;
use crate::systems::system::Site;

const ROLE: &str = "StackStateAwsIntegrationRole";
const FIREHOSE_ROLE: &str = "StackStateFirehoseRole-";
const EVENTBRIDGE_ROLE: &str = "StackStateEventBridgeRole-";
const STREAM: &str = "stackstate-eventbridge-stream";
const RULE: &str = "StsEventBridgeRule";
const ALIAS: &str = "alias/stackstate-integration";
const BUCKET: &str = "stackstate-logs-${AccountId}";

/// The id of the rule's target, which has no postfix.
pub(super) const TARGET: &str = "StsEventBridgeFirehose";

/// The names of one deployment.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// The end of every name.
    pub postfix: &'a str,
}

/// The names that the documents spell out, each with the name in the deployment of `postfix`.
pub(super) fn spelled_out(postfix: &str) -> Vec<(&'static str, String)> {
    let names = [BUCKET, STREAM, RULE, ALIAS];
    names
        .map(|name| (name, format!("{name}{postfix}")))
        .to_vec()
}

impl Names<'_> {
    /// The name of the integration role.
    pub fn integration_role(self) -> String {
        format!("{ROLE}{}", self.postfix)
    }

    /// The name of the log bucket.
    pub fn bucket(self, site: &Site) -> String {
        format!("stackstate-logs-{}{}", site.account, self.postfix)
    }

    pub(super) fn firehose_role(self, region: &Region) -> String {
        format!("{FIREHOSE_ROLE}{region}{}", self.postfix)
    }

    pub(super) fn eventbridge_role(self, region: &Region) -> String {
        format!("{EVENTBRIDGE_ROLE}{region}{}", self.postfix)
    }

    pub(super) fn stream(self) -> String {
        format!("{STREAM}{}", self.postfix)
    }

    pub(super) fn rule(self) -> String {
        format!("{RULE}{}", self.postfix)
    }

    pub(super) fn alias(self) -> String {
        format!("{ALIAS}{}", self.postfix)
    }

    /// The region in the name of a role, if `role` is one of this deployment's regional roles. IAM
    /// is global, so these names show to which regions earlier settings deployed.
    pub fn region_of_role(self, role: &str) -> Option<Region> {
        let name = role.strip_suffix(self.postfix)?;
        let region = name
            .strip_prefix(FIREHOSE_ROLE)
            .or_else(|| name.strip_prefix(EVENTBRIDGE_ROLE))?;
        region.parse().ok()
    }

    /// The postfix of the deployment that an integration role of this name belongs to.
    pub fn postfix_of(role: &str) -> Option<&str> {
        let postfix = role.strip_prefix(ROLE)?;
        is_postfix(postfix).then_some(postfix)
    }

    /// The address of the key, which is in the main region.
    pub fn key_address(main: &Region) -> Address {
        Address::regional(kms::key::KIND, "integration", main)
    }

    /// The address of the log bucket, which is in the main region.
    pub fn bucket_address(main: &Region) -> Address {
        Address::regional(s3::bucket::KIND, "logs", main)
    }
}
