//! The resources that exist once in an account, and their documents. Each stands after those that it needs.

use crate::engine::address::Address;
use crate::engine::node::{Milestone, Node};
use crate::kinds::iam::instance_profile::{self, InstanceProfile, ProfileSpec};
use crate::kinds::iam::role::IamRole;
use crate::kinds::kms::key::{KeySpec, KmsKey};
use crate::kinds::s3::bucket::{BucketSpec, S3Bucket};
use crate::names::Region;
use crate::settings::{Profile, Trust};
use crate::systems::documents::Documents;
use crate::systems::trial::Reader;
use crate::systems::written::{Content, Written};
use iam_policy::{Kind, Policy};

use super::documents::AccountWide;
use super::names::Names;
use super::resources::{Resources, role_address};

/// The address of the integration role.
pub(super) fn integration_role() -> Address {
    role_address("integration")
}

impl Resources<'_> {
    /// The resources that exist once in an account. Without documents they are unwanted. The key is
    /// created with the policy of the documents, or was with one of `key_policies`.
    pub(super) fn account_wide(
        &self,
        documents: Option<&AccountWide>,
        key_policies: Vec<Policy>,
    ) -> Vec<Node> {
        let main = self.main;
        let role_name = self.names.integration_role();
        let role = IamRole {
            identity: self.role_identity(integration_role(), role_name.clone()),
            policy_name: "STSIntegration",
            spec: documents.map(|documents| {
                let trust = documents.trust.as_ref().map(|(_, trust)| trust.clone());
                self.role_spec(trust, documents.integration_role.clone())
            }),
        };
        let role_address = role.identity.address.clone();

        let profile_arn = format!("instance-profile/{role_name}");
        let profile = InstanceProfile {
            identity: self.identity(
                Address::global(instance_profile::KIND, "integration"),
                role_name.clone(),
                Some(self.site.arn("iam", "", &profile_arn)),
            ),
            spec: match (documents, &self.settings.trust) {
                (Some(_), Trust::Ec2) => Some(ProfileSpec { role: role_name }),
                _ => None,
            },
        };
        let mut profile = Node::new(profile);
        profile.is_usual = matches!(self.settings.trust, Trust::Ec2);
        profile.unwanted = Some("`trust` is not `ec2`".to_owned());
        profile
            .needs
            .push((role_address.clone(), Milestone::Exists));

        let bucket = S3Bucket {
            identity: self.identity(
                Names::bucket_address(main),
                self.names.bucket(self.site),
                Some(self.bucket_arn()),
            ),
            account: self.site.account.clone(),
            region: main.clone(),
            spec: documents.map(|documents| BucketSpec {
                key: self.encrypted().then(|| Names::key_address(main)),
                policy: documents.bucket.clone(),
                names_source: self.settings.profile == Profile::Hardened,
            }),
        };
        let mut bucket = Node::new(bucket);
        // The agent reads the bucket with this role for as long as the bucket exists.
        bucket.needs.push((role_address, Milestone::Exists));
        if self.encrypted() {
            let key = Names::key_address(main);
            bucket.needs.push((key, Milestone::Exists));
        }
        let key = self.key(main, documents, key_policies);
        vec![Node::new(role), profile, key, bucket]
    }

    /// The key in `region`. It is wanted if the documents have a key policy.
    pub(super) fn key(
        &self,
        region: &Region,
        documents: Option<&AccountWide>,
        mut key_policies: Vec<Policy>,
    ) -> Node {
        let policy = documents.and_then(|documents| documents.key.as_ref());
        key_policies.extend(policy.cloned());
        let key = KmsKey {
            identity: self.identity(Names::key_address(region), self.names.alias(), None),
            arn_prefix: self.site.arn("kms", region.name(), ""),
            region: region.clone(),
            description: "StackState Integration Key",
            policies: key_policies,
            spec: policy.map(|policy| KeySpec {
                policy: policy.clone(),
            }),
        };
        let mut key = Node::new(key);
        // The key is not scheduled for deletion while the bucket exists, since the bucket's objects
        // would be lost.
        key.outlives = Some(Names::bucket_address(self.main));
        key.is_usual = self.encrypted();
        key.unwanted = Some("`encryption` is `none`".to_owned());
        key
    }

    /// The documents of the resources that exist once in an account.
    pub(super) fn written_account_wide(
        &self,
        sources: &Documents,
        documents: AccountWide,
    ) -> Vec<Written> {
        let integration = role_address("integration");
        let written = |document: &'static str, carrier: Address, kind: Kind, policy| Written {
            name: document.to_owned(),
            document,
            origin: sources.origin(document).to_owned(),
            built_in: sources.built_in(document),
            carrier,
            content: Content::Policy(kind, policy),
        };
        let trust = documents.trust.into_iter();
        let trust =
            trust.map(|(name, trust)| written(name, integration.clone(), Kind::Trust, trust));
        let mut all: Vec<Written> = trust.collect();
        let policy = documents.integration_role;
        all.push(written(
            "integration-role-policy",
            integration.clone(),
            Kind::Inline,
            policy,
        ));
        let key = Names::key_address(self.main);
        let policy = documents.key.into_iter();
        all.extend(
            policy.map(|policy| written("key-policy", key.clone(), Kind::Key, policy.into())),
        );
        let bucket = Names::bucket_address(self.main);
        all.push(written(
            "bucket-policy",
            bucket,
            Kind::Bucket,
            documents.bucket.into(),
        ));
        all
    }

    /// The integration role, with which the agent reads the bucket.
    pub(super) fn reader(&self) -> Reader {
        let role = self.names.integration_role();
        Reader {
            role_arn: self.site.arn("iam", "", &format!("role/{role}")),
            external_id: match &self.settings.trust {
                Trust::External { external_id, .. } => Some(external_id.clone()),
                Trust::Ec2 | Trust::Unstated => None,
            },
            bucket_arn: self.bucket_arn(),
            prefix: format!("AWSLogs/{}/EventBridge/", self.site.account),
        }
    }
}
