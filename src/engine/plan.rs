//! The plan: what to do with each resource, decided from the wanted and the observed state.
//!
//! Every choice is made here and in [`decision`](crate::engine::decision). The executor makes none:
//! it decides again on fresh reads, and stops if the decision differs from the approved one.

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::SystemTime;

use crate::engine::action::Action;
use crate::engine::address::Address;
use crate::engine::decision::{Around, Decision, GOES_ALREADY, NOT_OURS, decide};
use crate::engine::known::Known;
use crate::engine::node::{Node, Observations, known};
use crate::engine::observed::{Consent, Observed, Phase, Present};
use crate::engine::warning::Warning;
use crate::names::Region;

/// One line of a plan.
#[derive(Debug, Clone)]
pub struct Step {
    /// The resource.
    pub address: Address,
    /// Its name in AWS.
    pub name: String,
    /// Its ARN, as far as it is known.
    pub arn: Option<String>,
    /// The region that it lives in or serves; `None` if it is for the whole account.
    pub region: Option<Region>,
    /// What the settings ask for, in one line; `None` if it is not wanted.
    pub summary: Option<String>,
    /// The decision.
    pub decision: Decision,
    /// What a person should know beside the changes.
    pub note: Option<String>,
    /// What others added to the resource and the settings keep, one line each.
    pub keeps: Vec<String>,
    /// The resources of the plan that this one needs.
    pub needs: Vec<Address>,
}

impl Step {
    /// Whether the resource is kept because it has our name and is not ours.
    pub fn keeps_what_is_not_ours(&self) -> bool {
        let reason = self.decision.reason.as_deref().unwrap_or_default();
        self.decision.action == Action::Keep && reason.starts_with(NOT_OURS)
    }

    /// Whether AWS deletes the resource without anything that is left to do.
    pub fn goes_already(&self) -> bool {
        let reason = self.decision.reason.as_deref().unwrap_or_default();
        self.decision.action == Action::Keep && GOES_ALREADY.contains(&reason)
    }
}

/// The decisions for all resources that are wanted or exist, in the order of the graph.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The steps. Each resource stands after those that it needs.
    pub steps: Vec<Step>,
    /// What a person is to know before the consent.
    pub warnings: Vec<Warning>,
    /// What the plan was narrowed to, if it was.
    pub narrowed: Option<Narrowed>,
}

/// What a plan was narrowed to.
#[derive(Debug, Clone)]
pub struct Narrowed {
    /// The resources that were named.
    pub targets: Vec<Address>,
    /// How many steps were left out that are not to keep their resource.
    pub changes_left_out: usize,
    /// What was decided about the parents of resources that were left out themselves: whether a child is
    /// ours depends on its parent.
    pub parents: BTreeMap<Address, Decision>,
}

impl Plan {
    /// How many steps take `action`.
    pub fn count(&self, action: Action) -> usize {
        self.steps
            .iter()
            .filter(|step| step.decision.action == action)
            .count()
    }

    /// Whether the execution of the plan would write something.
    pub fn has_changes(&self) -> bool {
        self.changes().next().is_some()
    }

    /// The action of each step.
    pub fn actions(&self) -> impl Iterator<Item = Action> {
        self.steps.iter().map(|step| step.decision.action)
    }

    /// The steps that write something.
    pub fn changes(&self) -> impl Iterator<Item = &Step> {
        self.steps
            .iter()
            .filter(|step| !matches!(step.decision.action, Action::Keep | Action::Blocked))
    }

    /// The steps whose resources stay, although AWS is not deleting them. After a destroy these are
    /// left under our names or with our tags: resources that are not ours, or that no longer look
    /// like ours, and what belongs to them.
    pub fn left<'a>(&'a self, observed: &Observations) -> Vec<&'a Step> {
        let stays = |step: &&Step| match observed.get(&step.address) {
            Some(Observed::Present(present)) => {
                let is_kept = step.decision.action == Action::Keep;
                present.leaves_name
                    || is_kept && matches!(present.phase, Phase::Stable | Phase::Creating)
            }
            // A key of ours that lost its alias may be among those.
            Some(Observed::MissingBeside(_)) => true,
            _ => false,
        };
        self.steps.iter().filter(stays).collect()
    }

    /// Adds the warnings about the steps, if the plan is carried out at `now`.
    pub fn warn(
        &mut self,
        nodes: &[Node],
        observed: &Observations,
        consent: Consent,
        now: SystemTime,
    ) {
        let about = |step: &Step| {
            let node = nodes.iter().find(|node| *node.address() == step.address)?;
            let Some(Observed::Present(present)) = observed.get(&step.address) else {
                return None;
            };
            let message = match (step.decision.action, node.resource.wanted()) {
                (Action::Delete, _) => node.resource.deletion_warning(present, consent, now),
                (Action::Adopt | Action::Update, Some(wanted)) => {
                    let holds = present.holds.as_ref()?;
                    let expires = wanted.expires(&step.decision.changes)?;
                    Some(format!("{expires}, also those that it holds now: {holds}"))
                }
                _ => None,
            };
            Some(Warning {
                address: Some(step.address.clone()),
                message: message?,
            })
        };
        let warnings: Vec<Warning> = self.changes().filter_map(about).collect();
        self.warnings.extend(warnings);
    }

    /// The blocked steps.
    pub fn blocked(&self) -> impl Iterator<Item = &Step> {
        self.steps
            .iter()
            .filter(|step| step.decision.action == Action::Blocked)
    }
}

/// Plans all `nodes`. Each node must stand after those that it needs.
///
/// A node without an observation counts as missing.
pub fn plan(nodes: &[Node], observed: &Observations, consent: Consent) -> Plan {
    let known = known(observed);
    let mut decisions: BTreeMap<&Address, Action> = BTreeMap::new();
    let mut steps: Vec<Step> = Vec::new();
    // A resource that outlives another one is decided after that one, whatever their needs are.
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
                let may_exist = observed.get(address).is_some_and(|it| !it.is_absent());
                may_exist && decisions.get(address) != Some(&Action::Delete)
            }),
            consent,
        };
        if let Some(decision) = decide(node, observation, &known, &around) {
            decisions.insert(node.address(), decision.action);
            steps.push(step(node, observed, &known, decision));
        }
    }
    for step in &mut steps {
        step.needs.retain(|needed| decisions.contains_key(needed));
    }
    let place = |address: &Address| nodes.iter().position(|node| node.address() == address);
    steps.sort_by_key(|step| place(&step.address));
    Plan {
        steps,
        warnings: Vec::new(),
        narrowed: None,
    }
}

fn step(node: &Node, observed: &Observations, known: &Known, decision: Decision) -> Step {
    let observation = observed.get(node.address()).unwrap_or(&Observed::Missing);
    let present = match observation {
        Observed::Present(present) => Some(present),
        _ => None,
    };
    let stranger = present.and_then(|_| stranger(node, observed));
    let identity = node.resource.identity();
    let wanted = node.resource.wanted();
    let summary = wanted.map(|wanted| wanted.summary(&wanted.desired(present, known)));
    Step {
        address: identity.address.clone(),
        name: identity.name.clone(),
        arn: identity
            .arn
            .clone()
            .or_else(|| present.and_then(|present| present.arn.clone())),
        region: node.region().cloned(),
        summary,
        note: note(node, observation, stranger, &decision),
        keeps: present.map_or_else(Vec::new, |present| present.keeps.clone()),
        needs: node.needs.iter().map(|(it, _)| it.clone()).collect(),
        decision,
    }
}

/// The resource that `node` needs and whose name another account has, in words.
fn stranger(node: &Node, observed: &Observations) -> Option<String> {
    let mut needs = node.needs.iter().map(|(address, _)| address);
    let taken = |address: &&Address| matches!(observed.get(*address), Some(Observed::Taken(_)));
    let taken = needs.find(taken)?;
    Some(format!(
        "it leads to {taken}, which belongs to another account"
    ))
}

fn note(
    node: &Node,
    observation: &Observed,
    stranger: Option<String>,
    decision: &Decision,
) -> Option<String> {
    let (present, beside) = match observation {
        Observed::Present(present) => (Some(present), present.note.clone()),
        Observed::MissingBeside(text) => (None, Some(text.clone())),
        _ => (None, None),
    };
    // Where the holders block the deletion, the reason names them.
    let reason = decision.reason.as_deref().unwrap_or_default();
    let holders = present.and_then(Present::holders);
    let holders = holders.filter(|holders| !reason.contains(holders.as_str()));
    let beside = beside.filter(|text| reason != text);
    let notes = match decision.action {
        Action::Delete => vec![
            beside,
            present.and_then(|present| node.resource.deletion_note(present)),
            holders.map(|holders| format!("{holders}; the deletion takes it from them")),
            stranger,
        ],
        // What AWS holds already fits its quotas.
        Action::Keep => vec![beside, holders, stranger],
        _ => vec![node.note.clone(), beside, holders, stranger],
    };
    let notes: Vec<String> = notes.into_iter().flatten().collect();
    (!notes.is_empty()).then(|| notes.join("; "))
}
