//! The events of a run: what the executor reports and the renderers show.
//!
//! The executor and the AWS boundary send events, and the renderers receive them. Neither side
//! knows the other.

use std::collections::BTreeMap;

use tokio::sync::mpsc;

use crate::aws::{Aws, Notice};
use crate::engine::action::Action;
use crate::engine::address::Address;
use crate::failure::Failure;

/// One thing that happened to one resource.
#[derive(Debug, Clone)]
pub enum Event {
    /// Work on the resource begins.
    Started(Address, Action),
    /// AWS is not ready; the text says what the program waits for. Sent once for each wait, and for a
    /// long one again every five minutes.
    Waiting(Address, String),
    /// A long action made progress; the text says how much.
    Progress(Address, String),
    /// Work on the resource ended, or will not begin.
    Finished(Address, Outcome),
}

impl Event {
    /// The resource.
    pub fn address(&self) -> &Address {
        match self {
            Event::Started(address, _)
            | Event::Waiting(address, _)
            | Event::Progress(address, _)
            | Event::Finished(address, _) => address,
        }
    }
}

/// How work on one resource ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// AWS reads back what was wanted.
    Done(Action),
    /// The work failed. What was written before the failure stays.
    Failed(Failure),
    /// The work was not begun, because that on the named resource was not done.
    Skipped(Address),
    /// A person stopped the run before the work wrote anything.
    NotBegun,
    /// A person stopped the run after the work may have written something.
    HalfDone,
    /// A write was sent and its answer was lost, so the write may have happened. Another run finds
    /// out.
    Unknown(Failure),
}

impl Outcome {
    /// The name of the ending.
    pub fn name(&self) -> &'static str {
        match self {
            Outcome::Done(_) => "done",
            Outcome::Failed(_) => "failed",
            Outcome::Skipped(_) => "skipped",
            Outcome::Unknown(_) => "unknown",
            Outcome::HalfDone => "half_done",
            Outcome::NotBegun => "not_begun",
        }
    }
}

/// How many steps of a run ended in each way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    by_name: BTreeMap<&'static str, usize>,
    done: Vec<Action>,
}

impl Counts {
    /// Counts the outcomes of a run.
    pub fn of(outcomes: &[(Address, Outcome)]) -> Self {
        let mut counts = Counts::default();
        for (_, outcome) in outcomes {
            *counts.by_name.entry(outcome.name()).or_default() += 1;
            if let Outcome::Done(action) = outcome {
                counts.done.push(*action);
            }
        }
        counts
    }

    /// The same with `count` more steps that ended in the way of this name.
    #[must_use]
    pub fn with(mut self, name: &'static str, count: usize) -> Self {
        *self.by_name.entry(name).or_default() += count;
        self
    }

    /// Whether every step was done.
    pub fn all_done(&self) -> bool {
        {
            let mut counts = self.by_name.iter();
            counts.all(|(name, count)| *name == "done" || *count == 0)
        }
    }

    /// Whether a person stopped the run before its end.
    pub fn was_stopped(&self) -> bool {
        self.count("half_done") + self.count("not_begun") > 0
    }

    /// The number of steps that ended in the way of this name.
    pub fn count(&self, name: &str) -> usize {
        self.by_name.get(name).copied().unwrap_or_default()
    }

    /// The number of steps that were done by this action.
    pub fn done(&self, action: Action) -> usize {
        self.done.iter().filter(|it| **it == action).count()
    }
}

/// The sending end of the stream of events.
#[derive(Debug, Clone)]
pub struct Events(mpsc::UnboundedSender<Event>);

impl Events {
    /// A sending end and its receiving end. The receiver ends when every sender is dropped.
    pub fn channel() -> (Self, mpsc::UnboundedReceiver<Event>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Events(sender), receiver)
    }

    /// The same way to AWS on behalf of `resource`: its waits and its progress become events.
    pub fn on_behalf_of(&self, aws: &Aws, resource: &Address) -> Aws {
        let (events, address) = (self.clone(), resource.clone());
        aws.on_behalf_of(resource).watched_by(move |notice| {
            events.send(match notice {
                Notice::Waiting(what) => Event::Waiting(address.clone(), what),
                Notice::Progress(how_far) => Event::Progress(address.clone(), how_far),
            });
        })
    }

    /// Sends one event. A dropped receiver is no error: the work goes on.
    pub fn send(&self, event: Event) {
        let _ = self.0.send(event);
    }
}
