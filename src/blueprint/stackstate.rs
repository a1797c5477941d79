//! The AWS side of the StackState 5.1 integration.
//!
//! Once in an account: the integration role, and in the main region the key and the log bucket. In
//! every region: the roles of Firehose and EventBridge, the stream, the rule and its target.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::Site;
use super::documents::{Documents, Filling, for_each_string};
use crate::address::Address;
use crate::failure::Failure;
use crate::names::Region;
use crate::plan::{Milestone, Node};
use crate::policy::{Kind, Policy, redacted};
use crate::resource::Tags;
use crate::resource::event_rule::EventRule;
use crate::resource::event_target::EventTarget;
use crate::resource::firehose_stream::FirehoseStream;
use crate::resource::iam_role::IamRole;
use crate::resource::instance_profile::InstanceProfile;
use crate::resource::kms_key::KmsKey;
use crate::resource::s3_bucket::S3Bucket;
use crate::settings::{Encryption, Settings, StackState, Trust};

/// The system's name in tags, settings and documents.
pub const SYSTEM: &str = "stackstate";

/// The vendor's documents by name.
pub const DOCUMENTS: [(&str, &str); 10] = [
    (
        "bucket-policy",
        include_str!("../../policies/stackstate/bucket-policy.json"),
    ),
    (
        "event-pattern",
        include_str!("../../policies/stackstate/event-pattern.json"),
    ),
    (
        "eventbridge-role-policy",
        include_str!("../../policies/stackstate/eventbridge-role-policy.json"),
    ),
    (
        "eventbridge-role-trust",
        include_str!("../../policies/stackstate/eventbridge-role-trust.json"),
    ),
    (
        "firehose-role-policy",
        include_str!("../../policies/stackstate/firehose-role-policy.json"),
    ),
    (
        "firehose-role-trust",
        include_str!("../../policies/stackstate/firehose-role-trust.json"),
    ),
    (
        "integration-role-policy",
        include_str!("../../policies/stackstate/integration-role-policy.json"),
    ),
    (
        "integration-role-trust-ec2",
        include_str!("../../policies/stackstate/integration-role-trust-ec2.json"),
    ),
    (
        "integration-role-trust-external",
        include_str!("../../policies/stackstate/integration-role-trust-external.json"),
    ),
    (
        "key-policy",
        include_str!("../../policies/stackstate/key-policy.json"),
    ),
];

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
    let blueprint = Blueprint {
        settings: stackstate,
        documents,
        site,
        main: site
            .regions
            .first()
            .ok_or_else(|| Failure::new("no region is set"))?,
        tags: Tags::new(SYSTEM, &stackstate.postfix, &settings.tags),
        names: vec![
            (BUCKET, format!("{BUCKET}{}", stackstate.postfix)),
            (STREAM, format!("{STREAM}{}", stackstate.postfix)),
            (ALIAS, format!("{ALIAS}{}", stackstate.postfix)),
        ],
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

struct Blueprint<'a> {
    settings: &'a StackState,
    documents: &'a Documents,
    site: &'a Site,
    main: &'a Region,
    tags: Tags,
    names: Vec<(&'static str, String)>,
}

impl Blueprint<'_> {
    fn encrypted(&self) -> bool {
        self.settings.encryption == Encryption::Kms
    }

    fn role_address(name: &str) -> Address {
        Address::global("iam_role", name)
    }

    fn key_address(region: &Region) -> Address {
        Address::regional("kms_key", "integration", region)
    }

    fn bucket_address(&self) -> Address {
        Address::regional("s3_bucket", "logs", self.main)
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

    /// How placeholders are filled in for what lives in `region`. `${Region}` means that region,
    /// but the main one where a document speaks of the bucket's key or of S3's use of it.
    fn filling(&self, region: &Region) -> Filling<'_> {
        Filling {
            values: BTreeMap::from([
                ("AccountId", self.site.account.to_string()),
                ("Region", region.to_string()),
                ("MainRegion", self.main.to_string()),
            ]),
            names: &self.names,
            partition: self.site.partition,
        }
    }

    fn account_wide(&self, wanted: bool) -> Result<Vec<Node>, Failure> {
        let main = self.main;
        let role = self.integration_role()?;
        let role_address = role.address.clone();
        let role_name = role.name.clone();
        let mut nodes = vec![Node::new(role, wanted)];

        let profile = InstanceProfile {
            address: Address::global("iam_instance_profile", "integration"),
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
            address: self.bucket_address(),
            name: bucket_name(self.site, self.settings),
            arn: self.bucket_arn(),
            account: self.site.account.clone(),
            region: main.clone(),
            key: self.encrypted().then(|| Self::key_address(main)),
            policy: self.documents.policy(
                "bucket-policy",
                &self.filling(main),
                Kind::Bucket,
                |_| {},
            )?,
            tags: self.tags.clone(),
        };
        let mut bucket = Node::new(bucket, wanted);
        // The agent reads the bucket with this role for as long as the bucket is there.
        bucket.needs.push((role_address, Milestone::Exists));
        if self.encrypted() {
            bucket
                .needs
                .push((Self::key_address(main), Milestone::Exists));
        }
        nodes.push(bucket);
        Ok(nodes)
    }

    fn key_node(&self, region: &Region, wanted: bool) -> Result<Node, Failure> {
        let key = KmsKey {
            address: Self::key_address(region),
            alias: format!("{ALIAS}{}", self.settings.postfix),
            region: region.clone(),
            description: "StackState Integration Key",
            policy: self.documents.policy(
                "key-policy",
                &self.filling(region),
                Kind::Key,
                bucket_region_placeholders,
            )?,
            tags: self.tags.clone(),
        };
        let mut key = Node::new(key, wanted && self.encrypted());
        // The key is never scheduled for deletion while the bucket exists: its objects would be
        // lost.
        key.outlives = Some(self.bucket_address());
        Ok(key)
    }

    fn integration_role(&self) -> Result<IamRole, Failure> {
        let main = self.main;
        let name = integration_role_name(self.settings);
        let trust = match &self.settings.trust {
            // Without a stated trust the role can only be removed, for which any trust will do.
            Trust::Ec2 | Trust::Unstated => self.documents.policy(
                "integration-role-trust-ec2",
                &self.filling(main),
                Kind::Trust,
                |_| {},
            )?,
            Trust::External {
                principals,
                external_id,
                ..
            } => {
                let mut filling = self.filling(main);
                // In this one document `${AccountId}` is the agent's account.
                filling.values = BTreeMap::from([("ExternalId", external_id.expose().to_owned())]);
                let principals: Vec<String> = principals
                    .iter()
                    .map(|principal| principal.arn(self.site.partition).to_string())
                    .collect();
                let mut misplaced = false;
                let trust = self.documents.policy(
                    "integration-role-trust-external",
                    &filling,
                    Kind::Trust,
                    |json| {
                        name_agents(json, &principals);
                        // What is left once the conditions on it are hidden would be shown.
                        misplaced = redacted(json).to_string().contains("${ExternalId}");
                    },
                )?;
                if misplaced {
                    return Err(Failure::new(
                        "integration-role-trust-external.json has ${ExternalId} outside of a \
                         condition on sts:ExternalId, where plans would show it",
                    )
                    .hint(
                        "Use ${ExternalId} as the value of a condition on sts:ExternalId alone",
                    ));
                }
                trust
            }
        };
        Ok(IamRole {
            address: Self::role_address("integration"),
            arn: self.role_arn(&name),
            name,
            trust,
            policy_name: "STSIntegration",
            policy: self.documents.policy(
                "integration-role-policy",
                &self.filling(main),
                Kind::Inline,
                |_| {},
            )?,
            boundary: self.boundary(),
            keep_policies: self.settings.keep_policies.clone(),
            tags: self.tags.clone(),
        })
    }

    /// A role that a service uses in one region.
    fn service_role(
        &self,
        prefix: &str,
        document: &str,
        region: &Region,
        policy: Policy,
    ) -> Result<IamRole, Failure> {
        let name = format!("{prefix}{region}{}", self.settings.postfix);
        Ok(IamRole {
            address: Self::role_address(&format!("{document}-{region}")),
            arn: self.role_arn(&name),
            name,
            trust: self.documents.policy(
                &format!("{document}-role-trust"),
                &self.filling(region),
                Kind::Trust,
                |_| {},
            )?,
            policy_name: "default",
            policy,
            boundary: self.boundary(),
            keep_policies: self.settings.keep_policies.clone(),
            tags: self.tags.clone(),
        })
    }

    fn regional(&self, region: &Region, wanted: bool) -> Result<Vec<Node>, Failure> {
        let main = self.main;
        let filling = self.filling(region);
        let firehose_policy =
            self.documents
                .policy("firehose-role-policy", &filling, Kind::Inline, |json| {
                    if !self.encrypted() {
                        drop_key_statements(json);
                    }
                    bucket_region_placeholders(json);
                })?;
        let eventbridge_policy =
            self.documents
                .policy("eventbridge-role-policy", &filling, Kind::Inline, |_| {})?;
        let firehose_role =
            self.service_role(FIREHOSE_ROLE, "firehose", region, firehose_policy)?;
        let eventbridge_role =
            self.service_role(EVENTBRIDGE_ROLE, "eventbridge", region, eventbridge_policy)?;

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
            prefix: format!("AWSLogs/{}/EventBridge/{region}/", self.site.account),
            key: self.encrypted().then(|| Self::key_address(main)),
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
            pattern: self.documents.pattern("event-pattern", &filling)?,
            tags: self.tags.clone(),
        };
        let target = EventTarget {
            address: Address::regional("event_target", "firehose", region),
            id: TARGET,
            rule: rule.address.clone(),
            rule_name,
            region: region.clone(),
            target_arn: stream.arn.clone(),
            role_arn: eventbridge_role.arn.clone(),
        };

        let mut stream_needs = vec![
            (firehose_role.address.clone(), Milestone::Settled),
            (self.bucket_address(), Milestone::Exists),
        ];
        if self.encrypted() {
            stream_needs.push((Self::key_address(main), Milestone::Exists));
        }
        // Events begin to flow with the target, so that everything behind it is ready by then.
        let target_needs = vec![
            (rule.address.clone(), Milestone::Exists),
            (stream.address.clone(), Milestone::Settled),
            (eventbridge_role.address.clone(), Milestone::Settled),
            (self.bucket_address(), Milestone::Settled),
        ];
        let mut stream = Node::new(stream, wanted);
        stream.needs = stream_needs;
        let mut target = Node::new(target, wanted);
        target.needs = target_needs;
        Ok(vec![
            Node::new(firehose_role, wanted),
            Node::new(eventbridge_role, wanted),
            stream,
            Node::new(rule, wanted),
            target,
        ])
    }
}

/// Marks the placeholders that mean the bucket's region: a stream in another region writes to the
/// bucket in the main one, so that its key and S3's use of it are those of the bucket's region.
fn bucket_region_placeholders(json: &mut Json) {
    for_each_string(json, &mut |text| {
        if text.starts_with("s3.${Region}.") || text.starts_with("arn:aws:kms:${Region}:") {
            *text = text.replacen("${Region}", "${MainRegion}", 1);
        }
    });
}

/// Without encryption the KMS section has no meaning, as the vendor's page says.
fn drop_key_statements(json: &mut Json) {
    let is_about_keys = |statement: &Json| {
        let mut actions = statement.get("Action").cloned().unwrap_or_default();
        let mut all = true;
        for_each_string(&mut actions, &mut |action| {
            all &= action.to_lowercase().starts_with("kms:");
        });
        all && !actions.is_null()
    };
    if let Some(statements) = json.get_mut("Statement") {
        if statements.is_object() {
            *statements = Json::Array(vec![statements.take()]);
        }
        if let Json::Array(statements) = statements {
            statements.retain(|statement| !is_about_keys(statement));
        }
    }
}

/// Puts the agents in the place of the account that the vendor's trust policy stands for.
fn name_agents(json: &mut Json, agents: &[String]) {
    const AGENT: &str = "arn:aws:iam::${AccountId}:root";
    let replacement = || agents.iter().cloned().map(Json::String);
    match json {
        Json::Array(items) => {
            if let Some(at) = items.iter().position(|item| item == AGENT) {
                items.splice(at..=at, replacement());
            }
            items.iter_mut().for_each(|item| name_agents(item, agents));
        }
        Json::Object(fields) => {
            for value in fields.values_mut() {
                if *value == AGENT {
                    *value = Json::Array(replacement().collect());
                }
                name_agents(value, agents);
            }
        }
        _ => {}
    }
}
