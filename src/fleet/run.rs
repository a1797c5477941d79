//! Goes through the accounts of a run: some at a time, in the order in which they are given, each on its own.
//!
//! What is done in an account is the caller's. What happens there concerns that account alone, also a bug of
//! this program, unless it says of itself that it would happen in all others.

#[cfg(test)]
mod tests;

use std::future::Future;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::watch;
use tokio::task::JoinError;
use tokio::time::Instant;

use crate::failure::Failure;
use crate::fleet::ended::{Ended, Outcome, Reason};
use crate::fleet::target::Target;

/// So many accounts have to deny their role, and none but the caller's own to have ended otherwise, before the
/// run takes the cause for the same in all.
const DENIED_AT_FIRST: usize = 10;

/// How the accounts are gone through.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How many accounts are under way at the same time.
    pub at_once: usize,
    /// How many may fail before no further one begins; `None` for any number.
    pub most_failed: Option<usize>,
    /// How long the run waits between two waves.
    pub pause: Duration,
}

/// What the end of an account says of the others.
#[derive(Debug)]
pub enum End {
    /// Nothing.
    Alone(Ended),
    /// The account denied its role. If the first ones all do, nobody has to wait for the others.
    Denied(Ended),
    /// This failure would come in every other account too.
    Everywhere(Failure),
}

/// What is told of an account while the run goes on.
#[derive(Debug)]
pub enum Note<'a> {
    /// The account's turn has come.
    Began(&'a Target),
    /// The account ended.
    Ended(&'a Ended),
    /// A wave ended, and the run waits before the next one.
    Pauses(Duration),
}

/// Why a run ended before all accounts had their turn.
#[derive(Debug)]
pub enum Stopped {
    /// A person stopped it.
    Interrupted,
    /// More accounts failed than may.
    TooManyFailed,
    /// The first accounts were all denied their role.
    AllDenied,
    /// The failure would have come in every account.
    Everywhere(Failure),
}

/// How a run ended.
#[derive(Debug)]
pub struct Gone {
    /// How each account ended, in the order of the account ids.
    pub ended: Vec<Ended>,
    /// Why not all accounts had their turn, if so.
    pub stopped: Option<Stopped>,
}

/// Does `work` in every account of one wave after the other, and tells what happens.
pub async fn run<F>(
    waves: &[Vec<Target>],
    limits: Limits,
    stop: &watch::Receiver<bool>,
    work: impl Fn(Target) -> F,
    mut tell: impl FnMut(Note<'_>),
) -> Gone
where
    F: Future<Output = End> + Send + 'static,
{
    let mut so_far = SoFar::new(limits);
    for (number, wave) in waves.iter().enumerate() {
        if number > 0 && !limits.pause.is_zero() && so_far.goes_on(stop) {
            tell(Note::Pauses(limits.pause));
            let mut stop = stop.clone();
            tokio::select! {
                () = tokio::time::sleep(limits.pause) => {}
                Ok(_) = stop.wait_for(|stopped| *stopped) => {}
            }
        }
        let mut left = wave.iter();
        let mut under_way = FuturesUnordered::new();
        loop {
            while under_way.len() < limits.at_once && so_far.goes_on(stop) {
                let Some(target) = left.next() else { break };
                tell(Note::Began(target));
                under_way.push(turn(target, work(target.clone())));
            }
            let Some((target, took, end)) = under_way.next().await else {
                break;
            };
            let ended = so_far.note(target, took, end);
            tell(Note::Ended(ended));
        }
        let left = left.map(|target| bare(target, Outcome::NotStarted));
        so_far.ended.extend(left);
    }
    let SoFar {
        mut ended, stopped, ..
    } = so_far;
    ended.sort_by(|one, other| one.account.cmp(&other.account));
    Gone { ended, stopped }
}

/// The work on one account, in a task of its own: a panic there ends nothing else.
async fn turn<F>(target: &Target, work: F) -> (&Target, Duration, Result<End, JoinError>)
where
    F: Future<Output = End> + Send + 'static,
{
    let since = Instant::now();
    let end = tokio::spawn(work).await;
    (target, since.elapsed(), end)
}

/// An account of which nothing is known but how it ended.
pub fn bare(target: &Target, outcome: Outcome) -> Ended {
    Ended::new(target, outcome, Duration::ZERO)
}

/// The run so far.
struct SoFar {
    limits: Limits,
    ended: Vec<Ended>,
    failed: usize,
    /// Whether every account that ended, but for the caller's own, denied its role.
    all_denied: bool,
    denied: usize,
    stopped: Option<Stopped>,
}

impl SoFar {
    fn new(limits: Limits) -> Self {
        SoFar {
            limits,
            ended: Vec::new(),
            failed: 0,
            all_denied: true,
            denied: 0,
            stopped: None,
        }
    }

    /// Whether another account may begin.
    fn goes_on(&mut self, stop: &watch::Receiver<bool>) -> bool {
        if *stop.borrow() && self.stopped.is_none() {
            self.stopped = Some(Stopped::Interrupted);
        }
        self.stopped.is_none()
    }

    /// Notes how an account ended, and what that means for the others.
    fn note(&mut self, target: &Target, took: Duration, end: Result<End, JoinError>) -> &Ended {
        let (ended, is_denied, stops) = match end {
            Ok(End::Alone(ended)) => (ended, false, None),
            Ok(End::Denied(ended)) => (ended, true, None),
            Ok(End::Everywhere(failure)) => {
                let ended = bare(target, Outcome::NotStarted);
                (ended, false, Some(Stopped::Everywhere(failure)))
            }
            Err(error) => (broken(target, &error), false, None),
        };
        self.failed += usize::from(ended.outcome.is_failure());
        // In the caller's own account no role is assumed.
        if !target.is_callers {
            self.all_denied &= is_denied;
            self.denied += usize::from(is_denied);
        }
        self.ended.push(Ended { took, ..ended });
        let too_many = self.limits.most_failed.is_some_and(|it| self.failed > it);
        let nobody_lets_in = self.all_denied && self.denied >= DENIED_AT_FIRST;
        let stops = stops
            .or(nobody_lets_in.then_some(Stopped::AllDenied))
            .or(too_many.then_some(Stopped::TooManyFailed));
        if self.stopped.is_none() {
            self.stopped = stops;
        }
        let last = self.ended.len() - 1;
        &self.ended[last]
    }
}

/// The account whose work ended by a bug. What the panic says is not shown, because it may hold a secret.
fn broken(target: &Target, error: &JoinError) -> Ended {
    let how = match error.is_panic() {
        true => "a bug in provision ended the work on this account",
        false => "the work on this account was given up",
    };
    Ended {
        reason: Some(Reason {
            message: format!("{how}, account {}", target.account),
            hint: Some(
                "Report the line about the bug. Run again: it goes on from what exists".to_owned(),
            ),
            more: 0,
        }),
        ..bare(target, Outcome::Failed)
    }
}
