//! The live view: lines at the bottom of the terminal that change while something is under way.
//!
//! All that the program writes to stderr goes through `above`, so that nothing tears the view.

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anstream::adapter::strip_str;
use anstream::{AutoStream, ColorChoice};
use rustix::process::getpgrp;
use rustix::termios::{tcgetpgrp, tcgetwinsize};
use tokio::time::{Interval, MissedTickBehavior, interval};

use crate::secret::known::hide;

/// The shortest time between two looks of a view. A person sees no difference to a shorter one.
const TICK: Duration = Duration::from_millis(100);

/// The size of the terminal, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// How long a line is.
    pub columns: usize,
    /// How many lines there are.
    pub rows: usize,
}

/// The lines that are shown now.
static SHOWN: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn shown() -> MutexGuard<'static, Vec<String>> {
    SHOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a live view can be shown: stderr is a terminal that moves its cursor, and a person sits
/// before it.
pub fn is_possible() -> bool {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let moves_its_cursor = variable("TERM").is_some_and(|it| it != "dumb");
    io::stderr().is_terminal() && moves_its_cursor && variable("CI").is_none()
}

/// When to look again at what is under way.
pub fn ticks() -> Interval {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// The size of the terminal now.
pub fn size() -> Size {
    let size = tcgetwinsize(io::stderr()).ok();
    let or = |given: Option<u16>, usual| given.filter(|it| *it > 0).map_or(usual, usize::from);
    Size {
        columns: or(size.map(|it| it.ws_col), 80),
        rows: or(size.map(|it| it.ws_row), 24),
    }
}

/// Shows `lines` in the place of those that are shown now. None of them may be longer than the
/// terminal is wide.
pub fn show(lines: Vec<String>) {
    let mut shown = shown();
    if *shown == lines || !is_in_foreground() {
        return;
    }
    let mut text = to_the_top(&shown);
    for line in &lines {
        text.push_str(&format!("{}\x1b[K\n", coloured(&hide(line))));
    }
    text.push_str("\x1b[J");
    write(&text);
    *shown = lines;
}

/// Removes the lines that are shown.
pub fn clear() {
    show(Vec::new());
}

/// Takes what is shown for ordinary output, after which the next lines come below.
pub fn forget() {
    shown().clear();
}

/// Writes the last text of the program in the place of the lines that are shown. Whoever wants to write
/// more waits until the program has ended.
pub(super) fn last(text: &str) {
    clear();
    let shown = shown();
    write(&coloured(text));
    std::mem::forget(shown);
}

/// Writes a text above the lines that are shown.
pub(super) fn above(text: &str) {
    let shown = shown();
    let text = coloured(text);
    if shown.is_empty() || !is_in_foreground() {
        write(&text);
        return;
    }
    let lines = shown.iter().map(|line| coloured(&hide(line)) + "\n");
    write(&format!(
        "{}\x1b[J{text}{}",
        to_the_top(&shown),
        lines.collect::<String>()
    ));
}

/// The commands that lead from below the lines to their first character. Where the terminal has become
/// narrower, it has broken lines into several.
fn to_the_top(lines: &[String]) -> String {
    let columns = size().columns;
    let length = |line: &String| strip_str(line).to_string().chars().count();
    let rows = lines.iter().map(|it| length(it).div_ceil(columns).max(1));
    match rows.sum() {
        0_usize => String::new(),
        rows => format!("\r\x1b[{rows}A"),
    }
}

/// Whether the terminal is this program's at the moment. A job in the background writes over what its
/// owner types.
fn is_in_foreground() -> bool {
    // A terminal that controls no session has no foreground.
    tcgetpgrp(io::stderr()).map_or(true, |group| group == getpgrp())
}

fn coloured(text: &str) -> String {
    match AutoStream::choice(&io::stderr()) {
        ColorChoice::Never => strip_str(text).to_string(),
        _ => text.to_owned(),
    }
}

/// Errors are ignored: there is no other place to report them.
fn write(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}
