//! The resources of a region, and their documents. Each stands after those that it needs.

use crate::engine::address::Address;
use crate::engine::identity::Identity;
use crate::engine::node::{Milestone, Node};
use crate::kinds::eventbridge::rule::{self, EventRule, RuleSpec};
use crate::kinds::eventbridge::target::{self, EventTarget, TargetSpec};
use crate::kinds::firehose::stream::{self, FirehoseStream, StreamSpec};
use crate::kinds::iam::role::IamRole;
use crate::names::Region;
use crate::settings::Profile;
use crate::systems::documents::Documents;
use crate::systems::trial::Delivery;
use crate::systems::written::{Content, Written};
use iam_policy::Kind;
use serde_json::Value as Json;

use super::documents::Regional;
use super::names::{Names, TARGET};
use super::resources::{Resources, role_address};

impl Resources<'_> {
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
