//! The permissions that calls on EventBridge need.
//!
//! Service Authorization Reference, "Actions, resources, and condition keys for Amazon
//! EventBridge". A target is no resource of its own: its calls are calls on the rule, and are
//! limited by the tags of the rule.

use super::rule::{EventRule, RuleSpec};
use super::target::{EventTarget, TargetSpec};
use crate::engine::attributes::Change;
use crate::engine::observed::Consent;
use crate::engine::permission::{
    CHANGE, CREATE, DELETE, Permission, READ, Side, allow, for_changes, pass_role, request_tags,
    resource_tags, tagging,
};
use crate::engine::resource::Specified;

impl EventRule {
    pub(super) fn observing(&self) -> Vec<Permission> {
        let mut read = vec!["events:DescribeRule", "events:ListTagsForResource"];
        if self.spec.is_none() {
            read.push("events:ListTargetsByRule");
        }
        allow(READ, &[self.identity.as_resource()], &[], &read)
    }

    pub(super) fn deleting(&self, consent: Consent) -> Vec<Permission> {
        let mut delete = vec!["events:DeleteRule"];
        if consent.detach_foreign {
            delete.push("events:RemoveTargets");
        }
        let ours = resource_tags(&self.identity.tags);
        allow(DELETE, &[self.identity.as_resource()], &ours, &delete)
    }
}

impl Specified<'_, EventRule, RuleSpec> {
    pub(super) fn creating(&self) -> Vec<Permission> {
        let identity = &self.resource.identity;
        let create = ["events:PutRule", "events:TagResource"];
        let tagged = request_tags(&identity.tags);
        allow(CREATE, &[identity.as_resource()], &tagged, &create)
    }

    pub(super) fn updating(&self, changes: Option<&[Change]>) -> Vec<Permission> {
        let identity = &self.resource.identity;
        let (arn, ours) = (identity.as_resource(), resource_tags(&identity.tags));
        let mut all = tagging(arn, &identity.tags, changes, "events:TagResource");
        let rows = ["event_pattern", "state", "schedule"];
        let rows = rows.map(|name| (name, Side::Any, "events:PutRule"));
        all.extend(allow(CHANGE, &[arn], &ours, &for_changes(changes, &rows)));
        all
    }
}

impl EventTarget {
    pub(super) fn observing(&self) -> Vec<Permission> {
        allow(READ, &[&self.rule_arn], &[], &["events:ListTargetsByRule"])
    }

    pub(super) fn deleting(&self) -> Vec<Permission> {
        let ours = resource_tags(&self.identity.tags);
        let delete = ["events:DisableRule", "events:RemoveTargets"];
        allow(DELETE, &[&self.rule_arn], &ours, &delete)
    }
}

impl Specified<'_, EventTarget, TargetSpec> {
    pub(super) fn removing_others(&self) -> Vec<Permission> {
        let ours = resource_tags(&self.resource.identity.tags);
        let rule = &self.resource.rule_arn;
        allow(CHANGE, &[rule], &ours, &["events:RemoveTargets"])
    }

    pub(super) fn putting(&self) -> Vec<Permission> {
        let ours = resource_tags(&self.resource.identity.tags);
        let rule = &self.resource.rule_arn;
        let mut all = allow(CHANGE, &[rule], &ours, &["events:PutTargets"]);
        let service = "events.amazonaws.com";
        all.extend(pass_role(
            "PassRolesToEventBridge",
            &self.spec.role_arn,
            service,
        ));
        all
    }
}
