//! A run as a person sees it: its state, and the lines that follow from the state and the time.

use std::collections::BTreeMap;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use tokio::time::Instant;

use crate::aws::UnderWay;
use crate::engine::action::Action;
use crate::engine::address::Address;
use crate::engine::events::{Counts, Event, Outcome};
use crate::engine::plan::Plan;
use crate::render::text::sign_of;
use crate::render::waiting;
use iam_policy::printable::printable;

const FAILED: Style = AnsiColor::Red.on_default().bold();
const QUIET: Style = Style::new().dimmed();
/// The longest word for a state, such as `unchanged`.
const STATE: usize = 9;
/// The characters of the bar.
const BAR: usize = 20;

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

    /// The line that says that the work on a resource begins.
    pub fn begins(&self, address: &Address, action: Action) -> String {
        format!(
            "  {:<1$}  {2}",
            address.to_string(),
            self.width,
            doing(action)
        )
    }

    /// The line that says how the work on a resource ended; `None` for what a person stopped. That, and why
    /// something failed, is told at the end of the run.
    pub fn ends(
        &self,
        address: &Address,
        outcome: &Outcome,
        work: Option<&Work>,
        now: Instant,
    ) -> Option<String> {
        let ((style, sign), state) = match outcome {
            Outcome::Done(action) => (sign_of(*action), done(*action)),
            Outcome::Failed(_) => ((FAILED, '!'), "failed"),
            Outcome::Unknown(_) => ((FAILED, '?'), "unknown"),
            Outcome::Skipped(because) => {
                return Some(format!(
                    "{QUIET}! {:<width$}  skipped, because {because} failed{QUIET:#}",
                    address.to_string(),
                    width = self.width,
                ));
            }
            Outcome::HalfDone | Outcome::NotBegun => return None,
        };
        let took = work.map(|work| waiting::time(work.took(now)));
        Some(format!(
            "{style}{sign}{style:#} {:<width$}  {style}{state:<STATE$}{style:#}  {QUIET}{:>7}{QUIET:#}",
            address.to_string(),
            took.unwrap_or_default(),
            width = self.width,
        ))
    }

    /// What is under way, with its state, its time and what it waits for, and below that how far the
    /// whole has come, in at most `rows` lines of at most `columns` characters.
    pub fn view(
        &self,
        now: Instant,
        calls: &[UnderWay],
        columns: usize,
        rows: usize,
    ) -> Vec<String> {
        let mut lines = self.under_way(now, calls, columns);
        let most = rows.saturating_sub(1).max(1);
        if lines.len() > most {
            let hidden = lines.len() - (most - 1);
            lines.truncate(most - 1);
            lines.push(format!("  and {hidden} lines more"));
        }
        lines.push(waiting::cut(&self.bar(now), columns));
        lines
    }

    /// What is under way, with its state, its time and what it waits for.
    pub fn under_way(&self, now: Instant, calls: &[UnderWay], columns: usize) -> Vec<String> {
        let mut works: Vec<(&Address, &Work)> = self.under_way.iter().collect();
        works.sort_by_key(|(_, work)| work.began);
        let lines = works.into_iter().flat_map(|(address, work)| {
            let (style, sign) = sign_of(work.action);
            let head = waiting::cut(
                &format!(
                    "{sign} {:<width$}  {:<STATE$}  {:>7}",
                    address.to_string(),
                    doing(work.action),
                    waiting::time(work.took(now)),
                    width = self.width,
                ),
                columns,
            );
            let waits = work.waits(address, calls, now);
            let (beside, below) = match waits {
                None => (None, None),
                Some(waits) if head.len() + 2 + waits.chars().count() <= columns => {
                    (Some(format!("  {QUIET}{waits}{QUIET:#}")), None)
                }
                Some(waits) => {
                    let waits = waiting::cut(&format!("    {waits}"), columns);
                    (None, Some(format!("{QUIET}{waits}{QUIET:#}")))
                }
            };
            let rest = head.get(1..).unwrap_or_default();
            let head = format!("{style}{sign}{style:#}{rest}{}", beside.unwrap_or_default());
            [Some(head), below]
        });
        lines.flatten().collect()
    }

    /// How far the whole has come, for output that is no terminal.
    pub fn so_far(&self, now: Instant) -> String {
        format!(
            "{} of {} after {}; still under way:",
            self.ended.len(),
            self.total,
            waiting::time(self.took(now))
        )
    }

    /// How far the whole has come.
    pub fn bar(&self, now: Instant) -> String {
        let ended = self.ended.len();
        let filled = (BAR * ended)
            .checked_div(self.total)
            .unwrap_or(BAR)
            .min(BAR);
        let took = waiting::time(self.took(now));
        let rest = match self.is_stopping {
            true => format!(
                "interrupted: {} in flight, {} not begun",
                self.under_way.len(),
                self.counts().count("not_begun")
            ),
            false => took,
        };
        format!(
            "[{}{}] {ended} of {}, {rest}",
            "=".repeat(filled),
            " ".repeat(BAR - filled),
            self.total
        )
    }
}

impl Work {
    fn waits(&self, address: &Address, calls: &[UnderWay], now: Instant) -> Option<String> {
        let of = Some(address.to_string());
        let mut own = calls.iter().filter(|call| call.resource == of);
        let told = self.waits_for.as_deref().or(self.came.as_deref());
        match (own.find_map(|call| waiting::call(call, now)), told) {
            (Some(waits), _) => Some(waits),
            (None, Some(_)) if self.waits_for.is_some() => {
                told.map(|what| format!("waiting for {}", printable(what)))
            }
            (None, told) => told.map(printable),
        }
    }
}

fn doing(action: Action) -> &'static str {
    match action {
        Action::Create => "creating",
        Action::Update => "updating",
        Action::Delete => "deleting",
        Action::Adopt => "adopting",
        Action::Keep | Action::Blocked => "waiting",
    }
}

/// What was done to a resource.
pub(super) fn done(action: Action) -> &'static str {
    match action {
        Action::Create => "created",
        Action::Update => "updated",
        Action::Delete => "deleted",
        Action::Adopt => "adopted",
        Action::Keep | Action::Blocked => "unchanged",
    }
}
