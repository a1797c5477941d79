//! Who signs what, in any order of answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use fleet_stub::{Kind, Reply, State, Turn, of_kinds};

use super::Place;
use crate::harness::random::{Random, number};

/// How many seeds are tried without `SEEDS`.
const SAMPLE: u64 = 6;

#[test]
fn seventy_accounts_at_once_need_one_session_each() {
    let script = of_kinds([].into(), Kind::Holds(State::Applied));
    let place = Place::new(70, script);
    let ran = place.run(&["fleet", "plan", "--accounts-at-once", "70"]);
    assert_eq!(ran.code, Some(0), "{}", ran.output);
    assert_eq!(ran.count("unchanged"), 70);
    assert_eq!(ran.counts.assumed.len(), 70);
    assert!(ran.counts.assumed.values().all(|times| *times == 1));
}

/// Requests are answered in another order for each seed, and some connections end. The stub refuses and
/// counts what is signed by another account than the one that it is about.
#[test]
fn no_request_is_signed_by_another_account_in_any_order() {
    let seeds = number("SEEDS").unwrap_or(SAMPLE);
    let all: Vec<u64> = (0..seeds).collect();
    for some in all.chunks(2) {
        thread::scope(|scope| {
            for seed in some {
                scope.spawn(|| race(*seed));
            }
        });
    }
}

fn race(seed: u64) {
    let number = Arc::new(AtomicU64::new(0));
    let script = Arc::new(move |_: &fleet_stub::Request| {
        let number = number.fetch_add(1, Ordering::Relaxed);
        let mut random = Random::of(seed << 32 | number);
        let reply = match random.below(100) {
            0 => Reply::Nothing,
            _ => Reply::As(State::Applied),
        };
        Turn {
            delay: Duration::from_millis(random.below(20)),
            ..reply.into()
        }
    });
    let ran = Place::new(8, script).run(&["fleet", "plan", "--accounts-at-once", "5"]);
    assert_eq!(ran.count("unchanged"), 8, "seed {seed}: {}", ran.output);
}
