//! Decides what IAM is asked to simulate and what its answers mean, without asking.

use std::collections::{BTreeMap, BTreeSet};

use super::check::{Check, Denied, Verdict};
use crate::aws::regions::always_enabled;
use crate::checks::permissions;
use crate::engine::address::Address;
use crate::engine::known::Known;
use crate::engine::node::Node;
use crate::engine::observed::Consent;
use crate::engine::permission::{Condition, Permission, REQUEST_TAG, RESOURCE_TAG};
use crate::engine::plan::Plan;
use crate::kinds::iam::permissions::BOUNDARY;
use crate::names::Arn;
use crate::settings::Settings;
use crate::systems::Site;

/// Whose policies IAM is to simulate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The user of this ARN.
    User(String),
    /// The role of this name. The ARN of its session does not contain the role's path.
    Role(String),
    /// Nobody's; the text gives the reason.
    Nobody(&'static str),
}

/// Whose policies decide which calls the caller of this ARN is allowed.
pub fn source(caller: &Arn) -> Source {
    let mut parts = caller.resource.split('/');
    match (parts.next(), parts.next()) {
        (Some("user"), Some(_)) => Source::User(caller.to_string()),
        (Some("assumed-role"), Some(role)) => Source::Role(role.to_owned()),
        (Some("root"), None) => Source::Nobody("IAM does not simulate the account's root user"),
        (Some("federated-user"), _) => {
            Source::Nobody("IAM does not simulate federated users, whose session limits them")
        }
        _ => Source::Nobody("IAM simulates users and roles alone"),
    }
}

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
const NEW_KEY: &str = "key/00000000-0000-0000-0000-000000000000";

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
            context.insert("aws:SecureTransport".to_owned(), "true".to_owned());
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
    pub actions: Vec<&'static str>,
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
                    actions: actions.clone(),
                    resources: resources.iter().map(|&it| it.to_owned()).collect(),
                    context: context.clone(),
                });
            }
        }
    }
    requests
}

/// The simulator's answer about one action on one resource in one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The request's context.
    pub context: BTreeMap<String, String>,
    /// The action.
    pub action: String,
    /// The ARN of the resource.
    pub resource: String,
    /// Why the action is denied; `None` if it is allowed.
    pub denied: Option<String>,
}

/// The checks that follow from the answers. `unasked` is why IAM could not be asked about some calls.
pub fn check(calls: &BTreeSet<Call>, answers: &[Answer], unasked: Option<&str>) -> Vec<Check> {
    let answer = |call: &Call| {
        answers.iter().find(|answer| {
            answer.context == call.context
                && answer.resource == call.resource
                && answer.action.eq_ignore_ascii_case(call.action)
        })
    };
    let denied = calls.iter().filter_map(|call| {
        let reason = answer(call)?.denied.clone()?;
        let denied = Denied {
            address: call.address.clone(),
            action: call.action,
            resource: call.resource.clone(),
            reason,
        };
        Some((call.may_have_path, denied))
    });
    let (unsure, denied): (Vec<_>, Vec<_>) = denied.partition(|(may_have_path, _)| *may_have_path);
    let denied: Vec<Denied> = denied.into_iter().map(|(_, denied)| denied).collect();
    let unanswered = calls.iter().filter(|call| answer(call).is_none()).count();
    let answered = calls.len() - unanswered - unsure.len();
    let mut checks = Vec::new();
    if !denied.is_empty() {
        let count = denied.len();
        checks.push(Check {
            denied,
            ..Check::new(
                "permissions",
                Verdict::Wrong,
                format!("by simulation {count} of the calls to be made would be denied, which is not proof"),
            )
        });
    } else if answered > 0 {
        let message = format!("by simulation all calls are allowed ({answered})");
        checks.push(Check::new("permissions", Verdict::Ok, message));
    }
    for (_, denied) in unsure {
        let message = format!(
            "whether {denied} is allowed could not be checked: the path of the ARN is not known, and \
             without a path the call would be denied"
        );
        checks.push(Check::new("permissions", Verdict::Unknown, message));
    }
    if unanswered > 0 {
        let because = unasked.unwrap_or("IAM gave no answer");
        let message =
            format!("whether all calls are allowed could not be checked ({unanswered}): {because}");
        checks.push(Check::new("permissions", Verdict::Unknown, message));
    }
    checks
}
