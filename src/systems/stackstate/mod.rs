//! The AWS side of the StackState 5.1 integration.
//!
//! Once in an account: the integration role, and in the main region the key and the log bucket. In
//! every region: the roles of Firehose and EventBridge, the stream, the rule and its target.

mod documents;

pub use documents::DOCUMENTS;

use documents::Filled;

use super::documents::Documents;
use super::{Site, Written};
use crate::engine::address::Address;
use crate::engine::ownership::Tags;
use crate::engine::plan::{Milestone, Node};
use crate::failure::Failure;
use crate::kinds::eventbridge::rule::EventRule;
use crate::kinds::eventbridge::target::EventTarget;
use crate::kinds::firehose::stream::FirehoseStream;
use crate::kinds::iam::instance_profile::{self, InstanceProfile};
use crate::kinds::iam::role::{IamRole, KEY_ID};
use crate::kinds::kms::key::KmsKey;
use crate::kinds::s3::bucket::S3Bucket;
use crate::names::Region;
use crate::settings::{Encryption, Profile, Settings, StackState, Trust};

/// The system's name in tags, settings and documents.
pub const SYSTEM: &str = "stackstate";

const ROLE: &str = "StackStateAwsIntegrationRole";
const FIREHOSE_ROLE: &str = "StackStateFirehoseRole-";
const EVENTBRIDGE_ROLE: &str = "StackStateEventBridgeRole-";
const STREAM: &str = "stackstate-eventbridge-stream";
const RULE: &str = "StsEventBridgeRule";
const TARGET: &str = "StsEventBridgeFirehose";
const ALIAS: &str = "alias/stackstate-integration";
const BUCKET: &str = "stackstate-logs-${AccountId}";

/// The name of the integration role.
pub fn integration_role_name(settings: &StackState) -> String {
    format!("{ROLE}{}", settings.postfix)
}

/// The name of the log bucket.
pub fn bucket_name(site: &Site, settings: &StackState) -> String {
    format!("stackstate-logs-{}{}", site.account, settings.postfix)
}

/// The region that a role serves, if `role` is the name of one of this deployment's regional
/// roles. IAM is global, so that these names tell which regions were deployed earlier.
pub fn region_of_role(role: &str, settings: &StackState) -> Option<Region> {
    let name = role.strip_suffix(settings.postfix.as_str())?;
    let region = name
        .strip_prefix(FIREHOSE_ROLE)
        .or_else(|| name.strip_prefix(EVENTBRIDGE_ROLE))?;
    region.parse().ok()
}

/// What was found of earlier deployments with other settings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remains {
    /// Regions that were deployed and are not in the settings.
    pub regions: Vec<Region>,
    /// Where the log bucket is, if that is not the main region.
    pub main_region: Option<Region>,
}

/// Every resource of the system, those that the settings ask for and those that would be left over
/// from other settings. With `wanted` false nothing is asked for, which is what a destroy wants.
///
/// A resource stands after those that it needs.
///
/// # Errors
/// A document that cannot be used; see [`Documents`].
pub fn nodes(
    settings: &Settings,
    stackstate: &StackState,
    documents: &Documents,
    site: &Site,
    remains: &Remains,
    wanted: bool,
) -> Result<Vec<Node>, Failure> {
    let main = main_region(site)?;
    let blueprint = Blueprint {
        settings: stackstate,
        documents: Filled::new(stackstate, documents, site, main),
        site,
        main,
        tags: Tags::new(SYSTEM, &stackstate.postfix, &settings.tags),
    };
    let mut nodes = blueprint.account_wide(wanted)?;
    for region in &site.regions {
        nodes.extend(blueprint.regional(region, wanted)?);
    }
    for region in &remains.regions {
        nodes.extend(blueprint.regional(region, false)?);
    }
    if let (Some(region), false) = (&remains.main_region, wanted) {
        nodes.push(blueprint.key_node(region, false)?);
    }
    Ok(nodes)
}

/// Every document of the system in the form in which it is written. The trust policy of the
/// integration role is left out while it is not known whom to trust.
///
/// # Errors
/// A document that cannot be used; see [`Documents`].
pub fn written(
    settings: &StackState,
    documents: &Documents,
    site: &Site,
) -> Result<Vec<Written>, Failure> {
    Filled::new(settings, documents, site, main_region(site)?).written()
}

fn main_region(site: &Site) -> Result<&Region, Failure> {
    let main = site.regions.first();
    main.ok_or_else(|| Failure::new("no region is set"))
}

fn role_address(name: &str) -> Address {
    Address::global("iam_role", name)
}

/// The address of the key in `region`.
pub fn key_address(region: &Region) -> Address {
    Address::regional("kms_key", "integration", region)
}

/// The address of the log bucket of a deployment whose main region is `main`.
pub fn bucket_address(main: &Region) -> Address {
    Address::regional("s3_bucket", "logs", main)
}

struct Blueprint<'a> {
    settings: &'a StackState,
    documents: Filled<'a>,
    site: &'a Site,
    main: &'a Region,
    tags: Tags,
}

impl Blueprint<'_> {
    fn encrypted(&self) -> bool {
        self.settings.encryption == Encryption::Kms
    }

    fn boundary(&self) -> Option<String> {
        self.settings
            .permissions_boundary
            .as_ref()
            .map(ToString::to_string)
    }

    fn role_arn(&self, name: &str) -> String {
        self.site.arn("iam", "", &format!("role/{name}"))
    }

    fn bucket_arn(&self) -> String {
        let name = bucket_name(self.site, self.settings);
        format!("arn:{}:s3:::{name}", self.site.partition)
    }

    fn prefix(&self, of: &str, region: &Region) -> String {
        format!("AWSLogs/{}/{of}/{region}/", self.site.account)
    }

    fn account_wide(&self, wanted: bool) -> Result<Vec<Node>, Failure> {
        let main = self.main;
        let role = self.integration_role(wanted)?;
        let role_address = role.address.clone();
        let role_name = role.name.clone();
        let mut nodes = vec![Node::new(role, wanted)];

        let profile = InstanceProfile {
            address: Address::global(instance_profile::KIND, "integration"),
            arn: self
                .site
                .arn("iam", "", &format!("instance-profile/{role_name}")),
            name: role_name.clone(),
            role: role_name,
            tags: self.tags.clone(),
        };
        let ec2 = matches!(self.settings.trust, Trust::Ec2);
        let mut profile = Node::new(profile, wanted && ec2);
        profile
            .needs
            .push((role_address.clone(), Milestone::Exists));
        nodes.push(profile);

        nodes.push(self.key_node(main, wanted)?);

        let bucket = S3Bucket {
            address: bucket_address(self.main),
            name: bucket_name(self.site, self.settings),
            arn: self.bucket_arn(),
            account: self.site.account.clone(),
            region: main.clone(),
            key: self.encrypted().then(|| key_address(main)),
            policy: self.documents.policy("bucket-policy", main)?,
            tags: self.tags.clone(),
        };
        let mut bucket = Node::new(bucket, wanted);
        // The agent reads the bucket with this role for as long as the bucket is there.
        bucket.needs.push((role_address, Milestone::Exists));
        if self.encrypted() {
            bucket.needs.push((key_address(main), Milestone::Exists));
        }
        nodes.push(bucket);
        Ok(nodes)
    }

    fn key_node(&self, region: &Region, wanted: bool) -> Result<Node, Failure> {
        let key = KmsKey {
            address: key_address(region),
            alias: format!("{ALIAS}{}", self.settings.postfix),
            arn_prefix: self.site.arn("kms", region.name(), ""),
            region: region.clone(),
            description: "StackState Integration Key",
            policy: self.documents.policy("key-policy", region)?,
            tags: self.tags.clone(),
        };
        let mut key = Node::new(key, wanted && self.encrypted());
        // The key is never scheduled for deletion while the bucket exists: its objects would be
        // lost.
        key.outlives = Some(bucket_address(self.main));
        Ok(key)
    }

    fn integration_role(&self, wanted: bool) -> Result<IamRole, Failure> {
        let main = self.main;
        let name = integration_role_name(self.settings);
        let trust = match self.documents.integration_trust()? {
            Some((_, trust)) => trust,
            // Without a stated trust the role can only be removed, for which any trust will do.
            None => self.documents.policy("integration-role-trust-ec2", main)?,
        };
        Ok(IamRole {
            address: role_address("integration"),
            arn: self.role_arn(&name),
            name,
            trust,
            policy_name: "STSIntegration",
            policy: self.documents.policy("integration-role-policy", main)?,
            key: None,
            boundary: self.boundary(),
            keep_policies: self.settings.keep_policies.clone(),
            wanted,
            tags: self.tags.clone(),
        })
    }

    /// A role that a service uses in one region.
    fn service_role(
        &self,
        prefix: &str,
        document: &str,
        region: &Region,
        wanted: bool,
    ) -> Result<IamRole, Failure> {
        let name = format!("{prefix}{region}{}", self.settings.postfix);
        let policy = format!("{document}-role-policy");
        let policy = self.documents.policy(&policy, region)?;
        let names_key = policy.compact().contains(&format!("${{{KEY_ID}}}"));
        Ok(IamRole {
            address: role_address(&format!("{document}-{region}")),
            arn: self.role_arn(&name),
            name,
            trust: self
                .documents
                .policy(&format!("{document}-role-trust"), region)?,
            policy_name: "default",
            policy,
            key: names_key.then(|| key_address(self.main)),
            boundary: self.boundary(),
            keep_policies: self.settings.keep_policies.clone(),
            wanted,
            tags: self.tags.clone(),
        })
    }

    fn regional(&self, region: &Region, wanted: bool) -> Result<Vec<Node>, Failure> {
        let main = self.main;
        let firehose_role = self.service_role(FIREHOSE_ROLE, "firehose", region, wanted)?;
        let eventbridge_role =
            self.service_role(EVENTBRIDGE_ROLE, "eventbridge", region, wanted)?;

        // The agent reads everything under `EventBridge/`. AWS's Firehose guide, "Custom Prefixes for
        // Amazon S3 Objects", asks for nothing else of a prefix without expressions.
        let failed = match self.settings.profile {
            Profile::Documented => "EventBridge",
            Profile::Hardened => "EventBridge-failed",
        };
        let stream_name = format!("{STREAM}{}", self.settings.postfix);
        let stream = FirehoseStream {
            address: Address::regional("firehose_stream", "eventbridge", region),
            arn: self.site.arn(
                "firehose",
                region.name(),
                &format!("deliverystream/{stream_name}"),
            ),
            name: stream_name,
            region: region.clone(),
            role_arn: firehose_role.arn.clone(),
            bucket_arn: self.bucket_arn(),
            prefix: self.prefix("EventBridge", region),
            error_prefix: self.prefix(failed, region),
            key: self.encrypted().then(|| key_address(main)),
            tags: self.tags.clone(),
        };
        let rule_name = format!("{RULE}{}", self.settings.postfix);
        let rule = EventRule {
            address: Address::regional("event_rule", "stackstate", region),
            arn: self
                .site
                .arn("events", region.name(), &format!("rule/{rule_name}")),
            name: rule_name.clone(),
            region: region.clone(),
            pattern: self.documents.pattern(region)?,
            target: TARGET,
            tags: self.tags.clone(),
        };
        let target = EventTarget {
            address: Address::regional("event_target", "firehose", region),
            id: TARGET,
            rule: rule.address.clone(),
            rule_name,
            rule_arn: rule.arn.clone(),
            region: region.clone(),
            target_arn: stream.arn.clone(),
            role_arn: eventbridge_role.arn.clone(),
            tags: self.tags.clone(),
        };

        // The rule itself needs no role. But the roles' names are what tells which regions are
        // deployed to, so that nothing regional may stay without them.
        let rule_needs = vec![(eventbridge_role.address.clone(), Milestone::Exists)];
        let role_needs = firehose_role.key.clone();
        let role_needs = role_needs.map(|key| (key, Milestone::Exists));
        let mut stream_needs = vec![
            (firehose_role.address.clone(), Milestone::Settled),
            (bucket_address(self.main), Milestone::Exists),
        ];
        if self.encrypted() {
            stream_needs.push((key_address(main), Milestone::Exists));
        }
        // Events begin to flow with the target, so that everything behind it is ready by then. Of the
        // bucket it is enough that S3 has accepted every setting.
        let target_needs = vec![
            (rule.address.clone(), Milestone::Exists),
            (stream.address.clone(), Milestone::Settled),
            (eventbridge_role.address.clone(), Milestone::Settled),
            (bucket_address(self.main), Milestone::Written),
        ];
        let mut firehose_role = Node::new(firehose_role, wanted);
        firehose_role.needs.extend(role_needs);
        let mut stream = Node::new(stream, wanted);
        stream.needs = stream_needs;
        let mut rule = Node::new(rule, wanted);
        rule.needs = rule_needs;
        let mut target = Node::new(target, wanted);
        target.needs = target_needs;
        Ok(vec![
            firehose_role,
            Node::new(eventbridge_role, wanted),
            stream,
            rule,
            target,
        ])
    }
}
