//! A person stops the change of a fleet with a signal.

use std::sync::atomic::{AtomicBool, Ordering};

use rustix::process::Signal;

use super::Fleet;
use crate::harness::{Moment, Output};

const APPLY: &[&str] = &["apply", "--yes", "--no-preflight"];

/// Runs an apply, and sends `signals` while the canary, which is the first wave, waits for the answer to its first
/// write.
fn stopped(fleet: &Fleet, signals: &'static [Signal]) -> Output {
    let command = fleet.command(APPLY);
    let is_sent = AtomicBool::new(false);
    fleet
        .caller
        .run_watched(command, move |process, call, moment| {
            let here = call.operation.contains("CreateRole") && moment == Moment::Answered;
            if !here || is_sent.swap(true, Ordering::Relaxed) {
                return true;
            }
            process.send(signals[0]);
            process.until_it_says("Interrupted: waiting for the accounts under way.");
            if let Some(second) = signals.get(1) {
                process.send(*second);
                process.until_gone();
            }
            true
        })
}

#[tokio::test]
async fn after_a_signal_the_accounts_under_way_finish_and_no_other_begins() {
    let fleet = Fleet::new().await;
    let apply = stopped(&fleet, &[Signal::INT]).exits(130);
    let ended = fleet.all(["not_started", "done", "not_started"]);
    assert_eq!(fleet.reported(), ended, "{apply}");
    apply.says("Stopped before wave 2 of 2");
    assert!(!fleet.has_role(0).await && !fleet.has_role(2).await);
    let (again, ended) = fleet.run(&[APPLY, &["--retry", "report.jsonl"]].concat());
    again.exits(0);
    let mut left = fleet.all(["done"; 3]);
    left.remove(1);
    assert_eq!(ended, left);
}

#[tokio::test]
async fn a_second_signal_ends_the_program_and_names_the_accounts_under_way() {
    let fleet = Fleet::new().await;
    let apply = stopped(&fleet, &[Signal::INT, Signal::INT]).exits(130);
    apply.says(&format!(
        "Interrupted in the middle of the work on {}.",
        fleet.id(1)
    ));
    let report = fleet.caller.path("report.jsonl");
    assert!(!report.exists(), "nobody knows how the account ended");
    let (again, ended) = fleet.run(APPLY);
    again.exits(0);
    assert_eq!(ended, fleet.all(["done"; 3]));
}
