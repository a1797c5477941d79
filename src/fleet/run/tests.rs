//! How a run goes through accounts that do nothing: order, waves, limits, stops and bugs.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::*;

/// The account of a number.
fn target(number: usize) -> Target {
    Target {
        account: format!("{number:012}").parse().unwrap(),
        name: None,
        path: Vec::new(),
        is_callers: false,
        is_discovered: false,
    }
}

fn targets(numbers: impl IntoIterator<Item = usize>) -> Vec<Target> {
    numbers.into_iter().map(target).collect()
}

fn number(target: &Target) -> usize {
    target.account.as_str().parse().unwrap()
}

const LIMITS: Limits = Limits {
    at_once: 2,
    most_failed: None,
    pause: Duration::ZERO,
};

fn running() -> (watch::Sender<bool>, watch::Receiver<bool>) {
    watch::channel(false)
}

fn outcomes(gone: &Gone) -> Vec<Outcome> {
    gone.ended.iter().map(|it| it.outcome).collect()
}

async fn done(target: Target) -> End {
    sleep(Duration::from_secs(1)).await;
    End::Alone(bare(&target, Outcome::Done))
}

async fn failed(target: Target) -> End {
    sleep(Duration::from_secs(1)).await;
    End::Alone(bare(&target, Outcome::Failed))
}

#[tokio::test(start_paused = true)]
async fn accounts_begin_in_their_order_and_are_reported_in_it() {
    let (_stopping, stop) = running();
    let began = Mutex::new(Vec::new());
    let most = Mutex::new((0_usize, 0_usize));
    // The first account takes longest.
    let work = async |target: Target| {
        sleep(Duration::from_secs(9 - number(&target) as u64)).await;
        End::Alone(bare(&target, Outcome::Done))
    };
    let gone = run(&[targets(1..=5)], LIMITS, &stop, work, |note| {
        let mut now = most.lock().unwrap();
        match note {
            Note::Began(target) => {
                began.lock().unwrap().push(number(target));
                now.0 += 1;
                now.1 = now.1.max(now.0);
            }
            Note::Ended(_) => now.0 -= 1,
            Note::Pauses(_) => {}
        }
    })
    .await;
    assert_eq!(*began.lock().unwrap(), [1, 2, 3, 4, 5]);
    assert_eq!(most.lock().unwrap().1, 2, "no more at a time than may");
    let accounts: Vec<&str> = gone.ended.iter().map(|it| it.account.as_str()).collect();
    assert!(accounts.is_sorted(), "{accounts:?}");
    assert!(gone.stopped.is_none());
    assert_eq!(gone.ended[0].took, Duration::from_secs(8));
}

#[tokio::test(start_paused = true)]
async fn a_wave_begins_when_the_one_before_has_ended_and_the_pause_is_over() {
    let (_stopping, stop) = running();
    let began = Instant::now();
    let times = Arc::new(Mutex::new(Vec::new()));
    let limits = Limits {
        at_once: 8,
        pause: Duration::from_secs(60),
        ..LIMITS
    };
    let waves = [targets([7]), targets([1, 2]), targets([3])];
    let gone = run(&waves, limits, &stop, done, |note| {
        if let Note::Began(target) = note {
            let at = began.elapsed().as_secs();
            times.lock().unwrap().push((number(target), at));
        }
    })
    .await;
    assert_eq!(*times.lock().unwrap(), [(7, 0), (1, 61), (2, 61), (3, 122)]);
    assert_eq!(gone.ended.len(), 4);
}

#[tokio::test(start_paused = true)]
async fn beyond_the_failures_that_may_be_no_account_begins() {
    let cases = [
        (
            Some(0),
            2,
            "one failure is too many, and two were under way",
        ),
        (Some(2), 4, "the third failure comes with the fourth"),
        (Some(9), 9, "there are no more than may be"),
        (None, 9, "any number"),
    ];
    for (most_failed, expected, why) in cases {
        let (_stopping, stop) = running();
        let limits = Limits {
            most_failed,
            ..LIMITS
        };
        let waves = [targets(1..=4), targets(5..=9)];
        let gone = run(&waves, limits, &stop, failed, |_| {}).await;
        let outcomes = outcomes(&gone);
        let count = |outcome| outcomes.iter().filter(|it| **it == outcome).count();
        assert_eq!(count(Outcome::Failed), expected, "{why}");
        assert_eq!(count(Outcome::NotStarted), 9 - expected, "{why}");
        let stopped = matches!(gone.stopped, Some(Stopped::TooManyFailed));
        assert_eq!(stopped, expected < 9, "{why}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_lets_no_account_begin_and_those_under_way_end() {
    let (stopping, stop) = running();
    let gone = run(&[targets(1..=5)], LIMITS, &stop, done, |note| {
        if let Note::Began(target) = note
            && number(target) == 2
        {
            stopping.send_replace(true);
        }
    })
    .await;
    use Outcome::{Done, NotStarted};
    assert_eq!(
        outcomes(&gone),
        [Done, Done, NotStarted, NotStarted, NotStarted]
    );
    assert!(matches!(gone.stopped, Some(Stopped::Interrupted)));
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_the_pause_between_two_waves() {
    let (stopping, stop) = running();
    let limits = Limits {
        pause: Duration::from_secs(3600),
        ..LIMITS
    };
    let began = Instant::now();
    let waves = [targets([1]), targets([2])];
    let gone = run(&waves, limits, &stop, done, |note| {
        if matches!(note, Note::Pauses(_)) {
            stopping.send_replace(true);
        }
    })
    .await;
    assert_eq!(outcomes(&gone), [Outcome::Done, Outcome::NotStarted]);
    assert!(began.elapsed() < Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn a_bug_in_one_account_ends_that_account_alone() {
    let (_stopping, stop) = running();
    let work = async |target: Target| {
        assert_ne!(number(&target), 2, "a bug");
        done(target).await
    };
    let gone = run(&[targets(1..=3)], LIMITS, &stop, work, |_| {}).await;
    use Outcome::{Done, Failed};
    assert_eq!(outcomes(&gone), [Done, Failed, Done]);
    let reason = gone.ended[1].reason.as_ref().unwrap();
    assert!(reason.message.contains("000000000002"), "{reason:?}");
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_would_come_everywhere_comes_once() {
    let (_stopping, stop) = running();
    let work = async |target: Target| match number(&target) {
        1 => done(target).await,
        _ => End::Everywhere(Failure::new("the credentials have expired")),
    };
    let gone = run(&[targets(1..=9)], LIMITS, &stop, work, |_| {}).await;
    let well = outcomes(&gone)
        .iter()
        .filter(|it| **it == Outcome::Done)
        .count();
    assert_eq!(well, 1, "what is under way ends");
    let Some(Stopped::Everywhere(failure)) = gone.stopped else {
        panic!("{gone:?}");
    };
    assert_eq!(failure.message, "the credentials have expired");
    assert_eq!(gone.ended.len(), 9);
}

#[tokio::test(start_paused = true)]
async fn the_run_ends_where_the_first_ten_accounts_deny_their_role() {
    let denied = async |target: Target| End::Denied(bare(&target, Outcome::Unreachable));
    let but_the_tenth = async |target: Target| match number(&target) {
        10 => End::Alone(bare(&target, Outcome::Unchanged)),
        _ => End::Denied(bare(&target, Outcome::Unreachable)),
    };
    let one = Limits {
        at_once: 1,
        ..LIMITS
    };
    let (_stopping, stop) = running();
    let gone = run(&[targets(1..=50)], one, &stop, denied, |_| {}).await;
    assert!(matches!(gone.stopped, Some(Stopped::AllDenied)));
    let tried = outcomes(&gone);
    let tried = tried.iter().filter(|it| **it == Outcome::Unreachable);
    assert_eq!(tried.count(), 10);
    let gone = run(&[targets(1..=50)], one, &stop, but_the_tenth, |_| {}).await;
    assert!(gone.stopped.is_none(), "one account lets in");
    // The caller's own account is reached without the role.
    let but_the_callers = async |target: Target| match target.is_callers {
        true => End::Alone(bare(&target, Outcome::Unchanged)),
        false => End::Denied(bare(&target, Outcome::Unreachable)),
    };
    let mut all = targets(1..=50);
    all[3].is_callers = true;
    let gone = run(&[all], one, &stop, but_the_callers, |_| {}).await;
    assert!(matches!(gone.stopped, Some(Stopped::AllDenied)));
    assert_eq!(gone.ended[11].outcome, Outcome::NotStarted);
}
