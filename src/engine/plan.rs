//! What to do with each resource: a pure function of what is wanted and what was observed.
//!
//! Every choice is made here. The executor makes none: it repeats [`decide`] on fresh reads and
//! stops where the answer is another one than the person approved.

mod holders;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use holders::{going, release};

use crate::engine::address::Address;
use crate::engine::attributes::{self, Change};
use crate::engine::ownership::Owner;
use crate::engine::resource::{Consent, Known, Observed, Phase, Present, Resource};

/// When a resource may be used by those that need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Milestone {
    /// The create call was answered: the name and the ARN are taken.
    Exists,
    /// AWS has accepted every change; it may not read them back yet.
    Written,
    /// AWS reads back everything that was wanted.
    Settled,
}

/// A resource in its place in the graph.
#[derive(Debug, Clone)]
pub struct Node {
    /// The resource itself.
    pub resource: Arc<dyn Resource>,
    /// Whether the settings ask for it. What they do not ask for is deleted if it is ours.
    pub wanted: bool,
    /// What must have come how far before this one is acted upon. Deletion runs the other way.
    pub needs: Vec<(Address, Milestone)>,
    /// A resource that would be of no use without this one: this one is deleted after it, and is
    /// kept for as long as it stays.
    pub outlives: Option<Address>,
}

impl Node {
    /// A node that waits for nothing.
    pub fn new(resource: impl Resource + 'static, wanted: bool) -> Self {
        Node {
            resource: Arc::new(resource),
            wanted,
            needs: Vec::new(),
            outlives: None,
        }
    }

    /// How its resource is called.
    pub fn address(&self) -> &Address {
        self.resource.address()
    }
}

/// What is to be done with a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Nothing.
    Keep,
    /// It does not exist and is created.
    Create,
    /// It is ours and some attributes are changed in place.
    Update,
    /// It is ours, no longer wanted, and is deleted.
    Delete,
    /// It is not ours; it becomes ours and is changed to what is wanted.
    Adopt,
    /// Nothing can be done; the reason says why and the way out.
    Blocked,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Action::Keep => "keep",
            Action::Create => "create",
            Action::Update => "update",
            Action::Delete => "delete",
            Action::Adopt => "adopt",
            Action::Blocked => "blocked",
        })
    }
}

/// An action, with what it changes and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// What is to be done.
    pub action: Action,
    /// Why, where the action alone does not say it.
    pub reason: Option<String>,
    /// What changes; for a create or a delete every attribute.
    pub changes: Vec<Change>,
}

impl Decision {
    fn new(action: Action, changes: Vec<Change>) -> Self {
        Decision {
            action,
            reason: None,
            changes,
        }
    }

    fn because(action: Action, reason: impl Into<String>, changes: Vec<Change>) -> Self {
        Decision {
            action,
            reason: Some(reason.into()),
            changes,
        }
    }
}

/// One line of a plan.
#[derive(Debug, Clone)]
pub struct Step {
    /// The resource.
    pub address: Address,
    /// Its name in AWS.
    pub name: String,
    /// Its ARN, as far as it is known.
    pub arn: Option<String>,
    /// What is to be done with it.
    pub decision: Decision,
    /// What a person should know about it beside the changes.
    pub note: Option<String>,
}

/// What is to be done with every resource that is wanted or exists, in the order of the graph.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The steps: a resource stands after those that it needs.
    pub steps: Vec<Step>,
}

impl Plan {
    /// How many steps take `action`.
    pub fn count(&self, action: Action) -> usize {
        self.steps
            .iter()
            .filter(|step| step.decision.action == action)
            .count()
    }

    /// Whether carrying the plan out would write something.
    pub fn has_changes(&self) -> bool {
        self.steps
            .iter()
            .any(|step| !matches!(step.decision.action, Action::Keep | Action::Blocked))
    }

    /// The steps that nothing can be done about.
    pub fn blocked(&self) -> impl Iterator<Item = &Step> {
        self.steps
            .iter()
            .filter(|step| step.decision.action == Action::Blocked)
    }
}

/// What was observed of every node of a run.
pub type Observations = BTreeMap<Address, Observed>;

/// The ARNs that AWS chose, among what was observed.
pub fn known(observed: &Observations) -> Known {
    observed
        .iter()
        .filter_map(|(address, observed)| match observed {
            Observed::Present(present) => Some((address.clone(), present.arn.clone()?)),
            _ => None,
        })
        .collect()
}

/// Plans all `nodes`, which must stand in an order in which each follows those that it needs.
///
/// A node without an observation counts as missing.
pub fn plan(nodes: &[Node], observed: &Observations, consent: Consent) -> Plan {
    let known = known(observed);
    let mut decisions: BTreeMap<&Address, Action> = BTreeMap::new();
    let mut steps = Vec::new();
    // A resource that outlives another one is decided after it, whichever way their needs point.
    let (first, last): (Vec<&Node>, Vec<&Node>) =
        nodes.iter().partition(|node| node.outlives.is_none());
    for node in first.into_iter().chain(last) {
        let observation = observed.get(node.address()).unwrap_or(&Observed::Missing);
        let around = Around {
            parent: node
                .resource
                .parent()
                .and_then(|parent| decisions.get(parent).copied()),
            outlived: node.outlives.as_ref().filter(|address| {
                matches!(
                    observed.get(address),
                    Some(Observed::Present(_) | Observed::Obstructed(_))
                ) && decisions.get(address) != Some(&Action::Delete)
            }),
            consent,
        };
        if let Some(decision) = decide(node, observation, &known, &around) {
            decisions.insert(node.address(), decision.action);
            steps.push(step(node, observation, decision, consent));
        }
    }
    let place = |address: &Address| nodes.iter().position(|node| node.address() == address);
    steps.sort_by_key(|step| place(&step.address));
    Plan { steps }
}

fn step(node: &Node, observation: &Observed, decision: Decision, consent: Consent) -> Step {
    let action = decision.action;
    let present = match observation {
        Observed::Present(present) => Some(present),
        _ => None,
    };
    Step {
        address: node.address().clone(),
        name: node.resource.name().to_owned(),
        arn: node
            .resource
            .arn()
            .or_else(|| present.and_then(|present| present.arn.clone())),
        decision,
        note: note(node, present, action, consent),
    }
}

fn note(
    node: &Node,
    present: Option<&Present>,
    action: Action,
    consent: Consent,
) -> Option<String> {
    let holders = present.and_then(Present::holders);
    let carried = present.map_or(0, |present| present.carried.len());
    let notes = match action {
        Action::Delete => vec![
            node.resource.deletion_note(consent),
            holders.map(|holders| format!("{holders}, and lose it")),
        ],
        _ => vec![
            node.resource.note(),
            (carried > 0).then(|| {
                let statements = if carried == 1 {
                    "statement"
                } else {
                    "statements"
                };
                format!("{carried} {statements} of AWS's log delivery in the policy, kept")
            }),
            holders,
        ],
    };
    let notes: Vec<String> = notes.into_iter().flatten().collect();
    (!notes.is_empty()).then(|| notes.join("; "))
}

/// What a decision takes from outside the resource itself.
#[derive(Debug, Clone, Default)]
pub struct Around<'a> {
    /// What was decided for the resource whose ownership this one shares.
    pub parent: Option<Action>,
    /// The resource that exists, stays, and must not stay without this one.
    pub outlived: Option<&'a Address>,
    /// What a person agreed to.
    pub consent: Consent,
}

/// Decides for one resource; `None` if it is neither wanted nor there.
pub fn decide(
    node: &Node,
    observed: &Observed,
    known: &Known,
    around: &Around<'_>,
) -> Option<Decision> {
    if node.wanted {
        Some(decide_wanted(node, observed, known, around))
    } else {
        decide_unwanted(node, observed, around)
    }
}

fn decide_wanted(node: &Node, observed: &Observed, known: &Known, around: &Around<'_>) -> Decision {
    let desired = node.resource.desired(known);
    let create = || attributes::diff(&attributes::Attributes::new(), &desired);
    let present = match observed {
        Observed::Missing if around.parent == Some(Action::Blocked) => {
            return blocked_by_parent(node);
        }
        Observed::Missing => return Decision::new(Action::Create, create()),
        Observed::Obstructed(reason) | Observed::Impossible(reason) => {
            return Decision::because(Action::Blocked, reason.clone(), Vec::new());
        }
        Observed::Present(present) if present.phase == Phase::Deleting => {
            return Decision::because(
                Action::Create,
                "it is being deleted, and is created again once it is gone",
                create(),
            );
        }
        Observed::Present(present) => present,
    };
    let changes = attributes::diff(&present.attributes, &desired);
    let mut each = changes.iter();
    let impossible = each.find_map(|change| node.resource.immutable(change));
    let foreign = match &present.owner {
        Owner::Ours => None,
        Owner::Parent if around.parent == Some(Action::Blocked) => return blocked_by_parent(node),
        Owner::Parent => None,
        Owner::Foreign(whose) if !around.consent.adopt => {
            let way_out = match impossible {
                Some(reason) => format!("and cannot be taken over: {reason}"),
                None => "`--adopt` takes it over".to_owned(),
            };
            let reason = format!("it exists and is not ours: {whose}; {way_out}");
            return Decision::because(Action::Blocked, reason, changes);
        }
        Owner::Foreign(whose) => Some(whose),
    };
    if let Some(reason) = impossible {
        return Decision::because(Action::Blocked, reason, changes);
    }
    match foreign {
        Some(whose) => Decision::because(Action::Adopt, whose.clone(), changes),
        None if changes.is_empty() => Decision::new(Action::Keep, changes),
        None => Decision::new(Action::Update, changes),
    }
}

fn blocked_by_parent(node: &Node) -> Decision {
    let parent = node
        .resource
        .parent()
        .map(ToString::to_string)
        .unwrap_or_default();
    Decision::because(
        Action::Blocked,
        format!("it belongs to {parent}, which is blocked"),
        Vec::new(),
    )
}

fn decide_unwanted(node: &Node, observed: &Observed, around: &Around<'_>) -> Option<Decision> {
    let present = match observed {
        Observed::Missing | Observed::Impossible(_) => return None,
        Observed::Obstructed(reason) => {
            return Some(Decision::because(
                Action::Blocked,
                reason.clone(),
                Vec::new(),
            ));
        }
        Observed::Present(present) => present,
    };
    let keep = |reason: String| Some(Decision::because(Action::Keep, reason, Vec::new()));
    match &present.owner {
        Owner::Foreign(whose) => return keep(format!("it is not ours and stays: {whose}")),
        Owner::Parent if around.parent != Some(Action::Delete) => {
            let parent = node.resource.parent().map(ToString::to_string);
            let parent = parent.unwrap_or_default();
            return keep(format!("it belongs to {parent}, which stays"));
        }
        Owner::Ours | Owner::Parent => {}
    }
    match present.phase {
        Phase::Doomed => return keep("it is scheduled for deletion already".to_owned()),
        Phase::Deleting => return keep("it is being deleted already".to_owned()),
        Phase::Stable | Phase::Creating => {}
    }
    if let Some(outlived) = around.outlived {
        return keep(format!(
            "it is no longer wanted, but {outlived} still exists and what it holds would be lost \
             with it; it goes after that"
        ));
    }
    if let Some(reason) = present.held(around.consent) {
        return Some(Decision::because(Action::Blocked, reason, Vec::new()));
    }
    let gone = attributes::Attributes::new();
    let changes = attributes::diff(&present.attributes, &gone);
    Some(Decision::new(Action::Delete, changes))
}

/// Why the node is not yet as it should be; `None` when it is, so that those that need it may go
/// on.
pub fn unsettled(node: &Node, observed: &Observed, known: &Known) -> Option<String> {
    let present = match (node.wanted, observed) {
        (false, Observed::Missing | Observed::Impossible(_)) => return None,
        (true, Observed::Missing) => return Some("it to appear".to_owned()),
        (_, Observed::Obstructed(reason) | Observed::Impossible(reason)) => {
            return Some(reason.clone());
        }
        (_, Observed::Present(present)) => present,
    };
    if !node.wanted {
        return (present.phase != Phase::Doomed).then(|| "it to disappear".to_owned());
    }
    if present.phase != Phase::Stable {
        return Some("AWS to finish creating it".to_owned());
    }
    let changes = attributes::diff(&present.attributes, &node.resource.desired(known));
    let names: Vec<&str> = changes
        .iter()
        .map(|change| change.attribute.as_str())
        .collect();
    (!names.is_empty()).then(|| format!("AWS to read back {}", names.join(", ")))
}
