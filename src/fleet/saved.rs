//! Saved plans of a fleet: a folder with an index of the accounts, and one plan of each group of equal plans.
//!
//! The index has a digest of each account's plan, so that an account is changed as it was planned or not at
//! all. As in the file of a saved plan, digests protect against accidents, and not against someone who writes
//! new ones.

mod read;
#[cfg(test)]
mod tests;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::fleet::digest::Digest;
use crate::fleet::ended::{Ended, Outcome};
use crate::fleet::report::Account;
use crate::names::AccountId;
use crate::saved_plan::{Inputs, Made, Salted, refuse};

pub use read::read;
pub use write::{check_path, write};

/// The version of the form of the folder. Any other version is refused.
const FORMAT_VERSION: u32 = 1;
/// The file that has the accounts.
const INDEX: &str = "index.json";
/// The index of five thousand accounts has some 10 MiB.
const LARGEST_FILE: u64 = 64 * 1024 * 1024;

/// The file of the index.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Index {
    format_version: u32,
    /// The version of the program that made the plan. Another version may plan differently.
    program_version: String,
    content: Content,
    /// The digest of the content.
    digest: Digest,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    made: Made,
    organization: Option<String>,
    settings: Salted,
    accounts: Vec<Account>,
    /// The digest of each file with a plan, by that of the plan.
    plans: BTreeMap<Digest, Digest>,
}

/// The name of the file with a plan.
fn plan_file(plan: &Digest) -> String {
    format!("plan-{plan}.json")
}

/// A saved plan of a fleet, as it was read.
#[derive(Debug)]
pub struct SavedFleet {
    folder: PathBuf,
    /// What the plan was made with.
    pub made: Made,
    /// The organization in which accounts were discovered.
    pub organization: Option<String>,
    /// How the plan of each account ended, in the order of their numbers.
    pub planned: Vec<Ended>,
    settings: Salted,
    plans: BTreeMap<Digest, Digest>,
}

impl SavedFleet {
    /// Refuses settings or documents that differ from those that the plan was made from.
    ///
    /// # Errors
    /// Names each setting and document that differs.
    pub fn check_inputs(&self, now: &Inputs) -> Result<(), Failure> {
        let changed = self.settings.changed(now).into_iter();
        refuse(
            "the settings are no longer those that the saved plan was made from",
            changed.map(|name| format!("{name} has changed")),
        )
        .map_err(again)
    }

    /// Refuses targets that were not planned, and, unless the run is about a part of the fleet, the lack of those
    /// that were.
    ///
    /// # Errors
    /// Names each account that came or went.
    pub fn check_targets<'a>(
        &self,
        now: impl Iterator<Item = &'a AccountId>,
        of_all: bool,
    ) -> Result<(), Failure> {
        let now: BTreeSet<&AccountId> = now.collect();
        let was = self.planned.iter();
        let was = was.filter(|it| it.outcome != Outcome::Skipped);
        let was: BTreeSet<&AccountId> = was.map(|it| &it.account).collect();
        let went = was.difference(&now).filter(|_| of_all);
        let went = went.map(|it| format!("{it} was planned and is no target now"));
        let came = now.difference(&was);
        let came = came.map(|it| format!("{it} is a target now and was not planned"));
        refuse(
            "the accounts are no longer those of the saved plan",
            went.chain(came),
        )
        .map_err(again)
    }

    /// Whether the account's plan is as it was saved.
    pub fn is_planned(&self, now: &Ended) -> bool {
        let was = self.planned.iter().find(|it| it.account == now.account);
        was.is_some_and(|was| was.exact.is_some() && was.exact == now.exact)
    }
}

fn again(failure: Failure) -> Failure {
    failure.hint("Make a new plan with `provision fleet plan --out FOLDER` and look at it")
}
