//! How many accounts may fail, what changed between question and turn, and how much memory accounts take.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use fleet_stub::{Kind, Reply, Request, State, Turn, of_kinds};

use super::{Place, account};

#[test]
fn no_account_begins_after_more_have_failed_than_may() {
    let script = of_kinds([].into(), Kind::ReadDenied);
    for (most, at_once) in [(0, 1), (0, 4), (2, 3)] {
        let place = Place::new(12, script.clone());
        let ran = place.run(&[
            "fleet",
            "plan",
            &format!("--max-failures={most}"),
            &format!("--accounts-at-once={at_once}"),
        ]);
        assert_eq!(ran.code, Some(1), "{}", ran.output);
        let (failed, left) = (ran.count("failed"), ran.count("not_started"));
        let may = most + 1..=most + at_once;
        assert!(
            may.contains(&failed),
            "{failed} of {may:?} failed: {}",
            ran.output
        );
        assert_eq!(failed + left, 12, "{}", ran.output);
        assert_eq!(ran.counts.assumed.len(), failed);
    }
}

/// Somebody deletes everything after the accounts were read for the question.
#[test]
fn an_account_that_changed_since_the_question_is_left_as_it_is() {
    let read = Mutex::new(BTreeMap::<String, usize>::new());
    let changed = account(2);
    let script = Arc::new(move |request: &Request| -> Turn {
        let mut read = read.lock().unwrap();
        let times = read.entry(request.account.clone()).or_default();
        *times += usize::from(request.operation == "GetAccountAuthorizationDetails");
        let state = match (request.account == changed, *times) {
            (false, _) => State::Applied,
            (true, 0 | 1) => State::Drifted,
            (true, _) => State::Applied,
        };
        Reply::As(state).into()
    });
    let ran = Place::new(3, script).run(&["fleet", "apply", "--yes", "--no-preflight"]);
    assert_eq!(ran.code, Some(1), "{}", ran.output);
    assert_eq!(ran.outcome(&account(2)), "stale", "{}", ran.output);
    for other in [account(1), account(3)] {
        let outcome = ran.outcome(&other);
        assert!(
            ["done", "unchanged"].contains(&outcome),
            "{outcome}: {}",
            ran.output
        );
    }
}

/// Each account that is read needs some megabytes, and what is kept of it some hundred bytes.
#[test]
fn memory_does_not_grow_with_the_accounts_that_ended() {
    const ACCOUNTS: usize = 60;
    const WARM: usize = 20;
    /// KiB.
    const MOST: u64 = 3 * 1024;
    let process = Arc::new(OnceLock::<u32>::new());
    let peaks = Arc::new([AtomicU64::new(0), AtomicU64::new(0)]);
    let (of_script, seen) = (Arc::clone(&process), Arc::clone(&peaks));
    let assumed = AtomicU64::new(0);
    let script = Arc::new(move |request: &Request| -> Turn {
        if request.operation == "AssumeRole" {
            let number = assumed.fetch_add(1, Ordering::Relaxed) as usize;
            let peak = peak_memory(*of_script.wait());
            let which = usize::from(number >= WARM);
            seen[which].fetch_max(peak, Ordering::Relaxed);
        }
        Reply::As(State::Applied).into()
    });
    let place = Place::new(ACCOUNTS, script);
    let started = place
        .command(&["fleet", "plan", "--accounts-at-once", "4"])
        .spawn();
    let child = started.expect("the program can be started");
    process.set(child.id()).expect("it is set once");
    let ran = place.ran(child.wait_with_output().expect("it ends"));
    assert_eq!(ran.count("unchanged"), ACCOUNTS, "{}", ran.output);
    let [warm, end] = [&peaks[0], &peaks[1]].map(|it| it.load(Ordering::Relaxed));
    assert!(
        end < warm + MOST,
        "{warm} KiB after {WARM} accounts, {end} KiB after {ACCOUNTS}"
    );
}

/// The most memory that a process has had resident until now, in KiB; zero where the system does not
/// report it as Linux does.
fn peak_memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|it| it.trim().strip_suffix(" kB")?.parse().ok());
    peak.unwrap_or_default()
}
