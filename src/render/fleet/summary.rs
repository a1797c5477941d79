//! What is said of a run over many accounts at its end. Accounts with equal plans, and those that failed for
//! the same reason, are told once.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anstyle::Style;
use iam_policy::printable::printable;

use super::{counted, listed};
use crate::fleet::digest::Digest;
use crate::fleet::ended::{Ended, Outcome, Reason};
use crate::fleet::groups::{Group, Plans, by_cause, by_plan, skipped};
use crate::fleet::put_aside::without_ids;
use crate::fleet::report::Command;
use crate::fleet::stopped::Stopped;
use crate::fleet::wording::for_many;
use crate::names::AccountId;
use crate::render::plan::View;
use crate::render::text::{ADDED, CHANGED, QUIET, REMOVED, STRONG};
use crate::render::waiting::time;
use crate::render::wrap::hanging;
use crate::saved_plan;

/// How many different plans are shown as a whole, so that what failed is not lost above them.
const PLANS: usize = 10;
/// What stands for the number of an account in what many accounts have in common.
const ACCOUNT: &str = "ACCOUNT";
/// What stands there for an id that AWS makes up, such as that of a key.
const ID: &str = "ID";

/// A run that ended.
#[derive(Debug)]
pub struct Summary<'a> {
    /// What was done with each account.
    pub command: Command,
    /// How each account ended, also those that were left out.
    pub ended: &'a [Ended],
    /// One plan of each group of equal plans.
    pub plans: &'a Plans,
    /// The accounts of each wave; empty for a run without waves.
    pub waves: &'a [Vec<AccountId>],
    /// Why the run ended early, if it did.
    pub stopped: Option<&'a Stopped>,
    /// The command that goes on with what did not end well.
    pub next: Option<&'a str>,
    /// How long the run took; zero for one whose time is not known.
    pub took: Duration,
    /// The columns of the text.
    pub width: usize,
    /// Whether every account and every plan is shown.
    pub details: bool,
}

impl Summary<'_> {
    /// The whole text.
    pub fn text(&self) -> String {
        let mut text = self.plans() + &self.others();
        if !text.is_empty() {
            text.push('\n');
        }
        if let Some(stopped) = self.stopped {
            let message = printable(&stopped.message);
            let place = self.stopped_in();
            text += &self.line(&format!("{REMOVED}Stopped{place}:{REMOVED:#} {message}."));
        }
        text += &self.result();
        if let Some(next) = self.next {
            text += &self.line(&format!("{STRONG}Next:{STRONG:#} `{next}`"));
        }
        text
    }

    /// The plans with changes, and those that are blocked.
    fn plans(&self) -> String {
        let mut text = String::new();
        let mut left: Vec<&Ended> = Vec::new();
        let mut shown = 0;
        let (done, groups): (Vec<_>, Vec<_>) = by_plan(self.ended)
            .into_iter()
            .partition(|group| group.common.0 == Outcome::Done);
        // What was done is not shown again, so that accounts with different plans stand together.
        let mut done: Vec<&Ended> = done.into_iter().flat_map(|it| it.accounts).collect();
        if !done.is_empty() {
            done.sort_by(|one, other| one.account.cmp(&other.account));
            text += &self.heading(Outcome::Done, &done, "");
        }
        for group in groups {
            let (outcome, digest) = group.common;
            let is_shown = self.details || shown < PLANS;
            match self.plan(&digest, &group).filter(|_| is_shown) {
                Some(plan) => {
                    shown += 1;
                    text += &self.heading(outcome, &group.accounts, "");
                    text += &plan;
                }
                None => left.extend(group.accounts),
            }
        }
        if !left.is_empty() {
            left.sort_by(|one, other| one.account.cmp(&other.account));
            let with = match self.command {
                Command::Preflight => ", by an apply; no check found anything wrong",
                _ => ", with plans that `--details` shows",
            };
            text += &self.heading(Outcome::Changed, &left, with);
        }
        text
    }

    /// A plan that many accounts have in common, as one of them has it.
    fn plan(&self, digest: &Digest, group: &Group<'_, (Outcome, Digest)>) -> Option<String> {
        let width = self.width.saturating_sub(2);
        let mut text = String::new();
        for line in common_plan(self.plans, digest, group, width, self.details)?.lines() {
            let line = format!("  {line}");
            text += line.trim_end();
            text.push('\n');
        }
        Some(text)
    }

    /// What did not end well, what was left out, and what had no turn.
    fn others(&self) -> String {
        let mut text = String::new();
        for group in by_cause(self.ended) {
            let (outcome, _) = group.common;
            text += &self.heading(outcome, &group.accounts, "");
            let first = group.accounts.first().copied();
            if let Some((account, reason)) = first.and_then(|it| Some((it, it.reason.as_ref()?))) {
                text += &self.reason(account, reason, group.accounts.len());
            }
        }
        for group in skipped(self.ended) {
            let reason = printable(&group.common);
            text += &self.heading(Outcome::Skipped, &group.accounts, &format!(", {reason}"));
        }
        let waiting = self.ended.iter();
        let waiting = waiting.filter(|it| it.outcome == Outcome::NotStarted);
        let mut waiting: Vec<&Ended> = waiting.collect();
        if !waiting.is_empty() {
            waiting.sort_by(|one, other| one.account.cmp(&other.account));
            text += &self.heading(Outcome::NotStarted, &waiting, "");
        }
        text
    }

    /// How accounts ended, how many they are, and which.
    fn heading(&self, outcome: Outcome, accounts: &[&Ended], more: &str) -> String {
        let style = style_of(outcome);
        let (count, words) = (counted(accounts.len(), "account"), capital(outcome.words()));
        let heading = format!("{style}{words}{style:#}: {count}{more}");
        let heading = hanging("", "  ", &heading, self.width);
        let accounts = accounts.iter().map(|it| (&it.account, it.name.as_deref()));
        format!("\n{heading}") + &listed(accounts, "  ", self.details, self.width)
    }

    /// The whole failure of one account, which stands for all of the same cause.
    fn reason(&self, account: &Ended, reason: &Reason, accounts: usize) -> String {
        let more = match reason.more {
            0 => String::new(),
            1 => " (and 1 failure more)".to_owned(),
            more => format!(" (and {more} failures more)"),
        };
        let is_named = accounts == 1 || reason.message.contains(account.account.as_str());
        let of = match is_named {
            true => String::new(),
            false => format!("In {}: ", account.account),
        };
        let message = format!("{of}{}{more}", printable(&reason.message));
        let mut text = hanging("    ", "    ", &message, self.width);
        if let Some(hint) = &reason.hint {
            text += &hanging("    Hint: ", "    ", &printable(hint), self.width);
        }
        text
    }

    /// The first wave in which an account had no turn, and whether another account of it had one.
    fn stopped_in(&self) -> String {
        let accounts_that = |is: fn(Outcome) -> bool| -> BTreeSet<&AccountId> {
            let accounts = self.ended.iter().filter(|it| is(it.outcome));
            accounts.map(|it| &it.account).collect()
        };
        let waiting = accounts_that(|it| it == Outcome::NotStarted);
        let begun = accounts_that(Outcome::had_a_turn);
        let has_one = |accounts: &BTreeSet<&AccountId>, wave: &[AccountId]| {
            wave.iter().any(|it| accounts.contains(it))
        };
        let mut waves = self.waves.iter().enumerate();
        match waves.find(|(_, wave)| has_one(&waiting, wave)) {
            Some((number, wave)) if self.waves.len() > 1 => {
                let place = match has_one(&begun, wave) {
                    true => "in",
                    false => "before",
                };
                format!(" {place} wave {} of {}", number + 1, self.waves.len())
            }
            _ => String::new(),
        }
    }

    /// How many accounts ended in which way, and how long the run took.
    fn result(&self) -> String {
        let mut counts: BTreeMap<Outcome, usize> = BTreeMap::new();
        for account in self.ended {
            *counts.entry(account.outcome).or_default() += 1;
        }
        let counts: Vec<String> = counts
            .into_iter()
            .map(|(outcome, count)| {
                let style = style_of(outcome);
                format!("{style}{count} {outcome}{style:#}")
            })
            .collect();
        let counts = match counts.as_slice() {
            [] => "no accounts".to_owned(),
            counts => counts.join(", "),
        };
        let (command, accounts) = (self.command, counted(self.ended.len(), "account"));
        let took = match self.took {
            Duration::ZERO => String::new(),
            took => format!(" in {}", time(took)),
        };
        self.line(&format!(
            "{STRONG}Fleet {command}:{STRONG:#} {accounts}{took}: {counts}."
        ))
    }

    fn line(&self, text: &str) -> String {
        hanging("", "  ", text, self.width)
    }
}

/// A plan that the accounts of the group have in common, as one of them has it.
pub fn common_plan(
    plans: &Plans,
    digest: &Digest,
    group: &Group<'_, (Outcome, Digest)>,
    width: usize,
    details: bool,
) -> Option<String> {
    let document = plans.get(digest)?.to_string();
    let document = serde_json::from_str(&for_many(&document)).ok()?;
    let (site, plan) = saved_plan::shown(&document).ok()?;
    let view = View {
        site: &site,
        findings: &BTreeMap::new(),
        width,
        details,
    };
    let regions: BTreeSet<_> = group.accounts.iter().map(|it| &it.regions).collect();
    let note = match regions.len() {
        1 => String::new(),
        _ => format!(
            "{QUIET}The regions are those of {}; other accounts have the same plan in theirs.{QUIET:#}\n",
            site.account
        ),
    };
    // A plan of one account alone is told as that account has it.
    let body = match group.accounts.len() {
        1 => view.body(&plan),
        _ => without_ids(&view.body(&plan), ID).replace(site.account.as_str(), ACCOUNT),
    };
    Some(match note.as_str() {
        "" => body,
        note => hanging("", "", note.trim_end(), width) + &body,
    })
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|it| it.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

fn style_of(outcome: Outcome) -> Style {
    match outcome {
        Outcome::Unchanged | Outcome::Skipped => QUIET,
        Outcome::Done => ADDED,
        Outcome::Changed | Outcome::NotStarted => CHANGED,
        Outcome::Blocked
        | Outcome::Failed
        | Outcome::Unknown
        | Outcome::Stale
        | Outcome::Unreachable => REMOVED.bold(),
    }
}
