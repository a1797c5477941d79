//! What the resources of the integration have in common.

use crate::engine::address::Address;
use crate::engine::document::Document;
use crate::engine::identity::Identity;
use crate::engine::ownership::Tags;
use crate::kinds::iam::role::{self, RoleSpec};
use crate::names::Region;
use crate::settings::{Encryption, StackState};
use crate::systems::system::Site;

use super::names::Names;

/// The values that the resources of a deployment follow from.
pub(super) struct Resources<'a> {
    pub(super) settings: &'a StackState,
    pub(super) names: Names<'a>,
    pub(super) site: &'a Site,
    pub(super) main: &'a Region,
    pub(super) tags: Tags,
}

pub(super) fn role_address(name: &str) -> Address {
    Address::global(role::KIND, name)
}

impl Resources<'_> {
    pub(super) fn encrypted(&self) -> bool {
        self.settings.encryption == Encryption::Kms
    }

    pub(super) fn identity(&self, address: Address, name: String, arn: Option<String>) -> Identity {
        Identity {
            address,
            name,
            arn,
            tags: self.tags.clone(),
        }
    }

    pub(super) fn role_identity(&self, address: Address, name: String) -> Identity {
        let arn = self.site.arn("iam", "", &format!("role/{name}"));
        self.identity(address, name, Some(arn))
    }

    pub(super) fn role_spec(&self, trust: Option<Document>, policy: Document) -> RoleSpec {
        let boundary = self.settings.permissions_boundary.as_ref();
        RoleSpec {
            trust,
            policy,
            boundary: boundary.map(|it| it.arn(self.site.partition, self.site.account.as_str())),
            keep_policies: self.settings.keep_policies.clone(),
        }
    }

    pub(super) fn bucket_arn(&self) -> String {
        let name = self.names.bucket(self.site);
        format!("arn:{}:s3:::{name}", self.site.partition)
    }

    pub(super) fn prefix(&self, of: &str, region: &Region) -> String {
        format!("AWSLogs/{}/{of}/{region}/", self.site.account)
    }
}
