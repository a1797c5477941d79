//! What calls on EventBridge need.
//!
//! Service Authorization Reference, "Actions, resources, and condition keys for Amazon
//! EventBridge". A target is nothing of its own: its calls are calls on the rule, whose tags tell
//! whose it is.

use crate::engine::permission::{
    CHANGE, CREATE, DELETE, Permission, READ, Side, Task, allow, for_changes, pass_role,
    request_tags, resource_tags, tagging,
};
use crate::kinds::eventbridge::rule::EventRule;
use crate::kinds::eventbridge::target::EventTarget;

pub(crate) fn rule(rule: &EventRule, task: Task<'_>) -> Vec<Permission> {
    let (arn, ours) = (rule.arn.as_str(), resource_tags(&rule.tags));
    match task {
        Task::Observe => allow(
            READ,
            &[arn],
            &[],
            &["events:DescribeRule", "events:ListTagsForResource"],
        ),
        Task::Create => allow(
            CREATE,
            &[arn],
            &request_tags(&rule.tags),
            &["events:PutRule", "events:TagResource"],
        ),
        Task::Update(changes) => {
            let tag = "events:TagResource";
            let mut all = tagging(arn, &rule.tags, changes, tag);
            let rows = ["event_pattern", "state", "schedule"];
            let rows = rows.map(|name| (name, Side::Any, "events:PutRule"));
            let put = for_changes(changes, &rows);
            all.extend(allow(CHANGE, &[arn], &ours, &put));
            all
        }
        Task::Delete(_) => allow(DELETE, &[arn], &ours, &["events:DeleteRule"]),
    }
}

pub(crate) fn target(target: &EventTarget, task: Task<'_>) -> Vec<Permission> {
    let (arn, ours) = (target.rule_arn.as_str(), resource_tags(&target.tags));
    match task {
        Task::Observe => allow(READ, &[arn], &[], &["events:ListTargetsByRule"]),
        Task::Create | Task::Update(_) => {
            let mut all = allow(CHANGE, &[arn], &ours, &["events:PutTargets"]);
            all.extend(pass_role(
                "PassRolesToEventBridge",
                &target.role_arn,
                "events.amazonaws.com",
            ));
            all
        }
        Task::Delete(_) => allow(
            DELETE,
            &[arn],
            &ours,
            &["events:DisableRule", "events:RemoveTargets"],
        ),
    }
}
