//! What the first line of a report tells of its run.

use std::fmt;
use std::time::SystemTime;

use aws_smithy_types::date_time::{DateTime, Format};
use serde::{Deserialize, Serialize};

use crate::saved_plan::Salted;

/// The version of the form. It is raised when a program that reads the older form would fail.
pub const FORMAT_VERSION: u32 = 1;
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
}
