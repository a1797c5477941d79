//! What happens during a run, for whoever shows it.
//!
//! The executor and the AWS boundary send events; the renderers receive them. Neither knows the
//! other.

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
    /// AWS is not ready; the text says what is waited for. Sent once for each wait.
    Waiting(Address, String),
    /// A long action came further; the text says how far.
    Progress(Address, String),
    /// Work on the resource ended, or will not begin.
    Finished(Address, Outcome),
}

/// How work on one resource ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// AWS reads back what was wanted.
    Done(Action),
    /// It failed; what was written before the failure stays.
    Failed(Failure),
    /// It was not begun, and the text says why.
    Skipped(String),
    /// A write was sent and its answer was lost: it may have happened. Another run finds out.
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

/// Where events go.
#[derive(Debug, Clone)]
pub struct Events(Option<mpsc::UnboundedSender<Event>>);

impl Events {
    /// A stream of events and its receiving end, which ends when every sender is dropped.
    pub fn channel() -> (Self, mpsc::UnboundedReceiver<Event>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Events(Some(sender)), receiver)
    }

    /// Events that nobody wants to see.
    pub fn discarded() -> Self {
        Events(None)
    }

    /// `aws` as used on behalf of `resource`: its waits and its progress become events.
    pub fn on_behalf_of(&self, aws: &Aws, resource: &Address) -> Aws {
        let (events, address) = (self.clone(), resource.clone());
        aws.on_behalf_of(resource).watched_by(move |notice| {
            events.send(match notice {
                Notice::Waiting(what) => Event::Waiting(address.clone(), what),
                Notice::Progress(how_far) => Event::Progress(address.clone(), how_far),
            });
        })
    }

    /// Sends one event. That nobody listens any more is no error: the work goes on.
    pub fn send(&self, event: Event) {
        if let Some(sender) = &self.0 {
            let _ = sender.send(event);
        }
    }
}
