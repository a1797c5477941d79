//! The progress of a run as text, with one line for each event.

use std::collections::BTreeMap;

use anstyle::{AnsiColor, Style};
use tokio::time::Instant;

use crate::engine::action::Action;
use crate::engine::address::Address;
use crate::engine::events::{Counts, Event, Outcome};
use crate::engine::plan::Step;
use crate::render::text::sign_of;
use crate::render::wrap::{USUAL, wrapped};
use iam_policy::printable::{harmless, printable};

const FAILED: Style = AnsiColor::Red.on_default().bold();
const QUIET: Style = Style::new().dimmed();

/// Turns events into lines.
#[derive(Debug, Default)]
pub struct Lines {
    started: BTreeMap<Address, Instant>,
}

impl Lines {
    /// The line for one event, without a line break at its end.
    pub fn line(&mut self, event: &Event) -> String {
        match event {
            Event::Started(address, action) => {
                self.started.insert(address.clone(), Instant::now());
                let (style, sign) = sign_of(*action);
                format!("{style}{sign}{style:#} {address}: {}", doing(*action))
            }
            Event::Waiting(address, what) => {
                format!(
                    "{QUIET}  {address}: waiting for {}{QUIET:#}",
                    printable(what)
                )
            }
            Event::Progress(address, what) => {
                format!("{QUIET}  {address}: {}{QUIET:#}", printable(what))
            }
            Event::Finished(address, outcome) => self.finished(address, outcome),
        }
    }

    fn finished(&self, address: &Address, outcome: &Outcome) -> String {
        let took = self
            .started
            .get(address)
            .map(|started| {
                format!(
                    " {QUIET}({:.1} s){QUIET:#}",
                    started.elapsed().as_secs_f64()
                )
            })
            .unwrap_or_default();
        match outcome {
            Outcome::Done(action) => {
                let (style, sign) = sign_of(*action);
                format!("{style}{sign}{style:#} {address}: {}{took}", done(*action))
            }
            Outcome::Failed(failure) => {
                format!(
                    "{FAILED}! {address}: failed{FAILED:#}{took}: {}",
                    harmless(&failure.message)
                )
            }
            Outcome::Skipped(reason) => {
                format!("{QUIET}! {address}: skipped: {}{QUIET:#}", harmless(reason))
            }
            Outcome::Unknown(failure) => {
                format!(
                    "{FAILED}? {address}: unknown{FAILED:#}{took}: {}",
                    harmless(&failure.message)
                )
            }
        }
    }
}

fn doing(action: Action) -> &'static str {
    match action {
        Action::Create => "creating",
        Action::Update => "updating",
        Action::Delete => "deleting",
        Action::Adopt => "adopting",
        Action::Keep | Action::Blocked => "nothing to do",
    }
}

fn done(action: Action) -> &'static str {
    match action {
        Action::Create => "created",
        Action::Update => "updated",
        Action::Delete => "deleted",
        Action::Adopt => "adopted",
        Action::Keep | Action::Blocked => "unchanged",
    }
}

/// What a destroy has left under our names, each with the reason, and what to do; empty if nothing is
/// left.
pub fn left(left: &[&Step]) -> String {
    if left.is_empty() {
        return String::new();
    }
    let mut text = format!("{FAILED}Left under our names:{FAILED:#}\n");
    for step in left {
        let reason = step.decision.reason.as_deref().or(step.note.as_deref());
        let reason = reason.unwrap_or_default();
        text.push_str(&format!("  {} ({})\n", step.address, printable(&step.name)));
        for line in wrapped(&printable(reason), USUAL - 4) {
            text.push_str(&format!("    {line}\n"));
        }
    }
    text.push_str(
        "If one is left over from this deployment, delete it by hand, or do what the\n\
         reason says (`provision apply --adopt` takes over what has our name), and\n\
         destroy again.\n",
    );
    text
}

/// The results of a run: each failure with its causes and its hint, then one line with the number
/// of steps by outcome.
pub fn outcomes(outcomes: &[(Address, Outcome)]) -> String {
    let mut text = String::new();
    for (address, outcome) in outcomes {
        if let Outcome::Failed(failure) | Outcome::Unknown(failure) = outcome {
            text.push_str(&format!("{FAILED}{address}{FAILED:#}: {failure}\n\n"));
        }
    }
    let counts: Vec<String> = Counts::of(outcomes)
        .by_name()
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| format!("{count} {name}"))
        .collect();
    text.push_str(&format!("Outcome: {}.\n", counts.join(", ")));
    text
}
