//! The lines that show how far a run has come.

use anstyle::{AnsiColor, Style};
use tokio::time::Instant;

use super::{Progress, Work};
use crate::aws::UnderWay;
use crate::engine::action::Action;
use crate::engine::address::Address;
use crate::engine::events::Outcome;
use crate::render::text::sign_of;
use crate::render::waiting;
use crate::render::wrap::{hanging, width_of};
use iam_policy::printable::printable;

const FAILED: Style = AnsiColor::Red.on_default().bold();
const QUIET: Style = Style::new().dimmed();
/// The characters of the bar.
const BAR: usize = 20;

/// How the line of a resource is divided.
struct Layout {
    /// The characters of the longest address.
    address: usize,
    /// The spaces between the parts.
    gap: usize,
    state: usize,
    time: usize,
}

impl Layout {
    /// With room for every word, such as `unchanged`, and for minutes.
    const WIDE: [usize; 3] = [2, 9, 7];
    /// The longest address of StackState fits into 60 columns with this one.
    const NARROW: [usize; 3] = [1, 8, 5];

    fn new(address: usize, columns: usize) -> Self {
        let layout = |[gap, state, time]: [usize; 3]| Layout {
            address,
            gap,
            state,
            time,
        };
        let wide = layout(Self::WIDE);
        match wide.beside() + address <= columns {
            true => wide,
            false => layout(Self::NARROW),
        }
    }

    /// The columns of all but the address: the sign with its space, the state and the time.
    fn beside(&self) -> usize {
        2 + self.gap + self.state + self.gap + self.time
    }

    fn line(&self, (style, sign): (Style, char), address: &str, state: &str, time: &str) -> String {
        format!(
            "{style}{sign}{style:#} {address:<width$}{gap}{style}{state:<state_width$}{style:#}{gap}\
             {QUIET}{time:>time_width$}{QUIET:#}",
            width = self.address,
            gap = " ".repeat(self.gap),
            state_width = self.state,
            time_width = self.time,
        )
    }
}

impl Progress {
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
    /// something failed, is told at the end of the run. The line has at most `columns` characters, unless
    /// an address is too long: a person may copy it.
    pub fn ends(
        &self,
        address: &Address,
        outcome: &Outcome,
        work: Option<&Work>,
        now: Instant,
        columns: usize,
    ) -> Option<String> {
        let (sign, state) = match outcome {
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
        let layout = Layout::new(self.width, columns);
        Some(layout.line(sign, &address.to_string(), state, &took.unwrap_or_default()))
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
        lines.push(waiting::cut(&self.bar(now, columns), columns));
        lines
    }

    /// What is under way, with its state, its time and what it waits for.
    pub fn under_way(&self, now: Instant, calls: &[UnderWay], columns: usize) -> Vec<String> {
        let mut works: Vec<(&Address, &Work)> = self.under_way.iter().collect();
        works.sort_by_key(|(_, work)| work.began);
        let mut layout = Layout::new(self.width, columns);
        layout.address = layout.address.min(columns.saturating_sub(layout.beside()));
        let mut lines = Vec::new();
        for (address, work) in works {
            let head = layout.line(
                sign_of(work.action),
                &waiting::cut(&address.to_string(), layout.address),
                doing(work.action),
                &waiting::time(work.took(now)),
            );
            match work.waits(address, calls, now) {
                None => lines.push(head),
                Some(waits) if width_of(&head) + 2 + width_of(&waits) <= columns => {
                    lines.push(format!("{head}  {QUIET}{waits}{QUIET:#}"));
                }
                Some(waits) => {
                    lines.push(head);
                    let waits = hanging("    ", "    ", &waits, columns);
                    let waits = waits.lines().map(|line| waiting::cut(line, columns));
                    lines.extend(waits.map(|line| format!("{QUIET}{line}{QUIET:#}")));
                }
            }
        }
        lines
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

    /// How far the whole has come, in at most `columns` characters unless its words alone are longer.
    pub fn bar(&self, now: Instant, columns: usize) -> String {
        let (ended, total) = (self.ended.len(), self.total);
        let state = match self.is_stopping {
            true => format!(
                "interrupted: {} in flight, {} not begun",
                self.under_way.len(),
                self.counts().count("not_begun")
            ),
            false => waiting::time(self.took(now)),
        };
        let words = format!("{ended} of {total}, {state}");
        let width = BAR.min(columns.saturating_sub("[] ".len() + words.len()));
        let filled = (width * ended)
            .checked_div(total)
            .unwrap_or(width)
            .min(width);
        format!(
            "[{}{}] {words}",
            "=".repeat(filled),
            " ".repeat(width - filled)
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
pub fn done(action: Action) -> &'static str {
    match action {
        Action::Create => "created",
        Action::Update => "updated",
        Action::Delete => "deleted",
        Action::Adopt => "adopted",
        Action::Keep | Action::Blocked => "unchanged",
    }
}
