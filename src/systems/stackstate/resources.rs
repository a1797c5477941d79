//! The resources of the integration. Each stands after those that it needs.

use crate::engine::address::Address;
use crate::engine::document::Document;
use crate::engine::identity::Identity;
use crate::engine::node::{Milestone, Node};
use crate::engine::ownership::Tags;
use crate::kinds::eventbridge::rule::{self, EventRule, RuleSpec};
use crate::kinds::eventbridge::target::{self, EventTarget, TargetSpec};
use crate::kinds::firehose::stream::{self, FirehoseStream, StreamSpec};
use crate::kinds::iam::instance_profile::{self, InstanceProfile, ProfileSpec};
use crate::kinds::iam::role::{self, IamRole, RoleSpec};
use crate::kinds::kms::key::{KeySpec, KmsKey};
use crate::kinds::s3::bucket::{BucketSpec, S3Bucket};
use crate::names::Region;
use crate::settings::{Encryption, Profile, StackState, Trust};
use crate::systems::documents::Documents;
use crate::systems::system::Site;
use crate::systems::trial::{Delivery, Reader};
use crate::systems::written::{Content, Written};
use iam_policy::{Kind, Policy};
use serde_json::Value as Json;

use super::documents::{AccountWide, Regional};
use super::names::{Names, TARGET};

/// The values that the resources of a deployment follow from.
pub(super) struct Resources<'a> {
    pub(super) settings: &'a StackState,
    pub(super) names: Names<'a>,
    pub(super) site: &'a Site,
    pub(super) main: &'a Region,
    pub(super) tags: Tags,
}

fn role_address(name: &str) -> Address {
    Address::global(role::KIND, name)
}

/// The address of the integration role.
pub(super) fn integration_role() -> Address {
    role_address("integration")
}

impl Resources<'_> {
    fn encrypted(&self) -> bool {
        self.settings.encryption == Encryption::Kms
    }

    fn identity(&self, address: Address, name: String, arn: Option<String>) -> Identity {
        Identity {
            address,
            name,
            arn,
            tags: self.tags.clone(),
        }
    }

    fn role_identity(&self, address: Address, name: String) -> Identity {
        let arn = self.site.arn("iam", "", &format!("role/{name}"));
        self.identity(address, name, Some(arn))
    }

    fn role_spec(&self, trust: Option<Document>, policy: Document) -> RoleSpec {
        let boundary = self.settings.permissions_boundary.as_ref();
        RoleSpec {
            trust,
            policy,
            boundary: boundary.map(|it| it.arn(self.site.partition, self.site.account.as_str())),
            keep_policies: self.settings.keep_policies.clone(),
        }
    }

    fn bucket_arn(&self) -> String {
        let name = self.names.bucket(self.site);
        format!("arn:{}:s3:::{name}", self.site.partition)
    }

    fn prefix(&self, of: &str, region: &Region) -> String {
        format!("AWSLogs/{}/{of}/{region}/", self.site.account)
    }

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

    /// The resources that exist in every region. Without documents they are unwanted.
    pub(super) fn regional(&self, region: &Region, documents: Option<&Regional>) -> Vec<Node> {
        let main = self.main;
        let firehose_role = IamRole {
            identity: self.role_identity(
                role_address(&format!("firehose-{region}")),
                self.names.firehose_role(region),
            ),
            policy_name: "default",
            spec: documents.map(|it| {
                self.role_spec(Some(it.firehose_trust.clone()), it.firehose_role.clone())
            }),
        };
        let eventbridge_role = IamRole {
            identity: self.role_identity(
                role_address(&format!("eventbridge-{region}")),
                self.names.eventbridge_role(region),
            ),
            policy_name: "default",
            spec: documents.map(|it| {
                self.role_spec(
                    Some(it.eventbridge_trust.clone()),
                    it.eventbridge_role.clone(),
                )
            }),
        };

        // The agent reads everything under `EventBridge/`, so the hardened profile writes failed
        // records elsewhere. AWS's Firehose guide, "Custom Prefixes for Amazon S3 Objects",
        // requires nothing else of a prefix without expressions.
        let failed = match self.settings.profile {
            Profile::Documented => "EventBridge",
            Profile::Hardened => "EventBridge-failed",
        };
        let arn = |service: &str, resource: String| {
            Some(self.site.arn(service, region.name(), &resource))
        };
        let stream_name = self.names.stream();
        let stream = FirehoseStream {
            identity: self.identity(
                Address::regional(stream::KIND, "eventbridge", region),
                stream_name.clone(),
                arn("firehose", format!("deliverystream/{stream_name}")),
            ),
            region: region.clone(),
            spec: documents.map(|_| StreamSpec {
                role_arn: firehose_role.identity.as_resource().to_owned(),
                bucket_arn: self.bucket_arn(),
                prefix: self.prefix("EventBridge", region),
                error_prefix: self.prefix(failed, region),
                key: self.encrypted().then(|| Names::key_address(main)),
            }),
        };
        let rule_name = self.names.rule();
        let rule = EventRule {
            identity: self.identity(
                Address::regional(rule::KIND, "stackstate", region),
                rule_name.clone(),
                arn("events", format!("rule/{rule_name}")),
            ),
            region: region.clone(),
            target: TARGET,
            spec: documents.map(|it| RuleSpec {
                pattern: it.pattern.clone(),
            }),
        };
        let target = EventTarget {
            identity: self.identity(
                Address::regional(target::KIND, "firehose", region),
                TARGET.to_owned(),
                None,
            ),
            rule: rule.identity.address.clone(),
            rule_name,
            rule_arn: rule.identity.as_resource().to_owned(),
            region: region.clone(),
            spec: documents.map(|_| TargetSpec {
                arn: stream.identity.as_resource().to_owned(),
                role_arn: eventbridge_role.identity.as_resource().to_owned(),
            }),
        };

        let at = |identity: &Identity| identity.address.clone();
        let bucket = Names::bucket_address(main);
        // The rule itself needs no role. But only the names of the roles show which regions are
        // deployed to, so no regional resource may be left without them.
        let rule_needs = vec![(at(&eventbridge_role.identity), Milestone::Exists)];
        let policy = documents.map(|documents| &documents.firehose_role);
        let key = policy.and_then(|policy| policy.id_of().cloned());
        let role_needs = key.map(|key| (key, Milestone::Exists));
        let mut stream_needs = vec![
            (at(&firehose_role.identity), Milestone::Settled),
            (bucket.clone(), Milestone::Exists),
        ];
        if self.encrypted() {
            stream_needs.push((Names::key_address(main), Milestone::Exists));
        }
        // Events begin to flow with the target, so everything behind the target must be ready by
        // then. For the bucket it is enough that S3 has accepted every setting.
        let target_needs = vec![
            (at(&rule.identity), Milestone::Exists),
            (at(&stream.identity), Milestone::Settled),
            (at(&eventbridge_role.identity), Milestone::Settled),
            (bucket, Milestone::Written),
        ];
        let mut firehose_role = Node::new(firehose_role);
        let mut eventbridge_role = Node::new(eventbridge_role);
        for role in [&mut firehose_role, &mut eventbridge_role] {
            role.serves = Some(region.clone());
        }
        firehose_role.needs.extend(role_needs);
        let mut stream = Node::new(stream);
        stream.needs = stream_needs;
        let mut rule = Node::new(rule);
        rule.needs = rule_needs;
        let mut target = Node::new(target);
        target.needs = target_needs;
        vec![firehose_role, eventbridge_role, stream, rule, target]
    }

    /// The way of the events of `region` that `pattern` selects.
    pub(super) fn delivery(&self, region: &Region, pattern: Json) -> Delivery {
        let stream = self.names.stream();
        let resource = format!("deliverystream/{stream}");
        Delivery {
            region: region.clone(),
            pattern,
            stream_arn: self.site.arn("firehose", region.name(), &resource),
            stream,
            tags: self.tags.clone(),
            bucket: self.names.bucket(self.site),
            bucket_region: self.main.clone(),
            prefix: self.prefix("EventBridge", region),
        }
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

    /// The documents of the resources in `region`.
    pub(super) fn written_regional(
        &self,
        sources: &Documents,
        region: &Region,
        documents: Regional,
    ) -> Vec<Written> {
        let of_role = |service: &str| role_address(&format!("{service}-{region}"));
        let rule = Address::regional(rule::KIND, "stackstate", region);
        let all = [
            (
                "firehose-role-trust",
                of_role("firehose"),
                Content::Policy(Kind::Trust, documents.firehose_trust),
            ),
            (
                "firehose-role-policy",
                of_role("firehose"),
                Content::Policy(Kind::Inline, documents.firehose_role),
            ),
            (
                "eventbridge-role-trust",
                of_role("eventbridge"),
                Content::Policy(Kind::Trust, documents.eventbridge_trust),
            ),
            (
                "eventbridge-role-policy",
                of_role("eventbridge"),
                Content::Policy(Kind::Inline, documents.eventbridge_role),
            ),
            (
                "event-pattern",
                rule,
                Content::EventPattern(documents.pattern),
            ),
        ];
        let written = all.into_iter().map(|(document, carrier, content)| Written {
            name: format!("{document}@{region}"),
            document,
            origin: sources.origin(document).to_owned(),
            built_in: sources.built_in(document),
            carrier,
            content,
        });
        written.collect()
    }
}
