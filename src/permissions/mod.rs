//! What the calls of a run need of IAM: one table, from which the printed policy and the checks
//! before a write both come.
//!
//! Each kind of resource names the actions of its calls in its own file here, with the ARNs and
//! condition keys that the Service Authorization Reference gives for them. [`plan`], [`apply`] and
//! [`destroy`] put together what a command can come to need; [`of_step`] what one step of a plan
//! will need. Everything here is pure.

pub(crate) mod event;
pub(crate) mod firehose;
pub(crate) mod iam;
pub(crate) mod kms;
mod policy;
pub(crate) mod s3;

#[cfg(test)]
mod tests;

pub use policy::{documents, policy};

use crate::attributes::{Change, touches};
use crate::blueprint::Site;
use crate::plan::{Action, Node, Step};
use crate::resource::{Consent, DEPLOYMENT_TAG, SYSTEM_TAG, Tags};
use crate::settings::Settings;

/// What is done to a resource.
#[derive(Debug, Clone, Copy)]
pub enum Task<'a> {
    /// It is read.
    Observe,
    /// It is created and given all its settings.
    Create,
    /// These changes are made; without a list every change that there can be.
    Update(Option<&'a [Change]>),
    /// It is deleted.
    Delete(Consent),
}

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
    pub(crate) fn text(key: impl Into<String>, value: impl Into<String>) -> Self {
        Condition {
            operator: "StringEquals",
            key: key.into(),
            value: value.into(),
        }
    }

    pub(crate) fn arn(key: &str, value: impl Into<String>) -> Self {
        Condition {
            operator: "ArnEquals",
            key: key.to_owned(),
            value: value.into(),
        }
    }
}

/// To look for what may be under names that are not known.
pub(crate) const FIND: &str = "FindWhatExists";
/// To read what is under our names, whosever it is.
pub(crate) const READ: &str = "ReadUnderOurNames";
/// To create, with the ownership tags in the request.
pub(crate) const CREATE: &str = "CreateWithOurTags";
/// To change what carries the ownership tags.
pub(crate) const CHANGE: &str = "ChangeWhatIsOurs";
/// To delete what carries the ownership tags.
pub(crate) const DELETE: &str = "DeleteWhatIsOurs";

/// What begins the keys of conditions on the tags in a request.
pub const REQUEST_TAG: &str = "aws:RequestTag/";
/// What begins the keys of conditions on the tags of a resource.
pub const RESOURCE_TAG: &str = "aws:ResourceTag/";

/// Conditions that the request writes our ownership tags.
pub(crate) fn request_tags(tags: &Tags) -> Vec<Condition> {
    owner_tags(REQUEST_TAG, tags)
}

/// Conditions that the resource carries our ownership tags.
pub(crate) fn resource_tags(tags: &Tags) -> Vec<Condition> {
    owner_tags(RESOURCE_TAG, tags)
}

fn owner_tags(prefix: &str, tags: &Tags) -> Vec<Condition> {
    tags.iter()
        .filter(|(key, _)| [SYSTEM_TAG, DEPLOYMENT_TAG].contains(key))
        .map(|(key, value)| Condition::text(format!("{prefix}{key}"), value))
        .collect()
}

/// The permissions for `actions` on the same resources, on the same conditions.
pub(crate) fn allow(
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
pub(crate) fn pass_role(
    purpose: &'static str,
    role: &str,
    service: &'static str,
) -> Vec<Permission> {
    let condition = Condition::text("iam:PassedToService", service);
    allow(purpose, &[role], &[condition], &["iam:PassRole"])
}

/// Which changes of an attribute an action is called for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
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
pub(crate) fn for_changes(
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
pub(crate) fn tagging(
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

/// What the survey calls beside the reads of each resource.
fn survey(settings: &Settings) -> Vec<Permission> {
    let mut actions = Vec::new();
    if settings.stackstate.is_some() {
        actions.extend(["iam:GetAccountAuthorizationDetails", "iam:ListRoles"]);
    }
    if settings.audit_trail.is_some() {
        actions.push("iam:ListPolicies");
    }
    allow(FIND, &["*"], &[], &actions)
}

/// What the checks before a write call. Whose policies they simulate, and where the trails are
/// that they look at, is not known before.
fn preflight(settings: &Settings, site: &Site) -> Vec<Permission> {
    let (users, roles) = (site.arn("iam", "", "user/*"), site.arn("iam", "", "role/*"));
    let mut all = allow(
        "SimulateOwnPolicies",
        &[&users, &roles],
        &[],
        &["iam:SimulatePrincipalPolicy"],
    );
    all.extend(allow("FindOwnRole", &[&roles], &[], &["iam:GetRole"]));
    if settings.stackstate.is_some() {
        let trails = format!("arn:{}:cloudtrail:*:*:trail/*", site.partition);
        all.extend(allow(FIND, &["*"], &[], &["cloudtrail:DescribeTrails"]));
        all.extend(allow(
            "ReadTrails",
            &[&trails],
            &[],
            &["cloudtrail:GetEventSelectors", "cloudtrail:GetTrailStatus"],
        ));
    }
    all
}

/// What `plan` needs, and every command that begins with a plan.
pub fn plan(settings: &Settings, nodes: &[Node]) -> Vec<Permission> {
    let reads = nodes
        .iter()
        .flat_map(|node| node.resource.permissions(Task::Observe));
    survey(settings).into_iter().chain(reads).collect()
}

/// What `apply` can come to need: to create, to mend every drift, and to remove what the settings
/// no longer ask for. `checks` says whether it looks before it writes.
pub fn apply(settings: &Settings, site: &Site, nodes: &[Node], checks: bool) -> Vec<Permission> {
    let mut all = plan(settings, nodes);
    for node in nodes {
        let resource = &node.resource;
        if node.wanted {
            all.extend(resource.permissions(Task::Create));
            all.extend(resource.permissions(Task::Update(None)));
        } else if !outlives_a_wanted_one(node, nodes) {
            all.extend(resource.permissions(Task::Delete(Consent::default())));
        }
    }
    if checks {
        all.extend(preflight(settings, site));
    }
    all
}

/// Such a node is kept, although it is not wanted.
fn outlives_a_wanted_one(node: &Node, nodes: &[Node]) -> bool {
    let outlived = node.outlives.as_ref();
    outlived.is_some_and(|outlived| {
        let is_it = |other: &&Node| other.address() == outlived;
        nodes.iter().find(is_it).is_some_and(|other| other.wanted)
    })
}

/// What `destroy` needs.
pub fn destroy(settings: &Settings, nodes: &[Node], consent: Consent) -> Vec<Permission> {
    let deletes = nodes
        .iter()
        .flat_map(|node| node.resource.permissions(Task::Delete(consent)));
    plan(settings, nodes).into_iter().chain(deletes).collect()
}

/// What one step of a plan will need beyond what the plan has already read.
pub fn of_step(node: &Node, step: &Step, consent: Consent) -> Vec<Permission> {
    let resource = &node.resource;
    match step.decision.action {
        Action::Keep | Action::Blocked => Vec::new(),
        Action::Create => resource.permissions(Task::Create),
        Action::Update | Action::Adopt => {
            resource.permissions(Task::Update(Some(&step.decision.changes)))
        }
        Action::Delete => resource.permissions(Task::Delete(consent)),
    }
}
