//! How an account of a fleet ended, in the little that is kept of it.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::engine::action::Action;
use crate::failure::Failure;
use crate::fleet::cause;
use crate::fleet::digest::Digest;
use crate::fleet::target::{Skipped, Target};
use crate::fleet::wording::for_many;
use crate::names::{AccountId, Region};
use crate::secret::known::hide;

/// How many characters of a failure are kept. AWS's own are shorter, so that a request id at the end stays.
const LONGEST_MESSAGE: usize = 1_000;

/// How an account ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything is as wanted.
    Unchanged,
    /// The plan has changes.
    Changed,
    /// All changes were made.
    Done,
    /// The plan cannot be carried out.
    Blocked,
    /// Something failed.
    Failed,
    /// AWS did not answer a write, so that nobody knows whether it was made.
    Unknown,
    /// At the account's turn its plan was another one than approved, so that nothing was written.
    Stale,
    /// The role cannot be assumed, or no region answers.
    Unreachable,
    /// The account is left out.
    Skipped,
    /// The run ended before the account's turn.
    NotStarted,
}

impl Outcome {
    /// All outcomes, in the order in which they are counted.
    pub const ALL: [Outcome; 10] = [
        Outcome::Unchanged,
        Outcome::Changed,
        Outcome::Done,
        Outcome::Blocked,
        Outcome::Failed,
        Outcome::Unknown,
        Outcome::Stale,
        Outcome::Unreachable,
        Outcome::Skipped,
        Outcome::NotStarted,
    ];

    /// Whether the account had its turn and did not end well.
    pub fn is_failure(self) -> bool {
        match self {
            Outcome::Unchanged
            | Outcome::Changed
            | Outcome::Done
            | Outcome::Skipped
            | Outcome::NotStarted => false,
            Outcome::Blocked
            | Outcome::Failed
            | Outcome::Unknown
            | Outcome::Stale
            | Outcome::Unreachable => true,
        }
    }

    /// Whether the account ended well. One that is left out does not count.
    pub fn is_well(self) -> bool {
        !self.is_failure() && self != Outcome::NotStarted
    }

    /// Whether an account that ended so had its turn to be changed.
    pub fn had_a_turn(self) -> bool {
        matches!(
            self,
            Outcome::Done | Outcome::Failed | Outcome::Unknown | Outcome::Stale
        )
    }

    /// The outcome as a program reads it.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::NotStarted => "not_started",
            other => other.words(),
        }
    }

    /// The outcome as a person reads it.
    pub fn words(self) -> &'static str {
        match self {
            Outcome::Unchanged => "unchanged",
            Outcome::Changed => "changed",
            Outcome::Done => "done",
            Outcome::Blocked => "blocked",
            Outcome::Failed => "failed",
            Outcome::Unknown => "unknown",
            Outcome::Stale => "stale",
            Outcome::Unreachable => "unreachable",
            Outcome::Skipped => "skipped",
            Outcome::NotStarted => "not started",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

/// What is kept of an account that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The account.
    pub account: AccountId,
    /// The account's name in the organization.
    pub name: Option<String>,
    /// How the account ended.
    pub outcome: Outcome,
    /// The regions that the account was planned in, the main one first.
    pub regions: Vec<Region>,
    /// How many resources the plan treats in which way.
    pub counts: BTreeMap<Action, usize>,
    /// The plan, account and regions put aside: equal plans have equal digests.
    pub plan: Option<Digest>,
    /// The plan as it is.
    pub exact: Option<Digest>,
    /// Why, where the account did not end well.
    pub reason: Option<Reason>,
    /// How long the account took.
    pub took: Duration,
}

impl Ended {
    /// An account of which nothing else is known.
    pub fn new(target: &Target, outcome: Outcome, took: Duration) -> Self {
        Ended {
            account: target.account.clone(),
            name: target.name.clone(),
            outcome,
            regions: Vec::new(),
            counts: BTreeMap::new(),
            plan: None,
            exact: None,
            reason: None,
            took,
        }
    }

    /// An account that is left out.
    pub fn skipped(skipped: &Skipped) -> Self {
        let reason = Reason {
            message: skipped.reason.clone(),
            hint: None,
            more: 0,
        };
        Ended {
            account: skipped.account.clone(),
            name: skipped.name.clone(),
            outcome: Outcome::Skipped,
            regions: Vec::new(),
            counts: BTreeMap::new(),
            plan: None,
            exact: None,
            reason: Some(reason),
            took: Duration::ZERO,
        }
    }

    /// The same with what is kept of a plan, given in the form of `plan --json`.
    #[must_use]
    pub fn with_plan(mut self, plan: &Json) -> Self {
        let regions = plan["regions"].as_array().into_iter().flatten();
        let regions = regions.filter_map(|it| it.as_str()?.parse().ok());
        self.regions = regions.collect();
        // A list that grew by itself has room for twice as many.
        self.regions.shrink_to_fit();
        let resources = plan["resources"].as_array().into_iter().flatten();
        for resource in resources {
            if let Ok(action) = Action::deserialize(&resource["action"]) {
                *self.counts.entry(action).or_default() += 1;
            }
        }
        let (exact, alike) = Digest::both(plan);
        self.plan = Some(alike);
        self.exact = Some(exact);
        self
    }

    /// The same with why the account did not end well.
    #[must_use]
    pub fn because(mut self, failure: &Failure) -> Self {
        self.reason = Some(Reason::of(failure));
        self
    }

    /// How many resources are written.
    pub fn changes(&self) -> usize {
        let written = self.counts.iter();
        let written =
            written.filter(|(action, _)| !matches!(action, Action::Keep | Action::Blocked));
        written.map(|(_, count)| count).sum()
    }
}

/// Why an account did not end well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// The whole failure of this account, with AWS's code, message and request id.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// How many more failures the account had.
    pub more: usize,
}

impl Reason {
    /// The reason in a failure and those that were found together with it, without known secrets.
    pub fn of(failure: &Failure) -> Self {
        let parts: Vec<&str> = std::iter::once(&failure.message)
            .chain(&failure.causes)
            .map(String::as_str)
            .collect();
        let message = for_many(&parts.join(": "));
        let hidden = hide(&message);
        let message = match hidden.char_indices().nth(LONGEST_MESSAGE) {
            None => hidden.into_owned(),
            Some((end, _)) => format!("{}… (and more)", &hidden[..end]),
        };
        Reason {
            message,
            hint: failure
                .hint
                .as_deref()
                .map(|it| hide(&for_many(it)).into_owned()),
            more: failure.also.len(),
        }
    }

    /// What failures of the same cause have in common: operation, AWS's code and message, without what
    /// belongs to the one account, region or request.
    pub fn cause(&self) -> String {
        cause::of(&self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::fakes::{ended, target};
    use serde_json::json;

    #[test]
    fn an_outcome_has_one_name_for_programs() {
        for outcome in Outcome::ALL {
            let name = serde_json::to_value(outcome).unwrap();
            assert_eq!(name, outcome.name());
        }
    }

    #[test]
    fn what_is_kept_of_a_plan_is_little() {
        let plan = json!({
            "account": "000000000001", "partition": "aws", "regions": ["eu-west-1", "us-east-1"],
            "resources": [{"action": "create"}, {"action": "create"}, {"action": "keep"}],
        });
        let kept =
            Ended::new(&target(1), Outcome::Changed, Duration::from_secs(2)).with_plan(&plan);
        assert_eq!(kept.changes(), 2);
        assert_eq!(kept.counts[&Action::Keep], 1);
        assert_eq!(kept.regions.len(), 2);
    }

    /// A thousand accounts with 17 regions each, all failed with a long message.
    #[test]
    fn less_than_two_kilobytes_are_kept_of_an_account() {
        let message = "x".repeat(700);
        let hint = "y".repeat(150);
        let failure = Failure::new(message).hint(hint);
        let plan = json!({"account": "000000000001", "regions": vec!["eu-west-1"; 17], "resources": [
            {"action": "create"}, {"action": "update"}, {"action": "keep"},
        ]});
        let make = || {
            let mut kept = ended(1, Outcome::Failed);
            kept.name = Some("an-account-of-some-team".to_owned());
            kept.with_plan(&plan).because(&failure)
        };
        let mut kept = Vec::with_capacity(1_000);
        let used = allocation_counter::measure(|| kept.extend((0..1_000).map(|_| make())));
        let each = usize::try_from(used.bytes_current).unwrap() / 1_000 + size_of::<Ended>();
        assert!(each < 2_048, "{each} bytes");
    }
}
