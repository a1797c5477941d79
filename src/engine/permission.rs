//! What the calls of a resource need of IAM: the vocabulary in which each kind names it.

use crate::engine::attributes::{Change, touches};
use crate::engine::ownership::{DEPLOYMENT_TAG, SYSTEM_TAG, Tags};

/// That one action is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// The action.
    pub action: &'static str,
    /// What it is needed on, the likeliest first: an identity's path is not known from its name.
    pub resources: Vec<String>,
    /// What may limit it.
    pub conditions: Vec<Condition>,
    /// What it is for, as the name of its statement.
    pub purpose: &'static str,
}

/// A condition that a request of ours meets.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Condition {
    /// The operator.
    pub operator: &'static str,
    /// The condition key.
    pub key: String,
    /// The only value.
    pub value: String,
}

impl Condition {
    pub fn text(key: impl Into<String>, value: impl Into<String>) -> Self {
        Condition {
            operator: "StringEquals",
            key: key.into(),
            value: value.into(),
        }
    }

    pub fn arn(key: &str, value: impl Into<String>) -> Self {
        Condition {
            operator: "ArnEquals",
            key: key.to_owned(),
            value: value.into(),
        }
    }
}

/// To look for what may be under names that are not known.
pub const FIND: &str = "FindWhatExists";
/// To read what is under our names, whosever it is.
pub const READ: &str = "ReadUnderOurNames";
/// To create, with the ownership tags in the request.
pub const CREATE: &str = "CreateWithOurTags";
/// To change what carries the ownership tags.
pub const CHANGE: &str = "ChangeWhatIsOurs";
/// To delete what carries the ownership tags.
pub const DELETE: &str = "DeleteWhatIsOurs";

/// What begins the keys of conditions on the tags in a request.
pub const REQUEST_TAG: &str = "aws:RequestTag/";
/// What begins the keys of conditions on the tags of a resource.
pub const RESOURCE_TAG: &str = "aws:ResourceTag/";

/// Conditions that the request writes our ownership tags.
pub fn request_tags(tags: &Tags) -> Vec<Condition> {
    owner_tags(REQUEST_TAG, tags)
}

/// Conditions that the resource carries our ownership tags.
pub fn resource_tags(tags: &Tags) -> Vec<Condition> {
    owner_tags(RESOURCE_TAG, tags)
}

fn owner_tags(prefix: &str, tags: &Tags) -> Vec<Condition> {
    tags.iter()
        .filter(|(key, _)| [SYSTEM_TAG, DEPLOYMENT_TAG].contains(key))
        .map(|(key, value)| Condition::text(format!("{prefix}{key}"), value))
        .collect()
}

/// The permissions for `actions` on the same resources, on the same conditions.
pub fn allow(
    purpose: &'static str,
    resources: &[&str],
    conditions: &[Condition],
    actions: &[&'static str],
) -> Vec<Permission> {
    let resources: Vec<String> = resources.iter().map(|&it| it.to_owned()).collect();
    actions
        .iter()
        .map(|action| Permission {
            action,
            resources: resources.clone(),
            conditions: conditions.to_vec(),
            purpose,
        })
        .collect()
}

/// The permission to hand a role to a service.
pub fn pass_role(purpose: &'static str, role: &str, service: &'static str) -> Vec<Permission> {
    let condition = Condition::text("iam:PassedToService", service);
    allow(purpose, &[role], &[condition], &["iam:PassRole"])
}

/// Which changes of an attribute an action is called for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// All.
    Any,
    /// Those that give it a value.
    Set,
    /// Those that take it away.
    Gone,
}

/// The actions of a table whose calls are made for these changes: each row names the attribute, or
/// the family of attributes, that its action is for; rows of the same action stand together.
/// Without a list all are.
pub fn for_changes(
    changes: Option<&[Change]>,
    rows: &[(&str, Side, &'static str)],
) -> Vec<&'static str> {
    let calls = |name: &str, side: Side, change: &Change| {
        let rest = change.attribute.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['[', '.']))
            && match side {
                Side::Any => true,
                Side::Set => change.after.is_some(),
                Side::Gone => change.after.is_none(),
            }
    };
    let mut actions: Vec<&str> = rows
        .iter()
        .filter(|(name, side, _)| {
            changes.is_none_or(|changes| changes.iter().any(|change| calls(name, *side, change)))
        })
        .map(|(_, _, action)| *action)
        .collect();
    actions.dedup();
    actions
}

/// Permissions to tag what exists. What is taken over gets the ownership tags by that very call;
/// what is ours carries them.
pub fn tagging(
    resource: &str,
    tags: &Tags,
    changes: Option<&[Change]>,
    action: &'static str,
) -> Vec<Permission> {
    if for_changes(changes, &[("tags", Side::Set, action)]).is_empty() {
        return Vec::new();
    }
    let takes_over = changes.is_some_and(|changes| {
        [SYSTEM_TAG, DEPLOYMENT_TAG]
            .iter()
            .any(|key| touches(changes, &format!("tags[{key}]")))
    });
    if takes_over {
        allow(CREATE, &[resource], &request_tags(tags), &[action])
    } else {
        allow(CHANGE, &[resource], &resource_tags(tags), &[action])
    }
}
