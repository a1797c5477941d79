//! Executes a plan: work on each node starts as soon as the needs of the node are met.
//!
//! One loop owns all state. The work on the nodes runs beside it as futures of `begin`, `write` and
//! `settle`. The executor makes no choice of its own: if AWS changed since the plan was made, the
//! work on the node stops as stale. Nothing is rolled back; another run goes on from what exists.

mod task;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};

use crate::aws::Aws;
use crate::engine::action::Action;
use crate::engine::address::Address;
use crate::engine::approved::Approved;
use crate::engine::decision::Decision;
use crate::engine::events::{Event, Events, Outcome};
use crate::engine::graph::{self, Queue};
use crate::engine::known::Known;
use crate::engine::node::{Milestone, Node, Observations, known};
use crate::engine::observed::{Observed, Phase, Present};
use crate::engine::plan::{Plan, Step};
use crate::engine::release::deleted;
use crate::failure::Failure;

use task::{Report, Task, begin, settle, write};

/// The results of a run.
#[derive(Debug)]
pub struct Results {
    /// How each step ended, in the order of the plan.
    pub outcomes: Vec<(Address, Outcome)>,
    /// The ARNs that AWS chose, those of this run included.
    pub known: Known,
}

/// Executes `approved`, and returns how each step ended.
///
/// Steps that keep their resource have no outcome. `nodes` must be the nodes that the plan was made
/// from.
pub async fn execute(nodes: &[Node], approved: &Approved, aws: &Aws, events: &Events) -> Results {
    let nodes_by_address: BTreeMap<&Address, &Node> =
        nodes.iter().map(|node| (node.address(), node)).collect();
    let steps: BTreeMap<&Address, &Step> = approved
        .plan
        .steps
        .iter()
        .map(|step| (&step.address, step))
        .collect();
    let mut queue = Queue::new(graph::edges(nodes, &approved.plan));
    let deleted = deleted(nodes, &approved.observed);
    let mut known = known(&approved.observed);
    let mut running: FuturesUnordered<BoxFuture<'_, Report<'_>>> = FuturesUnordered::new();
    let mut outcomes: BTreeMap<Address, Outcome> = BTreeMap::new();
    let mut end = |address: &Address, outcome: Outcome| {
        events.send(Event::Finished(address.clone(), outcome.clone()));
        outcomes.insert(address.clone(), outcome);
    };

    loop {
        if aws.stopped() {
            for address in queue.drain() {
                if steps[&address].decision.action != Action::Keep {
                    end(&address, Outcome::NotBegun);
                }
            }
        }
        let ready = queue.take_ready();
        let more = !ready.is_empty();
        for address in ready {
            let decision = &steps[&address].decision;
            let node = nodes_by_address[&address];
            match decision.action {
                // A resource that AWS still creates for an earlier run is awaited like one of this
                // run.
                Action::Keep if !is_being_created(node, &approved.observed) => {
                    queue.reached(&address, Milestone::Settled)
                }
                Action::Blocked => {
                    let reason = decision.reason.clone().unwrap_or_default();
                    let failure = Failure::new("it is blocked").because(reason);
                    end(&address, Outcome::Failed(failure));
                    skip_dependents(&mut queue, &address, &steps, &mut end);
                }
                action => {
                    events.send(Event::Started(address.clone(), action));
                    let task = Task {
                        node,
                        decision,
                        parent: parent(node, nodes, &approved.plan),
                        approved,
                        aws: events.on_behalf_of(aws, &address),
                        missing_dependents: missing_dependents(node, nodes, &steps),
                        deleted: &deleted,
                    };
                    running.push(Box::pin(begin(task, known.clone())));
                }
            }
        }
        if more {
            continue;
        }
        match running.next().await {
            None => break,
            Some(Report::Exists(task, present)) => {
                let address = task.node.address();
                known.extend(present.arn.clone().map(|arn| (address.clone(), arn)));
                queue.reached(address, Milestone::Exists);
                running.push(Box::pin(write(*task, present, known.clone())));
            }
            Some(Report::Written(task)) => {
                queue.reached(task.node.address(), Milestone::Written);
                running.push(Box::pin(settle(task, known.clone())));
            }
            Some(Report::Ended(address, outcome)) => {
                let was_stopped = matches!(outcome, Outcome::NotBegun | Outcome::HalfDone);
                if matches!(outcome, Outcome::Done(_)) {
                    queue.reached(address, Milestone::Settled);
                    end(address, outcome);
                } else {
                    end(address, outcome);
                    // What needs a resource that was stopped is not begun either.
                    if !was_stopped {
                        skip_dependents(&mut queue, address, &steps, &mut end);
                    }
                }
            }
        }
    }
    let order = approved.plan.steps.iter();
    Results {
        outcomes: order
            .filter_map(|step| outcomes.remove_entry(&step.address))
            .collect(),
        known,
    }
}

fn is_being_created(node: &Node, observed: &Observations) -> bool {
    let observed = observed.get(node.address());
    let is_creating = |present: &Present| present.phase == Phase::Creating;
    node.is_wanted() && matches!(observed, Some(Observed::Present(present)) if is_creating(present))
}

/// The parent of `node`, with the decision about the parent.
fn parent<'a>(node: &Node, nodes: &'a [Node], plan: &'a Plan) -> Option<(&'a Node, &'a Decision)> {
    let parent = node.resource.parent()?;
    let node = nodes.iter().find(|node| node.address() == parent)?;
    let step = plan.steps.iter().find(|step| step.address == *parent);
    let left_out = || plan.narrowed.as_ref()?.parents.get(parent);
    Some((node, step.map(|it| &it.decision).or_else(left_out)?))
}

/// The nodes that need `node`, and the node that it outlives, as far as they have no step because
/// they were not found.
fn missing_dependents<'a>(
    node: &Node,
    nodes: &'a [Node],
    steps: &BTreeMap<&Address, &Step>,
) -> Vec<&'a Node> {
    let depends = |other: &Node| {
        let mut needs = other.needs.iter();
        node.outlives.as_ref() == Some(other.address())
            || needs.any(|(needed, _)| needed == node.address())
    };
    nodes
        .iter()
        .filter(|other| !steps.contains_key(other.address()) && depends(other))
        .collect()
}

fn skip_dependents(
    queue: &mut Queue,
    address: &Address,
    steps: &BTreeMap<&Address, &Step>,
    end: &mut impl FnMut(&Address, Outcome),
) {
    for dependent in queue.failed(address) {
        if steps[&dependent].decision.action != Action::Keep {
            end(&dependent, Outcome::Skipped(address.clone()));
        }
    }
}
