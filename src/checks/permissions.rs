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
use crate::engine::permission::{FIND, Permission, allow};
use crate::engine::plan::Step;
use crate::systems::{Site, System};

/// What the survey calls beside the reads of each resource.
fn survey(systems: &[Box<dyn System>]) -> Vec<Permission> {
    let actions = systems.iter().flat_map(|system| system.actions_for_names());
    let actions: Vec<&'static str> = actions.copied().collect();
    allow(FIND, &["*"], &[], &actions)
}

/// What the checks before a write call. Whose policies they simulate, and where the trails are
/// that they look at, is not known before.
fn preflight(systems: &[Box<dyn System>], site: &Site) -> Vec<Permission> {
    let (users, roles) = (site.arn("iam", "", "user/*"), site.arn("iam", "", "role/*"));
    let mut all = allow(
        "SimulateOwnPolicies",
        &[&users, &roles],
        &[],
        &["iam:SimulatePrincipalPolicy"],
    );
    all.extend(allow("FindOwnRole", &[&roles], &[], &["iam:GetRole"]));
    if systems.iter().any(|system| system.needs_trails()) {
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
pub fn plan(systems: &[Box<dyn System>], nodes: &[Node]) -> Vec<Permission> {
    let reads = nodes
        .iter()
        .flat_map(|node| node.resource.permissions_to_observe());
    survey(systems).into_iter().chain(reads).collect()
}

/// What `apply` can come to need: to create, to mend every drift, and to remove what the settings
/// no longer ask for. `checks` says whether it looks before it writes.
pub fn apply(
    systems: &[Box<dyn System>],
    site: &Site,
    nodes: &[Node],
    checks: bool,
) -> Vec<Permission> {
    let mut all = plan(systems, nodes);
    for node in nodes {
        if let Some(wanted) = node.resource.wanted() {
            all.extend(wanted.permissions_to_create());
            all.extend(wanted.permissions_to_update(None));
        } else if !outlives_a_wanted_one(node, nodes) {
            let consent = Consent::default();
            all.extend(node.resource.permissions_to_delete(consent));
        }
    }
    if checks {
        all.extend(preflight(systems, site));
    }
    all
}

/// Such a node is kept, although it is not wanted.
fn outlives_a_wanted_one(node: &Node, nodes: &[Node]) -> bool {
    let outlived = node.outlives.as_ref();
    outlived.is_some_and(|outlived| {
        let is_it = |other: &&Node| other.address() == outlived;
        nodes.iter().find(is_it).is_some_and(Node::is_wanted)
    })
}

/// What `destroy` needs.
pub fn destroy(systems: &[Box<dyn System>], nodes: &[Node], consent: Consent) -> Vec<Permission> {
    let deletes = nodes
        .iter()
        .flat_map(|node| node.resource.permissions_to_delete(consent));
    plan(systems, nodes).into_iter().chain(deletes).collect()
}

/// What one step of a plan will need beyond what the plan has already read.
pub fn of_step(node: &Node, step: &Step, consent: Consent) -> Vec<Permission> {
    let resource = &node.resource;
    let changes = &step.decision.changes;
    match (step.decision.action, resource.wanted()) {
        (Action::Create, Some(wanted)) => wanted.permissions_to_create(),
        (Action::Update | Action::Adopt, Some(wanted)) => {
            wanted.permissions_to_update(Some(changes))
        }
        (Action::Delete, _) => resource.permissions_to_delete(consent),
        _ => Vec::new(),
    }
}
