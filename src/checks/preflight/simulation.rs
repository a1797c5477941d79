//! Decides what IAM is asked to simulate, without asking.

use std::collections::{BTreeMap, BTreeSet};

use crate::aws::regions::always_enabled;
use crate::checks::permissions;
use crate::engine::address::Address;
use crate::engine::known::Known;
use crate::engine::node::Node;
use crate::engine::observed::Consent;
use crate::engine::permission::{Condition, Permission, REQUEST_TAG, RESOURCE_TAG};
use crate::engine::plan::Plan;
use crate::kinds::iam::permissions::BOUNDARY;
use crate::settings::Settings;
use crate::systems::Site;

/// One call that carrying out the plan makes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// The resource for which the call is made.
    pub address: Address,
    /// The action.
    pub action: &'static str,
    /// The ARN on which the action is needed.
    pub resource: String,
    /// Whether the ARN may lack a path, which only a read of the resource would show.
    pub may_have_path: bool,
    /// The condition keys of the request, with their values.
    pub context: BTreeMap<String, String>,
}

/// Stands for the id of a key that does not exist yet.
pub const NEW_KEY: &str = "key/00000000-0000-0000-0000-000000000000";

/// Every call that carrying out the plan makes. Reads that the survey has made are left out.
pub fn calls(
    settings: &Settings,
    site: &Site,
    nodes: &[Node],
    plan: &Plan,
    known: &Known,
    consent: Consent,
) -> BTreeSet<Call> {
    let mut calls = BTreeSet::new();
    for step in &plan.steps {
        let Some(node) = nodes.iter().find(|node| *node.address() == step.address) else {
            continue;
        };
        // A changed resource has its tags by then, whether or not the printed policy has conditions on
        // them, and a role has its boundary, which is set before everything else.
        let wanted = node.resource.wanted();
        let create = wanted.map(|wanted| wanted.permissions_to_create());
        let create = create.into_iter().flatten();
        let (bounds, tags): (Vec<Condition>, Vec<Condition>) = create
            .flat_map(|permission| permission.conditions)
            .filter(|it| it.key == BOUNDARY || it.key.starts_with(RESOURCE_TAG))
            .partition(|it| it.key == BOUNDARY);
        for mut permission in permissions::of_step(node, step, consent) {
            let Some(resource) = permission.resources.first() else {
                continue;
            };
            let resource = match (resource.strip_suffix("key/*"), known.get(&step.address)) {
                (Some(_), Some(arn)) => arn.clone(),
                (Some(prefix), None) => format!("{prefix}{NEW_KEY}"),
                (None, _) => resource.clone(),
            };
            let region = step.address.region.as_ref().map(|region| region.name());
            permission.conditions.extend(bounds.iter().cloned());
            let creates = |it: &Condition| it.key.starts_with(REQUEST_TAG);
            if !permission.conditions.iter().any(creates) {
                permission.conditions.extend(tags.iter().cloned());
            }
            let mut context = context(settings, &permission);
            if let Some(region) = region.or(always_enabled(site.partition)) {
                context.insert("aws:RequestedRegion".to_owned(), region.to_owned());
            }
            context.insert("aws:ResourceAccount".to_owned(), site.account.to_string());
            calls.insert(Call {
                address: step.address.clone(),
                action: permission.action,
                resource,
                may_have_path: permission.resources.len() > 1,
                context,
            });
        }
    }
    calls
}

/// The condition keys of the permission's conditions. Beside a tag in the request or on the resource
/// stand the tags that the settings name.
fn context(settings: &Settings, permission: &Permission) -> BTreeMap<String, String> {
    let mut context = BTreeMap::new();
    for condition in &permission.conditions {
        context.insert(condition.key.clone(), condition.value.clone());
        for prefix in [REQUEST_TAG, RESOURCE_TAG] {
            if condition.key.starts_with(prefix) {
                let tags = settings.tags.iter();
                context.extend(tags.map(|(key, value)| (format!("{prefix}{key}"), value.clone())));
            }
        }
    }
    context
}

/// One request to the simulator: every action on every resource, in one context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The actions.
    pub actions: Vec<String>,
    /// The resources.
    pub resources: Vec<String>,
    /// The condition keys of the requests, with their values.
    pub context: BTreeMap<String, String>,
}

/// The results that one page of an answer may hold (API Reference, "SimulatePrincipalPolicy",
/// `MaxItems`): no request asks for more.
pub const MOST_RESULTS: usize = 1_000;

/// The fewest requests that ask about exactly these calls.
pub fn requests(calls: &BTreeSet<Call>) -> Vec<Request> {
    let mut contexts: BTreeMap<&BTreeMap<String, String>, BTreeMap<&'static str, BTreeSet<&str>>> =
        BTreeMap::new();
    for call in calls {
        let actions = contexts.entry(&call.context).or_default();
        actions
            .entry(call.action)
            .or_default()
            .insert(&call.resource);
    }
    let mut requests = Vec::new();
    for (context, actions) in contexts {
        let mut by_resources: BTreeMap<BTreeSet<&str>, Vec<&'static str>> = BTreeMap::new();
        for (action, resources) in actions {
            by_resources.entry(resources).or_default().push(action);
        }
        for (resources, actions) in by_resources {
            let resources: Vec<&str> = resources.into_iter().collect();
            for resources in resources.chunks(MOST_RESULTS / actions.len()) {
                requests.push(Request {
                    actions: actions.iter().map(|&it| it.to_owned()).collect(),
                    resources: resources.iter().map(|&it| it.to_owned()).collect(),
                    context: context.clone(),
                });
            }
        }
    }
    requests
}
