//! Tests of the execution against an account in memory, with a clock that the tests move.
//!
//! Each subject has a file. This one has the helpers that they share.

mod answers;
mod children;
mod order;
mod propagation;
mod simulated;
mod spreading;
mod stale;
mod stopping;
mod waiting;

use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use std::time::Duration;

use super::task::{FIND_LIMIT, FRESH, UPDATE_ROUNDS};
use super::*;
use crate::engine::observed::{Consent, Observed, Phase, Present};
use crate::engine::ownership::Owner;
use crate::engine::plan::plan;
use crate::fakes::{Effect, Fake, Verb, World, at, attributes, aws, consent, lost, ours, refusal};

/// A run that has not begun, with everything that a test may change before or while it executes.
struct Run {
    nodes: Vec<Node>,
    approved: Approved,
    stop: watch::Sender<bool>,
    aws: Aws,
    events: Events,
    receiver: mpsc::UnboundedReceiver<Event>,
}

impl Run {
    /// A plan of `nodes` against what the world shows now, approved at once.
    fn new(world: &World, nodes: Vec<Node>) -> Self {
        Run::planned(world, nodes, false)
    }

    fn adopting(world: &World, nodes: Vec<Node>) -> Self {
        Run::planned(world, nodes, true)
    }

    fn planned(world: &World, nodes: Vec<Node>, adopt: bool) -> Self {
        let observed = nodes
            .iter()
            .map(|node| (node.address().clone(), world.read(node.address())))
            .collect();
        Run::of(nodes, observed, consent(adopt))
    }

    fn of(nodes: Vec<Node>, observed: Observations, consent: Consent) -> Self {
        let approved = Approved {
            plan: plan(&nodes, &observed, consent),
            observed,
            observed_at: Instant::now(),
            looked_since: Instant::now(),
            consent,
        };
        let (stop, stopped) = watch::channel(false);
        let (events, receiver) = Events::channel();
        Run {
            nodes,
            approved,
            stop,
            aws: aws(stopped),
            events,
            receiver,
        }
    }

    async fn execute(&self) -> Results {
        execute(&self.nodes, &self.approved, &self.aws, &self.events).await
    }

    /// The events that were sent so far, one line for each.
    fn reported(&mut self) -> Vec<String> {
        let mut reported = Vec::new();
        while let Ok(event) = self.receiver.try_recv() {
            reported.push(match event {
                Event::Started(address, action) => format!("{} {action}", address.name),
                Event::Waiting(address, what) => format!("{} waits for {what}", address.name),
                Event::Progress(address, what) => format!("{} {what}", address.name),
                Event::Finished(address, outcome) => format!("{} {}", address.name, outcome.name()),
            });
        }
        reported
    }
}

/// Each outcome as `a done`.
fn outcomes(results: &Results) -> Vec<String> {
    let outcomes = results.outcomes.iter();
    outcomes
        .map(|(address, outcome)| format!("{} {}", address.name, outcome.name()))
        .collect()
}

/// The failure of the resource `name`.
fn failure(results: &Results, name: &str) -> String {
    match results.outcomes.iter().find(|(it, _)| it.name == name) {
        Some((_, Outcome::Failed(failure) | Outcome::Unknown(failure))) => failure.to_string(),
        other => panic!("{name} did not fail: {other:?}"),
    }
}

/// Because of which resource the resource `name` was skipped.
fn reason(results: &Results, name: &str) -> String {
    match results.outcomes.iter().find(|(it, _)| it.name == name) {
        Some((_, Outcome::Skipped(because))) => because.to_string(),
        other => panic!("{name} was not skipped: {other:?}"),
    }
}

/// A resource of ours that differs from the wanted state.
fn drifted() -> Observed {
    Observed::Present(ours(attributes(&[("size", 9)])))
}

/// The index of `line` in the log.
fn place(world: &World, line: &str) -> usize {
    let log = world.log();
    let place = log.iter().position(|it| it == line);
    place.unwrap_or_else(|| panic!("{line} is not in {log:?}"))
}
