//! The IAM permissions that the calls of a resource need, and the helpers with which each kind
//! lists them.

use crate::engine::attributes::{Change, touches};
use crate::engine::ownership::{DEPLOYMENT_TAG, SYSTEM_TAG, Tags};

/// The permission for one action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// The action.
    pub action: &'static str,
    /// The ARNs that the action is called on, the likeliest first: the path of an IAM identity does
    /// not follow from its name.
    pub resources: Vec<String>,
    /// The conditions that may limit the permission.
    pub conditions: Vec<Condition>,
    /// The purpose of the permission, as the `Sid` of its statement.
    pub purpose: &'static str,
}

/// A condition that our requests meet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Condition {
    /// The operator.
    pub operator: &'static str,
    /// The condition key.
    pub key: String,
    /// The value.
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

/// The purpose of finding resources whose names are not known.
pub const FIND: &str = "FindWhatExists";
/// The purpose of reading resources under our names, whoever owns them.
pub const READ: &str = "ReadUnderOurNames";
/// The purpose of reading where resources under our names lead.
pub const READ_EXPOSURES: &str = "ReadExposures";
/// The purpose of creating resources, with the ownership tags in the request.
pub const CREATE: &str = "CreateWithOurTags";
/// The purpose of changing resources that carry the ownership tags.
pub const CHANGE: &str = "ChangeWhatIsOurs";
/// The purpose of deleting resources that carry the ownership tags.
pub const DELETE: &str = "DeleteWhatIsOurs";

/// The prefix of condition keys for the tags in a request.
pub const REQUEST_TAG: &str = "aws:RequestTag/";
/// The prefix of condition keys for the tags of a resource.
pub const RESOURCE_TAG: &str = "aws:ResourceTag/";

/// The conditions that the request writes our ownership tags.
pub fn request_tags(tags: &Tags) -> Vec<Condition> {
    owner_tags(REQUEST_TAG, tags)
}

/// The conditions that the resource carries our ownership tags.
pub fn resource_tags(tags: &Tags) -> Vec<Condition> {
    owner_tags(RESOURCE_TAG, tags)
}

fn owner_tags(prefix: &str, tags: &Tags) -> Vec<Condition> {
    tags.iter()
        .filter(|(key, _)| [SYSTEM_TAG, DEPLOYMENT_TAG].contains(key))
        .map(|(key, value)| Condition::text(format!("{prefix}{key}"), value))
        .collect()
}

/// The permissions for `actions`, all on the same resources and under the same conditions.
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

/// The permission to pass a role to a service.
pub fn pass_role(purpose: &'static str, role: &str, service: &'static str) -> Vec<Permission> {
    let condition = Condition::text("iam:PassedToService", service);
    allow(purpose, &[role], &[condition], &["iam:PassRole"])
}

/// The changes of an attribute that an action is called for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// All changes.
    Any,
    /// The changes that set a value.
    Set,
    /// The changes that remove the attribute.
    Gone,
}

/// The actions of a table whose calls are made for `changes`. Each row names the attribute, or the
/// family of attributes, that its action is for. Rows of the same action must stand together.
/// `None` stands for every change that is possible.
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

/// The permissions to tag an existing resource. A resource that is taken over gets the ownership
/// tags in this call, and a resource of ours carries them already.
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
