//! What the calls of a run need of IAM: one table, from which the printed policy and the checks
//! before a write both come.
//!
//! Each kind of resource names the actions of its calls in its own file here, with the ARNs and
//! condition keys that the Service Authorization Reference gives for them. [`plan`], [`apply`] and
//! [`destroy`] put together what a command can come to need; [`of_step`] what one step of a plan
//! will need. Everything here is pure.

mod policy;

#[cfg(test)]
mod tests;

pub use policy::{documents, policy};

use crate::engine::action::Action;
use crate::engine::node::Node;
use crate::engine::observed::Consent;
use crate::engine::permission::{FIND, Permission, Task, allow};
use crate::engine::plan::Step;
use crate::settings::Settings;
use crate::systems::Site;

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
