//! How far a run has come; `lines` shows it to a person.

mod lines;

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::engine::action::Action;
use crate::engine::address::Address;
use crate::engine::events::{Counts, Event, Outcome};
use crate::engine::plan::Plan;
pub use lines::done;

/// How far a run has come.
#[derive(Debug)]
pub struct Progress {
    began: Instant,
    /// How many resources the run changes or waits for.
    total: usize,
    /// How many resources are as they are to be.
    pub(super) unchanged: usize,
    /// The longest address.
    width: usize,
    under_way: BTreeMap<Address, Work>,
    pub(super) ended: Vec<(Address, Outcome)>,
    /// How far long actions came that have ended.
    pub(super) came: Vec<(Address, String)>,
    is_stopping: bool,
}

/// The work on one resource.
#[derive(Debug)]
pub struct Work {
    /// What is done.
    pub action: Action,
    began: Instant,
    waits_for: Option<String>,
    /// How far a long action came.
    came: Option<String>,
}

impl Work {
    /// How long it has been under way.
    pub fn took(&self, now: Instant) -> Duration {
        now - self.began
    }
}

impl Progress {
    /// The beginning of a run.
    pub fn new(plan: &Plan, now: Instant) -> Self {
        let addresses = plan.steps.iter().map(|step| step.address.to_string().len());
        Progress {
            began: now,
            total: plan.steps.len() - plan.count(Action::Keep),
            unchanged: plan.count(Action::Keep),
            width: addresses.max().unwrap_or(0),
            under_way: BTreeMap::new(),
            ended: Vec::new(),
            came: Vec::new(),
            is_stopping: false,
        }
    }

    /// Notes an event. Where it ends the work on a resource that had begun, returns that.
    pub fn note(&mut self, event: &Event, now: Instant) -> Option<Work> {
        match event {
            Event::Started(address, action) => {
                if *action == Action::Keep {
                    // AWS still creates the resource for an earlier run.
                    self.total += 1;
                    self.unchanged -= 1;
                }
                let work = Work {
                    action: *action,
                    began: now,
                    waits_for: None,
                    came: None,
                };
                self.under_way.insert(address.clone(), work);
                None
            }
            Event::Waiting(address, what) => {
                if let Some(work) = self.under_way.get_mut(address) {
                    work.waits_for = Some(what.clone());
                }
                None
            }
            Event::Progress(address, what) => {
                if let Some(work) = self.under_way.get_mut(address) {
                    work.came = Some(what.clone());
                    work.waits_for = None;
                }
                None
            }
            Event::Finished(address, outcome) => {
                self.ended.push((address.clone(), outcome.clone()));
                let work = self.under_way.remove(address);
                let came = work.as_ref().and_then(|work| work.came.clone());
                self.came.extend(came.map(|came| (address.clone(), came)));
                work
            }
        }
    }

    /// Notes that a person stops the run. Returns whether that is news.
    pub fn stops(&mut self) -> bool {
        !std::mem::replace(&mut self.is_stopping, true)
    }

    /// The action on a resource that is under way.
    pub fn action(&self, address: &Address) -> Option<Action> {
        self.under_way.get(address).map(|work| work.action)
    }

    /// The addresses of what is under way.
    pub fn in_flight(&self) -> Vec<String> {
        self.under_way.keys().map(ToString::to_string).collect()
    }

    /// How many steps have ended in each way. What is in flight may or may not have its effect.
    pub fn counts(&self) -> Counts {
        let left = self
            .total
            .saturating_sub(self.ended.len() + self.under_way.len());
        Counts::of(&self.ended)
            .with("unknown", self.under_way.len())
            .with("not_begun", left)
    }

    /// How long the run has taken.
    pub fn took(&self, now: Instant) -> Duration {
        now - self.began
    }
}
