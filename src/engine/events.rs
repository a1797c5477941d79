//! The events of a run: what the executor reports and the renderers show.
//!
//! The executor and the AWS boundary send events, and the renderers receive them. Neither side
//! knows the other.

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
    /// AWS is not ready; the text says what the program waits for. Sent once for each wait.
    Waiting(Address, String),
    /// A long action made progress; the text says how much.
    Progress(Address, String),
    /// Work on the resource ended, or will not begin.
    Finished(Address, Outcome),
}

/// How work on one resource ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// AWS reads back what was wanted.
    Done(Action),
    /// The work failed. What was written before the failure stays.
    Failed(Failure),
    /// The work was not begun; the text says why.
    Skipped(String),
    /// A write was sent and its answer was lost, so the write may have happened. Another run finds
    /// out.
    Unknown(Failure),
}

/// How many steps of a run ended in each way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    done: usize,
    failed: usize,
    skipped: usize,
    unknown: usize,
}

impl Counts {
    /// Counts the outcomes of a run.
    pub fn of(outcomes: &[(Address, Outcome)]) -> Self {
        let mut counts = Counts::default();
        for (_, outcome) in outcomes {
            *match outcome {
                Outcome::Done(_) => &mut counts.done,
                Outcome::Failed(_) => &mut counts.failed,
                Outcome::Skipped(_) => &mut counts.skipped,
                Outcome::Unknown(_) => &mut counts.unknown,
            } += 1;
        }
        counts
    }

    /// Whether every step was done.
    pub fn all_done(&self) -> bool {
        self.failed + self.skipped + self.unknown == 0
    }

    /// Each number with its name.
    pub fn by_name(&self) -> [(&'static str, usize); 4] {
        [
            ("done", self.done),
            ("failed", self.failed),
            ("skipped", self.skipped),
            ("unknown", self.unknown),
        ]
    }
}

/// The sending end of the stream of events.
#[derive(Debug, Clone)]
pub struct Events(Option<mpsc::UnboundedSender<Event>>);

impl Events {
    /// A sending end and its receiving end. The receiver ends when every sender is dropped.
    pub fn channel() -> (Self, mpsc::UnboundedReceiver<Event>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Events(Some(sender)), receiver)
    }

    /// A sending end without a receiver: its events are discarded.
    pub fn discarded() -> Self {
        Events(None)
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
        if let Some(sender) = &self.0 {
            let _ = sender.send(event);
        }
    }
}
