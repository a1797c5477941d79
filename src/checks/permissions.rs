//! The IAM permissions that the calls of a run need. The printed policy and the checks before a
//! write both come from them.
//!
//! Each kind lists the actions of its calls in its own module under [`kinds`](crate::kinds), with
//! the ARNs and condition keys that the Service Authorization Reference gives for them. [`plan`],
//! [`apply`] and [`destroy`] collect the permissions that a command may need, and [`of_step`] those
//! of one step of a plan. Everything here is pure.

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

/// The permissions for the survey's calls that belong to no resource.
fn survey(systems: &[Box<dyn System>]) -> Vec<Permission> {
    let actions = systems.iter().flat_map(|system| system.actions_for_names());
    let actions: Vec<&'static str> = actions.copied().collect();
    allow(FIND, &["*"], &[], &actions)
}

/// The permissions for the checks before a write. The principal whose policies are simulated and
/// the regions of the trails are not known in advance.
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

/// The permissions of `plan`, and of the plan with which other commands begin.
pub fn plan(systems: &[Box<dyn System>], nodes: &[Node]) -> Vec<Permission> {
    let reads = nodes
        .iter()
        .flat_map(|node| node.resource.permissions_to_observe());
    survey(systems).into_iter().chain(reads).collect()
}

/// The permissions that `apply` may need: to create resources, to correct every drift, and to
/// delete resources that the settings no longer ask for. What restricts access can be removed only
/// with `consent` to that. With `checks`, those of the checks before a write are included.
pub fn apply(
    systems: &[Box<dyn System>],
    site: &Site,
    nodes: &[Node],
    consent: Consent,
    checks: bool,
) -> Vec<Permission> {
    let mut all = plan(systems, nodes);
    let exposures = nodes.iter().filter(|node| node.is_wanted());
    all.extend(exposures.flat_map(|node| node.resource.permissions_for_exposures()));
    for node in nodes {
        if let Some(wanted) = node.resource.wanted() {
            all.extend(wanted.permissions_to_create());
            all.extend(wanted.permissions_to_update(None));
            if consent.remove_restrictions {
                all.extend(wanted.permissions_to_lift());
            }
        } else if !outlives_a_wanted_one(node, nodes) {
            all.extend(node.resource.permissions_to_delete(consent));
        }
    }
    if checks {
        all.extend(preflight(systems, site));
    }
    all
}

/// Whether the node outlives a wanted resource. Such a node is kept although it is unwanted.
fn outlives_a_wanted_one(node: &Node, nodes: &[Node]) -> bool {
    let outlived = node.outlives.as_ref();
    outlived.is_some_and(|outlived| {
        let is_it = |other: &&Node| other.address() == outlived;
        nodes.iter().find(is_it).is_some_and(Node::is_wanted)
    })
}

/// The permissions of `destroy`.
pub fn destroy(systems: &[Box<dyn System>], nodes: &[Node], consent: Consent) -> Vec<Permission> {
    let deletes = nodes
        .iter()
        .flat_map(|node| node.resource.permissions_to_delete(consent));
    plan(systems, nodes).into_iter().chain(deletes).collect()
}

/// The permissions of one step of a plan, without those for reads.
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
