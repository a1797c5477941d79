//! Carries a plan out and shows how far it has come, for apply and destroy.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::commands::context::Context;
use crate::engine::action::Action;
use crate::engine::address::Address;
use crate::engine::approved::Approved;
use crate::engine::events::{Event, Events};
use crate::engine::execute::{Results, execute};
use crate::engine::node::Node;
use crate::engine::plan::Step;
use crate::failure::Failure;
use crate::render::progress::Progress;
use crate::render::{ending, json};
use crate::stop;
use crate::terminal::live;
use crate::terminal::{interrupted, print_event, report};

/// How often a run whose output is no terminal says what is under way.
const REPORT: Duration = Duration::from_secs(10);

/// Carries the plan out and shows how far it has come, then what was done: as text on stderr, or as
/// JSON on stdout. A destroy names there what is `left` under our names.
///
/// # Errors
/// An event or the outcomes cannot be printed. The plan is carried out all the same.
pub async fn run(
    context: &Context,
    nodes: &[Node],
    approved: &Approved,
    left: &[&Step],
    as_json: bool,
) -> Result<Results, Failure> {
    let (events, mut receiver) = Events::channel();
    let work = async move {
        let results = execute(nodes, approved, &context.aws, &events).await;
        // Dropping the last sender ends the stream of events.
        drop(events);
        results
    };
    let mut shown = Shown::new(context, approved, as_json);
    shown.has_last_words();
    let show = async {
        let mut ticks = live::ticks();
        let mut result = Ok(());
        loop {
            tokio::select! {
                biased;
                event = receiver.recv() => match event {
                    // The work goes on even if its events can no longer be shown.
                    Some(event) => result = result.and(shown.event(&event)),
                    None => break,
                },
                _ = ticks.tick() => shown.tick(),
            }
        }
        live::clear();
        result
    };
    let (results, result) = tokio::join!(work, show);
    // Until the end is told, a signal must not end the program without it.
    let ended = result.and_then(|()| shown.end(left));
    stop::writes_ended();
    ended?;
    Ok(results)
}

/// How the run is shown.
struct Shown<'a> {
    context: &'a Context,
    approved: &'a Approved,
    as_json: bool,
    is_live: bool,
    progress: Arc<Mutex<Progress>>,
    next_report: Instant,
}

fn lock(progress: &Mutex<Progress>) -> MutexGuard<'_, Progress> {
    progress.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'a> Shown<'a> {
    fn new(context: &'a Context, approved: &'a Approved, as_json: bool) -> Self {
        let now = Instant::now();
        Shown {
            context,
            approved,
            as_json,
            is_live: !as_json && live::is_possible(),
            progress: Arc::new(Mutex::new(Progress::new(&approved.plan, now))),
            next_report: now + REPORT,
        }
    }

    /// Lets the second signal say what was in flight.
    fn has_last_words(&self) {
        let (progress, as_json) = (Arc::clone(&self.progress), self.as_json);
        stop::writes_begin("calls in flight", move || {
            let now = Instant::now();
            let (summary, event) = {
                let progress = lock(&progress);
                let event = json::summary(&progress.counts(), progress.took(now), &[]);
                (ending::summary(&progress, now), event)
            };
            interrupted(summary.trim_end());
            if as_json {
                // The same is on stderr, so that a failure to print it here loses nothing.
                let _ = print_event(event);
            }
        });
    }

    fn event(&self, event: &Event) -> Result<(), Failure> {
        let now = Instant::now();
        let (line, event) = {
            let mut progress = lock(&self.progress);
            let work = progress.note(event, now);
            let action = match (&work, event) {
                (Some(work), _) => Some(work.action),
                (None, Event::Finished(address, _)) => self.planned(address),
                (None, event) => progress.action(event.address()),
            };
            let took = work.as_ref().map(|work| work.took(now));
            let line = match event {
                Event::Started(address, action) if !self.is_live => {
                    Some(progress.begins(address, *action))
                }
                Event::Finished(address, outcome) => {
                    progress.ends(address, outcome, work.as_ref(), now, self.columns())
                }
                _ => None,
            };
            (line, json::event(event, action, took))
        };
        if self.as_json {
            return print_event(event);
        }
        if let Some(line) = line {
            report(&(line + "\n"));
        }
        Ok(())
    }

    /// How long a line may be: what reads a pipe looks for whole lines.
    fn columns(&self) -> usize {
        match self.is_live {
            true => live::size().columns - 1,
            false => usize::MAX,
        }
    }

    /// What the plan does with a resource.
    fn planned(&self, address: &Address) -> Option<Action> {
        let mut steps = self.approved.plan.steps.iter();
        let step = steps.find(|step| step.address == *address)?;
        Some(step.decision.action)
    }

    /// Shows the time that has passed, and what is waited for.
    fn tick(&mut self) {
        if self.as_json {
            return;
        }
        let now = Instant::now();
        let calls = self.context.aws.activity().calls();
        let lines = {
            let mut progress = lock(&self.progress);
            let was_stopped = self.context.aws.stopped() && progress.stops();
            if self.is_live {
                progress.view(now, &calls, self.columns(), live::size().rows - 1)
            } else if was_stopped || now >= self.next_report {
                self.next_report = now + REPORT;
                let mut lines = vec![progress.so_far(now)];
                lines.extend(progress.under_way(now, &calls, self.columns()));
                lines
            } else {
                return;
            }
        };
        if self.is_live {
            live::show(lines);
        } else {
            report(&(lines.join("\n") + "\n"));
        }
    }

    fn end(&self, left: &[&Step]) -> Result<(), Failure> {
        let now = Instant::now();
        // The last words need the progress while its end is printed.
        let (event, text) = {
            let progress = lock(&self.progress);
            let event = json::summary(&progress.counts(), progress.took(now), left);
            (event, ending::ending(&progress, now))
        };
        if self.as_json {
            return print_event(event);
        }
        report(&format!("\n{text}{}", ending::left(left)));
        Ok(())
    }
}
