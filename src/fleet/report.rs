//! The report of a run over a fleet, as lines of JSON: one on the run, one on each account, one on how it
//! ended. `docs/fleet-report.schema.json` describes them.

mod header;
mod line;
mod read;
#[cfg(test)]
mod tests;

use std::io;
use std::path::Path;
use std::time::Duration;

use iam_policy::printable::harmless;

use crate::failure::Failure;
use crate::fleet::ended::{Ended, Outcome};
use crate::fleet::stopped::Stopped;
use crate::names::AccountId;
use crate::secret::known::hide;
use crate::text_file;

pub use header::{Command, FORMAT_VERSION, Header};
pub(in crate::fleet) use line::Account;
use line::Line;
pub use read::read;

/// Five thousand accounts that all failed have a report of some 10 MiB.
const LARGEST_FILE: u64 = 64 * 1024 * 1024;

impl Header {
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

    /// Refuses a report from which a `command` in this organization cannot go on: who applied did not ask for a
    /// destroy of what failed.
    ///
    /// # Errors
    /// The run was about another organization, or wrote something else.
    pub fn check(&self, command: Command, organization: Option<&str>) -> Result<(), Failure> {
        let own = &self.header;
        let refused = |why: String| {
            let failure = Failure::new(format!("the report is no one to go on from: {why}"));
            Err(failure.hint("Name the report of a run of the same command, in the same fleet"))
        };
        let named = |it: Option<&str>| it.unwrap_or("no organization").to_owned();
        if own.organization.as_deref() != organization {
            return refused(format!(
                "its run was about {}, and `[fleet]` names {}",
                harmless(&named(own.organization.as_deref())),
                named(organization)
            ));
        }
        if own.command.writes() && command.writes() && own.command != command {
            return refused(format!(
                "its run was `fleet {}`, and this is `fleet {command}`",
                own.command
            ));
        }
        Ok(())
    }
}

/// Refuses a path at which [`write()`] would fail, before the work that leads to a report is done.
///
/// # Errors
/// Those of [`write()`].
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
