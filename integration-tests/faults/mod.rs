//! Makes every AWS call of a run fail, in every way in which AWS and the network can fail. The run
//! must report the failure, and the next run must reach the state of an undisturbed run.
//!
//! Faults are injected beneath the SDK, because the SDK's own retries are tested too. A trial is one
//! call and one fault, in an account of its own: the run must end as the fault allows, no request that
//! writes may name what is not ours, and after one more run without faults everything in the account
//! must be exactly as after an undisturbed run. All trials together take too long for every test run:
//! with `FAULTS=all` (`make sweep`) every call is tried with every fault, otherwise with one fault,
//! always the same. There are also runs in which every call fails once, which are always made.

pub mod account;
mod connector;
mod drift;
pub mod fault;
pub mod scenario;
pub mod table;
mod trial;

pub use self::trial::differences;

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::stream::{self, StreamExt};

use self::account::session;
use self::connector::Aim;
use self::fault::Fault;
use self::scenario::Scenario;
use self::table::Table;
use self::trial::{Accounts, Met, Trial, Undisturbed};

/// The number of trials at the same time; the sample runs beside other tests.
const AT_ONCE: usize = 6;
const AT_ONCE_ALONE: usize = 14;
/// The longest time of a trial. A longer one waits for something that never happens.
const LIMIT: Duration = Duration::from_secs(120);

/// Prints a line, also if the test passes.
pub fn say(line: &str) {
    // `eprintln!` would print nothing if the test passes.
    writeln!(std::io::stderr(), "{line}").expect("standard error can be written");
}

#[tokio::test]
async fn after_a_failure_of_any_call_the_next_run_finishes_the_work() {
    let started = Instant::now();
    let accounts = Arc::new(Accounts::new(session().await));

    let mut undisturbed = BTreeMap::new();
    let mut trials = Vec::new();
    let mut storms = Vec::new();
    for scenario in Scenario::ALL {
        let seen = Arc::new(Undisturbed::observe(&accounts, scenario).await);
        for fault in Fault::ALL {
            let fitting = seen.requests.iter().filter(|sent| fault.fits(&sent.call));
            let single = fitting.map(|sent| Trial {
                scenario,
                fault,
                aim: Aim::One(sent.call.clone(), sent.earlier, fault),
            });
            trials.extend(single);
            if fault.passes() {
                storms.push(Trial {
                    scenario,
                    fault,
                    aim: Aim::Every(fault),
                });
            }
        }
        undisturbed.insert(scenario.name(), seen);
    }
    let all = trials.len();
    match std::env::var("FAULTS").as_deref() {
        Ok("all") => {}
        Ok(text) => trials.retain(|trial| trial.to_string().contains(text)),
        Err(_) => trials = sample(&trials),
    }
    say(&format!(
        "\n{} of {all} single trials, and {} with the fault at every call; `make sweep` makes all",
        trials.len(),
        storms.len()
    ));

    let (mut at_one_call, mut at_every_call) = (Table::new(), Table::new());
    let mut failures = String::new();
    let (mut made, mut not_met) = (0, 0);
    let at_once = match std::env::var_os("FAULTS") {
        None => AT_ONCE,
        Some(_) => AT_ONCE_ALONE,
    };
    let batches = [
        (trials, at_once, &mut at_one_call),
        (storms, 2, &mut at_every_call),
    ];
    for (batch, at_once, table) in batches {
        let running = stream::iter(batch).map(|trial| {
            let accounts = Arc::clone(&accounts);
            let seen = Arc::clone(&undisturbed[trial.scenario.name()]);
            async move {
                let made = tokio::time::timeout(LIMIT, Box::pin(trial.make(&accounts, &seen)));
                let made = made.await;
                let result =
                    made.unwrap_or_else(|_| Err(format!("no end within {} s", LIMIT.as_secs())));
                (trial, result)
            }
        });
        let mut running = running.buffer_unordered(at_once);
        while let Some((trial, result)) = running.next().await {
            made += 1;
            if made % 100 == 0 {
                say(&format!("{made} trials made"));
            }
            if result == Ok(Met::No) {
                not_met += 1;
                continue;
            }
            table.add(trial.scenario, trial.fault, result.is_ok());
            if let Err(why) = result {
                let line = format!("NOT SURVIVED {trial}\n    {why}");
                say(&line);
                failures = format!("{failures}\n{line}");
            }
        }
    }
    say(&format!(
        "\nat one call:\n\n{at_one_call}\nat every call:\n\n{at_every_call}\n\
         in {} s; {not_met} more came through without the call that was to fail",
        started.elapsed().as_secs()
    ));
    assert!(
        failures.is_empty() && at_every_call.all_survived(),
        "not every trial was survived{failures}"
    );
    // If `FAULTS` chooses a few trials, all of them may be such.
    assert!(
        not_met * 10 <= made || made < 20,
        "{not_met} of {made} trials never met their fault"
    );
}

/// A sample of the trials: every call of every scenario with one fault, each call with the next fault,
/// and every fault in every scenario.
fn sample(trials: &[Trial]) -> Vec<Trial> {
    let mut by_call: BTreeMap<(Scenario, String), Vec<&Trial>> = BTreeMap::new();
    for trial in trials {
        let at = (trial.scenario, trial.place());
        by_call.entry(at).or_default().push(trial);
    }
    let of_each_call = by_call.values().enumerate();
    let mut picked: Vec<&Trial> = of_each_call
        .map(|(n, fitting)| fitting[n % fitting.len()])
        .collect();
    for group in trials.chunk_by(|a, b| (a.scenario, a.fault) == (b.scenario, b.fault)) {
        let of_group = |it: &&Trial| (it.scenario, it.fault) == (group[0].scenario, group[0].fault);
        if !picked.iter().any(of_group) {
            picked.push(&group[group.len() / 2]);
        }
    }
    picked.into_iter().cloned().collect()
}
