//! The report of a run over a fleet, as lines of JSON: one on the run, one on each account, one on how it
//! ended. `docs/fleet-report.schema.json` describes them.

mod line;
mod read;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use aws_smithy_types::date_time::{DateTime, Format};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::fleet::ended::{Ended, Outcome};
use crate::fleet::stopped::Stopped;
use crate::names::AccountId;
use crate::saved_plan::Salted;
use crate::secret::known::hide;
use crate::text_file;

pub(in crate::fleet) use line::Account;
use line::Line;
pub use read::read;

/// The version of the form. It is raised when a program that reads the older form would fail.
pub const FORMAT_VERSION: u32 = 1;
/// Five thousand accounts that all failed have a report of some 10 MiB.
const LARGEST_FILE: u64 = 64 * 1024 * 1024;

/// What a run did with each account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Command {
    /// `fleet plan`.
    Plan,
    /// `fleet apply`.
    Apply,
    /// `fleet destroy`.
    Destroy,
    /// `fleet preflight`.
    Preflight,
    /// `fleet verify`.
    Verify,
}

impl Command {
    /// Whether the command writes.
    pub fn writes(self) -> bool {
        matches!(self, Command::Apply | Command::Destroy)
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Command::Plan => "plan",
            Command::Apply => "apply",
            Command::Destroy => "destroy",
            Command::Preflight => "preflight",
            Command::Verify => "verify",
        })
    }
}

/// What a run was about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// What was done with each account.
    pub command: Command,
    /// When the run began, in UTC: `2026-11-28T15:50:54Z`.
    pub time: String,
    /// The organization in which accounts were discovered.
    pub organization: Option<String>,
    /// The settings and documents.
    pub settings: Salted,
}

impl Header {
    /// The header of a run that begins at `time`.
    pub fn new(
        command: Command,
        time: SystemTime,
        organization: Option<&str>,
        settings: Salted,
    ) -> Self {
        let seconds = time.duration_since(SystemTime::UNIX_EPOCH);
        let seconds = seconds.map_or(0, |it| it.as_secs());
        let time = DateTime::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
        Header {
            command,
            time: time.fmt(Format::DateTime).unwrap_or_default(),
            organization: organization.map(str::to_owned),
            settings,
        }
    }

    /// The first line, without its end.
    pub fn line(&self) -> String {
        text(&Line::header(self))
    }
}

/// The line on an account, without its end.
pub fn account_line(ended: &Ended) -> String {
    text(&Line::Account(Account::from(ended)))
}

/// The last line, without its end.
pub fn summary_line(ended: &[Ended], stopped: Option<&Stopped>, took: Duration) -> String {
    text(&Line::summary(ended, stopped, took))
}

/// A report that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What the run was about.
    pub header: Header,
    /// How each account ended, in the order of their numbers.
    pub ended: Vec<Ended>,
    /// Why the run ended early, if it did.
    pub stopped: Option<Stopped>,
}

impl Report {
    /// The accounts that did not end well, which a `command` is to try again. What a plan would change is
    /// well for who plans, and is yet to be done for who applies.
    pub fn left(&self, command: Command) -> Vec<AccountId> {
        let is_left = |outcome: Outcome| {
            !outcome.is_well() || outcome == Outcome::Changed && command.writes()
        };
        let left = self.ended.iter().filter(|it| is_left(it.outcome));
        left.map(|it| it.account.clone()).collect()
    }
}

/// Refuses a path at which [`write`] would fail, before the work that leads to a report is done.
///
/// # Errors
/// Those of [`write`].
pub fn check_path(path: &Path) -> Result<(), Failure> {
    let is_report = |there: &str| there.starts_with(line::BEGINNING);
    text_file::check_replaceable(path, LARGEST_FILE, is_report)
        .map_err(|error| not_written(path, &error))
}

fn not_written(path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("cannot write the report {}", path.display()))
        .because(error.to_string())
        .hint("Name a new file, or such a report to replace, in a folder that is there")
}

/// Writes the report, sorted by account. Only the owner can read the file. The file is replaced at once, and
/// only if it is a report.
///
/// # Errors
/// A path that is a symbolic link, that names another file, or that cannot be written.
pub fn write(
    path: &Path,
    header: &Header,
    ended: &[Ended],
    stopped: Option<&Stopped>,
    took: Duration,
) -> Result<(), Failure> {
    let mut sorted: Vec<&Ended> = ended.iter().collect();
    sorted.sort_by_key(|it| &it.account);
    let accounts = sorted.into_iter().map(account_line);
    let lines = std::iter::once(header.line()).chain(accounts);
    let lines = lines.chain(std::iter::once(summary_line(ended, stopped, took)));
    let text: String = lines.map(|line| line + "\n").collect();
    check_path(path)?;
    text_file::replace(path, &text).map_err(|error| not_written(path, &error))
}

/// The line without the known secrets.
fn text(line: &Line) -> String {
    // The names of the fields are texts, so that this cannot fail.
    hide(&serde_json::to_string(line).unwrap_or_default()).into_owned()
}
