//! The form of the lines.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::header::{Command, FORMAT_VERSION, Header};
use crate::engine::action::Action;
use crate::fleet::digest::Digest;
use crate::fleet::ended::{Ended, Outcome, Reason};
use crate::fleet::stopped::Stopped;
use crate::names::InvalidName;
use crate::saved_plan::Salted;

/// With what every report begins, whatever its version.
pub(super) const BEGINNING: &str = "{\"type\":\"fleet_report\",\"format_version\":";

/// The actions that are counted.
const ACTIONS: [Action; 6] = [
    Action::Keep,
    Action::Create,
    Action::Update,
    Action::Delete,
    Action::Adopt,
    Action::Blocked,
];

/// A line of a report.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Line {
    FleetReport(Run),
    Account(Account),
    Summary(Summary),
}

/// The line on the run.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Run {
    pub(super) format_version: u32,
    pub(super) program_version: String,
    pub(super) command: Command,
    pub(super) time: String,
    pub(super) organization: Option<String>,
    pub(super) settings: Salted,
}

/// The line on an account.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::fleet) struct Account {
    account: String,
    name: Option<String>,
    outcome: Outcome,
    regions: Vec<String>,
    counts: Option<BTreeMap<Action, usize>>,
    plan: Option<Digest>,
    exact: Option<Digest>,
    reason: Option<Reason>,
    duration_ms: u64,
}

/// The line on how the run ended.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Summary {
    pub(super) accounts: usize,
    pub(super) outcomes: BTreeMap<Outcome, usize>,
    pub(super) stopped: Option<Stopped>,
    duration_ms: u64,
}

impl Line {
    pub(super) fn header(header: &Header) -> Self {
        Line::FleetReport(Run {
            format_version: FORMAT_VERSION,
            program_version: env!("CARGO_PKG_VERSION").to_owned(),
            command: header.command,
            time: header.time.clone(),
            organization: header.organization.clone(),
            settings: header.settings.clone(),
        })
    }

    pub(super) fn summary(ended: &[Ended], stopped: Option<&Stopped>, took: Duration) -> Self {
        Line::Summary(Summary {
            accounts: ended.len(),
            outcomes: outcomes(ended),
            stopped: stopped.cloned(),
            duration_ms: millis(took),
        })
    }
}

impl From<&Ended> for Account {
    fn from(ended: &Ended) -> Self {
        let count = |action| (action, ended.counts.get(&action).copied().unwrap_or(0));
        Account {
            account: ended.account.to_string(),
            name: ended.name.clone(),
            outcome: ended.outcome,
            regions: ended.regions.iter().map(ToString::to_string).collect(),
            counts: ended.plan.map(|_| ACTIONS.map(count).into_iter().collect()),
            plan: ended.plan,
            exact: ended.exact,
            reason: ended.reason.clone(),
            duration_ms: millis(ended.took),
        }
    }
}

impl TryFrom<Account> for Ended {
    type Error = String;

    /// The names of AWS must be well-formed.
    fn try_from(line: Account) -> Result<Self, String> {
        let bad = |it: InvalidName| it.to_string();
        let regions = line.regions.iter().map(|region| region.parse());
        let mut counts = line.counts.unwrap_or_default();
        counts.retain(|_, count| *count > 0);
        Ok(Ended {
            account: line.account.parse().map_err(bad)?,
            name: line.name,
            outcome: line.outcome,
            regions: regions.collect::<Result<_, _>>().map_err(bad)?,
            counts,
            plan: line.plan,
            exact: line.exact,
            reason: line.reason,
            took: Duration::from_millis(line.duration_ms),
        })
    }
}

/// How many accounts ended in each way, with those in which none did.
pub(super) fn outcomes(ended: &[Ended]) -> BTreeMap<Outcome, usize> {
    let count = |outcome| ended.iter().filter(|it| it.outcome == outcome).count();
    Outcome::ALL.map(|it| (it, count(it))).into_iter().collect()
}

fn millis(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}
