//! What `fleet apply` and `fleet destroy` have in common: all is planned, the question asked once, and then the
//! accounts are changed in waves.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::ending::Run;
use super::load::Fleet;
use super::planning::{Kept, plan_all};
use super::progress;
use super::turn::turn;
use crate::commands::Ending;
use crate::engine::observed::Consent;
use crate::failure::Failure;
use crate::fleet::digest::Digest;
use crate::fleet::ended::{Ended, Outcome, Reason};
use crate::fleet::run::{Gone, Note};
use crate::fleet::saved::SavedFleet;
use crate::fleet::target::Target;
use crate::names::AccountId;
use crate::render::fleet::question::{self, Question};
use crate::render::wrap::columns;
use crate::stop;
use crate::terminal::{interrupted, report};

/// A run that writes.
pub(super) struct Writing<'a> {
    pub(super) fleet: &'a Arc<Fleet>,
    pub(super) run: &'a Run<'a>,
    pub(super) consent: Consent,
    /// How many accounts may be left out because they are blocked or cannot be reached.
    pub(super) allow_unready: usize,
    /// The saved plan that is carried out, if it is one.
    pub(super) saved: Option<&'a SavedFleet>,
}

/// The plans of all accounts, before the question.
pub(super) struct Ready {
    gone: Gone,
    kept: Kept,
    /// The accounts with changes, in waves.
    waves: Vec<Vec<Target>>,
    /// What a person approves for each.
    approved: BTreeMap<AccountId, Digest>,
}

impl Ready {
    /// The accounts in which something is written, the first wave first.
    pub(super) fn changed(&self) -> impl Iterator<Item = &Target> {
        self.waves.iter().flatten()
    }

    /// The question about the plans.
    pub(super) fn question(&self, organization: Option<&str>) -> String {
        Question {
            planned: &self.gone.ended,
            plans: &self.kept.plans,
            organization,
            waves: self.waves.len(),
        }
        .text()
    }
}

impl Writing<'_> {
    /// Plans the accounts, and shows the plans with the waves and the warnings. `Err` holds how the run ended
    /// where nothing is to be done.
    ///
    /// # Errors
    /// More accounts that are blocked or cannot be reached than may be left out, and what would fail in every
    /// account. Nothing is written then.
    pub(super) async fn plan(&self, targets: &[Target]) -> Result<Result<Ready, Ending>, Failure> {
        let (run, fleet) = (self.run, self.fleet);
        let (mut gone, kept) = plan_all(fleet, targets, run.reading(), self.consent, true).await;
        if let Some(saved) = self.saved {
            gone.ended.iter_mut().for_each(|it| unless_saved(it, saved));
        }
        let unready = gone
            .ended
            .iter()
            .filter(|it| it.outcome.is_failure())
            .count();
        let is_changed = |it: &&Ended| it.outcome == Outcome::Changed;
        if gone.stopped.is_some() || gone.ended.iter().find(is_changed).is_none() {
            gone.ended.iter_mut().for_each(|it| unless_left(it, &kept));
            return Ok(Err(run.end(gone, &kept.plans)?));
        }
        if unready > self.allow_unready {
            run.tell(&gone, &kept.plans)?;
            return Err(self.unready(unready));
        }
        let changed = gone.ended.iter().filter(is_changed);
        let approved = changed.filter_map(|it| Some((it.account.clone(), it.exact?)));
        let approved: BTreeMap<AccountId, Digest> = approved.collect();
        let all = run.waves();
        let width = columns(&std::io::stderr());
        run.show(&gone, &kept.plans)?;
        let canaries = self.has_canaries(all);
        let table = question::waves(all, canaries, &gone.ended);
        report(&format!("\n{table}{}", kept.warned.text(width)));
        let by_account: BTreeMap<&AccountId, &Target> =
            targets.iter().map(|it| (&it.account, it)).collect();
        let waves = all.iter().map(|wave| {
            let changed = wave.iter().filter(|it| approved.contains_key(it));
            let changed = changed.filter_map(|it| by_account.get(it).copied().cloned());
            changed.collect::<Vec<Target>>()
        });
        Ok(Ok(Ready {
            waves: waves.filter(|wave| !wave.is_empty()).collect(),
            gone,
            kept,
            approved,
        }))
    }

    /// Whether the first wave is that of the canaries.
    fn has_canaries(&self, waves: &[Vec<AccountId>]) -> bool {
        let canary = &self.fleet.settings.fleet().canary;
        let first = waves.first();
        first.is_some_and(|wave| wave.iter().all(|it| canary.contains(it)))
    }

    fn unready(&self, unready: usize) -> Failure {
        let accounts = match unready {
            1 => "1 account is".to_owned(),
            _ => format!("{unready} accounts are"),
        };
        Failure::new(format!(
            "{accounts} not ready to be changed; nothing was changed"
        ))
        .hint(format!(
            "Do what the summary says, leave these accounts out with `--exclude`, or pass `--allow-unready \
             {unready}`"
        ))
    }

    /// Changes the accounts in waves, and tells how they ended.
    ///
    /// # Errors
    /// A report that cannot be written, and what would have failed in every account.
    pub(super) async fn write(&self, ready: Ready) -> Result<Ending, Failure> {
        let under_way: Arc<Mutex<BTreeSet<AccountId>>> = Arc::default();
        let last = Arc::clone(&under_way);
        stop::writes_begin("the accounts under way", move || {
            let last = last.lock().unwrap_or_else(PoisonError::into_inner);
            interrupted(&last_words(&last));
        });
        let Ready {
            gone: mut planned,
            kept,
            waves,
            approved,
        } = ready;
        let consent = self.consent;
        let work = |target: Target| {
            let fleet = Arc::clone(self.fleet);
            let approved = approved.get(&target.account).copied();
            async move {
                match approved {
                    Some(approved) => turn(&fleet, &target, consent, approved).await,
                    // Only accounts with an approved plan are in the waves.
                    None => super::account::failed(&target, &Failure::new("there is no plan")),
                }
            }
        };
        let note = |note: &Note<'_>| {
            let mut under_way = under_way.lock().unwrap_or_else(PoisonError::into_inner);
            match note {
                Note::Began(target) => under_way.insert(target.account.clone()),
                Note::Ended(ended) => under_way.remove(&ended.account),
                Note::Pauses(_) => false,
            };
        };
        let limits = self.run.writing();
        let mut gone = progress::shown(&waves, limits, &self.fleet.stop, work, note).await;
        planned
            .ended
            .iter_mut()
            .for_each(|it| unless_left(it, &kept));
        let others = planned.ended.into_iter();
        gone.ended
            .extend(others.filter(|it| it.outcome != Outcome::Changed));
        gone.ended
            .sort_by(|one, other| one.account.cmp(&other.account));
        // Until the end is told, a signal must not end the program without it.
        let ending = self.run.end(gone, &kept.plans);
        stop::writes_ended();
        ending
    }
}

/// An account whose plan is not the saved one is stale, unless nothing is to be done there by now.
fn unless_saved(ended: &mut Ended, saved: &SavedFleet) {
    if ended.outcome == Outcome::Changed && !saved.is_planned(ended) {
        let failure = Failure::new("the plan of the account is no longer the saved one")
            .hint("Make new plans with `provision fleet plan --out FOLDER` and look at them");
        ended.outcome = Outcome::Stale;
        ended.reason = Some(Reason::of(&failure));
    }
}

/// An account with nothing to delete does not end well where something stays: a script that removes a deployment
/// must notice.
fn unless_left(ended: &mut Ended, kept: &Kept) {
    if let Some(reason) = kept.left.get(&ended.account) {
        ended.outcome = Outcome::Failed;
        ended.reason = Some(reason.clone());
    }
}

/// What was under way when the program ended.
fn last_words(under_way: &BTreeSet<AccountId>) -> String {
    let accounts: Vec<&str> = under_way.iter().map(AccountId::as_str).collect();
    match accounts.as_slice() {
        [] => "Interrupted: no account was under way.".to_owned(),
        accounts => format!(
            "Interrupted in the middle of the work on {}. Run the same command again: it goes on from there.",
            accounts.join(", ")
        ),
    }
}
