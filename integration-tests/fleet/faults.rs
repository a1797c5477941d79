//! One account fails in every way of the fault list, at every call, while the others end as alone.
//!
//! In each run every second account fails at another call. Without `FAULTS=all` (`make fleet`) some calls
//! are tried, evenly spread, always the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use fleet_stub::{Answer, Kind, Reply, Request, Script, State, Turn, of_kinds};

use super::{Place, Ran, account};
use crate::faults::fault::Fault;
use crate::harness::call::Call;

/// How many calls the sample has.
const SAMPLE: usize = 6;

fn call(request: &Request) -> Call {
    let headers = |name: &str| request.header(name);
    let target = request.target.trim_start_matches('/');
    let body = request.body.as_bytes();
    Call::of(&request.method, target, headers, body)
}

/// A plan of so many accounts with everything in place, and the calls of an account.
fn undisturbed(accounts: usize) -> (Ran, Vec<Call>) {
    let calls = Arc::new(Mutex::new(BTreeSet::new()));
    let seen = Arc::clone(&calls);
    let script = Arc::new(move |request: &Request| -> Turn {
        if request.about() == account(1) {
            seen.lock().unwrap().insert(call(request));
        }
        Reply::As(State::Applied).into()
    });
    let ran = Place::new(accounts, script).run(&["fleet", "plan"]);
    assert_eq!(ran.count("unchanged"), accounts, "{}", ran.output);
    let calls = calls.lock().unwrap().clone();
    (ran, calls.into_iter().collect())
}

/// Lets each account in `aims` fail at its call.
fn failing(aims: BTreeMap<String, Call>, fault: Fault) -> Script {
    let struck = Mutex::new(BTreeMap::<String, usize>::new());
    let others = of_kinds([].into(), Kind::Holds(State::Applied));
    Arc::new(move |request: &Request| {
        let about = request.about();
        if aims.get(&about) != Some(&call(request)) {
            return others(request);
        }
        let mut struck = struck.lock().unwrap();
        let times = struck.entry(about).or_default();
        // A broken connection is tried again below the SDK too, so that its attempts cannot be counted here.
        if *times >= fault.times() && fault != Fault::AlwaysLost {
            return others(request);
        }
        *times += 1;
        reply(fault, request).into()
    })
}

fn reply(fault: Fault, request: &Request) -> Reply {
    let Some(answer) = fault.answer(&call(request)) else {
        return Reply::Nothing;
    };
    let content = answer.headers().get("content-type").unwrap_or_default();
    let body = answer.body().bytes().unwrap_or_default();
    let body = String::from_utf8_lossy(body);
    Reply::With(Answer::of(answer.status().as_u16(), content, &body))
}

#[test]
fn an_account_fails_in_every_way_while_others_end_as_alone() {
    let (_, mut calls) = undisturbed(1);
    if std::env::var("FAULTS").as_deref() != Ok("all") {
        let all = calls.len();
        calls = (0..SAMPLE)
            .map(|n| calls[n * all / SAMPLE].clone())
            .collect();
    }
    let accounts = 2 * calls.len();
    let (alone, _) = undisturbed(accounts);
    for fault in Fault::ALL {
        let aims = calls.iter().zip(0..).filter(|(call, _)| fault.fits(call));
        let aims = aims.map(|(call, number)| (account(2 * number + 1), call.clone()));
        let aims: BTreeMap<String, Call> = aims.collect();
        if aims.is_empty() {
            continue;
        }
        let place = Place::new(accounts, failing(aims.clone(), fault));
        let ran = place.run(&["fleet", "plan"]);
        for account in alone.accounts.keys() {
            let aim = aims.get(account);
            let (ending, as_alone) = (ran.ending(account), alone.ending(account));
            match aim {
                // Without some calls a plan can do.
                Some(call) if !fault.passes() && ending != as_alone => {
                    let failed = ["failed", "unreachable"].contains(&ran.outcome(account));
                    assert!(failed, "{fault} at {call}: {ending}");
                }
                _ => assert_eq!(ending, as_alone, "{fault} at {aim:?}"),
            }
        }
    }
}
