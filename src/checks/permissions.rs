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
use crate::engine::permission::{FIND, Permission, allow, resource_tags};
use crate::engine::plan::Step;
use crate::failure::Failure;
use crate::names::IamIdentity;
use crate::systems::{Delivery, Site, System};

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
    all.extend(trails(systems, site));
    all
}

/// The permissions to find out what the trails log.
fn trails(systems: &[Box<dyn System>], site: &Site) -> Vec<Permission> {
    let mut all = Vec::new();
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

/// The permissions of `verify`: to read everything, to send what is to arrive, to remove that again, and to
/// try or simulate whoever reads it.
pub fn verify(
    systems: &[Box<dyn System>],
    site: &Site,
    nodes: &[Node],
) -> Result<Vec<Permission>, Failure> {
    let mut all = plan(systems, nodes);
    let exposures = nodes.iter().filter(|node| node.is_wanted());
    all.extend(exposures.flat_map(|node| node.resource.permissions_for_exposures()));
    all.extend(trails(systems, site));
    for system in systems {
        let trials = system.trials(site)?;
        for delivery in &trials.deliveries {
            all.extend(to_deliver(delivery, site));
        }
        if let Some(reader) = &trials.reader {
            let role = [reader.role_arn.as_str()];
            all.extend(allow("AssumeTheReader", &role, &[], &["sts:AssumeRole"]));
            let simulate = ["iam:SimulatePrincipalPolicy"];
            all.extend(allow("SimulateTheReader", &role, &[], &simulate));
        }
        for grant in &trials.grants {
            let (kind, get) = match &grant.identity {
                IamIdentity::User(_) => ("user", "iam:GetUser"),
                IamIdentity::Group(_) => ("group", "iam:GetGroup"),
                IamIdentity::Role(_) => ("role", "iam:GetRole"),
            };
            let name = grant.identity.name();
            let arn = site.arn("iam", "", &format!("{kind}/{name}"));
            let with_path = site.arn("iam", "", &format!("{kind}/*/{name}"));
            let simulate = [get, "iam:SimulatePrincipalPolicy"];
            all.extend(allow(
                "SimulateIdentities",
                &[&arn, &with_path],
                &[],
                &simulate,
            ));
        }
    }
    Ok(all)
}

/// The permissions to send what is to arrive, to read it and to remove it again. The key lets S3 decrypt for
/// whoever S3 lets read.
fn to_deliver(delivery: &Delivery, site: &Site) -> Vec<Permission> {
    let ours = resource_tags(&delivery.tags);
    let stream = [delivery.stream_arn.as_str()];
    let bus = site.arn("events", delivery.region.name(), "event-bus/default");
    let bucket = format!("arn:{}:s3:::{}", site.partition, delivery.bucket);
    let objects = format!("{bucket}/{}*", delivery.prefix);
    let send = ["firehose:PutRecord", "firehose:TagDeliveryStream"];
    let own = [
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:GetObjectVersion",
    ];
    [
        allow("SendTestRecords", &stream, &ours, &send),
        allow("SendTestEvents", &[&bus], &[], &["events:PutEvents"]),
        allow("FindDelivered", &[&bucket], &[], &["s3:ListBucketVersions"]),
        allow("ReadAndRemoveDelivered", &[&objects], &[], &own),
    ]
    .concat()
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
