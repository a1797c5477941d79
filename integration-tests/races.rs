//! Two runs at once in one account, the second after a random delay.
//!
//! There is no lock. Neither of two runs may crash, and after one more apply the account must be as
//! after a single run: one key, no orphan, an empty plan. The seed is printed, and `RACE_SEED` repeats
//! it.
//!
//! Two runs with different settings may wait two minutes for what the other run overwrites or removes.
//! They are started only if `RACES` is a number of rounds (`make races`).

use std::collections::BTreeSet;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::Builder;

use crate::faults::say;
use crate::harness::random::{Random, number};
use crate::harness::{Account, MAIN, Moment, OTHER, Output, inventory};

/// The number of races that are run without `RACES`.
const SAMPLE: usize = 2;
/// The longest delay of the second run.
const LATEST: u64 = 1_500;

/// Two commands that run at once.
struct Race {
    why: &'static str,
    /// Whether the deployment exists before.
    applied: bool,
    one: &'static [&'static str],
    other: &'static [&'static str],
    /// The command that is run after both have ended, with every region of both.
    quiet: &'static [&'static str],
}

const APPLY: &[&str] = &["apply", "--yes"];
const WIDE: &[&str] = &["apply", "--yes", "--region", MAIN, "--region", OTHER];
const DESTROY: &[&str] = &["destroy", "--yes"];
const RACES: [Race; 7] = [
    Race {
        why: "the same apply twice",
        applied: false,
        one: APPLY,
        other: APPLY,
        quiet: APPLY,
    },
    Race {
        why: "the same destroy twice",
        applied: true,
        one: DESTROY,
        other: DESTROY,
        quiet: APPLY,
    },
    Race {
        why: "an apply and the destroy of an existing deployment",
        applied: true,
        one: APPLY,
        other: DESTROY,
        quiet: APPLY,
    },
    Race {
        why: "an apply to an empty account and a destroy",
        applied: false,
        one: APPLY,
        other: DESTROY,
        quiet: APPLY,
    },
    Race {
        why: "two applies with other tags",
        applied: false,
        one: APPLY,
        other: &["apply", "--yes", "--tag", "team=other"],
        quiet: APPLY,
    },
    Race {
        why: "one apply with a key and one without",
        applied: false,
        one: APPLY,
        other: &["apply", "--yes", "--encryption", "none"],
        quiet: APPLY,
    },
    Race {
        why: "one apply with a second region and one without",
        applied: false,
        one: WIDE,
        other: APPLY,
        quiet: WIDE,
    },
];

/// Everything in the account, without the id of the key.
async fn everything(account: &Account) -> Vec<String> {
    let found: BTreeSet<String> = inventory::of(account, &[MAIN, OTHER]).await;
    let mut found: Vec<String> = found
        .into_iter()
        .map(|line| match line.strip_prefix("key ") {
            Some(rest) => format!("key{}", &rest[rest.find(' ').expect("a region")..]),
            None => line.replace(&account.id, "ACCOUNT"),
        })
        .collect();
    found.sort();
    found
}

/// Runs both commands, the second after `delay`.
fn run_both(account: &Arc<Account>, race: &Race, delay: Duration) -> [Output; 2] {
    thread::scope(|scope| {
        let one = scope.spawn(|| account.run_beside(account.command(race.one)));
        thread::sleep(delay);
        let other = account.run_beside(account.command(race.other));
        [one.join().expect("no secret is shown"), other]
    })
}

/// Words of the failures that another run may cause.
const CAUSES: [(&str, &str); 7] = [
    ("changed after the plan", "the other run wrote to it"),
    ("did not settle", "the other run overwrites it"),
    ("Something still uses it", "the other run uses it"),
    ("NoSuch", "the other run removed it"),
    ("NotFound", "the other run removed it"),
    ("AlreadyExists", "the other run created it"),
    ("Conflict", "the other run writes to it"),
];

/// The failures of a run that the other run cannot have caused.
fn wrong_with(run: &Output) -> Vec<String> {
    let mut wrong = Vec::new();
    let lines = || run.stderr.lines();
    // While the run is under way, a step that was not done has a line of its own.
    let undone = lines().filter(|line| line.starts_with("! ")).count();
    let unknown = lines().filter(|line| line.starts_with("? "));
    wrong.extend(unknown.map(|line| format!("no answer was lost: {line}")));
    // The reasons follow, in a paragraph for each failure.
    let reports: Vec<&str> = run
        .stderr
        .split("\n\n")
        .filter(|it| is_report(it))
        .collect();
    let explained = |report: &str| CAUSES.iter().any(|(words, _)| report.contains(words));
    let unexplained = reports.iter().filter(|report| !explained(report));
    wrong.extend(unexplained.map(|report| format!("no other run causes this: {report}")));
    let (code, panicked) = (run.code(), run.stderr.contains("panicked"));
    let fits = match code {
        Some(0) => undone == 0 && reports.is_empty(),
        Some(1) => !reports.is_empty(),
        _ => false,
    };
    if panicked || !fits {
        wrong.push(format!("the exit code {code:?} does not match the report"));
    }
    wrong
}

/// Whether a paragraph is the report of a failure, of the whole run or of a step.
fn is_report(paragraph: &str) -> bool {
    paragraph.starts_with("Error: ") || paragraph.contains("\nCaused by:\n")
}

async fn check_race(race: &Race, delay: Duration, context: &str) {
    let reference = Account::new(&[MAIN]);
    reference.provision(race.quiet).exits(0);
    let undisturbed = everything(&reference).await;
    let account = if race.applied {
        Account::applied(&[MAIN])
    } else {
        Account::new(&[MAIN])
    };
    let account = Arc::new(account);
    let runs = run_both(&account, race, delay);
    for run in &runs {
        assert_eq!(wrong_with(run), [""; 0], "{context}: {run}");
    }
    let both = runs.iter().map(ToString::to_string).collect::<String>();
    if race.one == race.other {
        // What both commands ask for is done, by either run.
        let codes = runs.each_ref().map(Output::code);
        assert_eq!(codes, [Some(0); 2], "{context}, after\n{both}");
        let left = account.provision(&[race.one[0], "--yes"]);
        assert_eq!(left.code(), Some(0), "{context}: {left}\nafter\n{both}");
        assert_eq!(left.writes(), [""; 0], "{context}: {left}\nafter\n{both}");
    }
    let quiet = account.provision(race.quiet);
    assert_eq!(quiet.code(), Some(0), "{context}: {quiet}\nafter\n{both}");
    account.plan(&race.quiet[2..]).has_no_changes();
    let found = everything(&account).await;
    assert_eq!(found, undisturbed, "{context}, after\n{both}");
}

/// Runs two applies. Each creates its key only after both have found none.
fn make_two_keys(account: &Arc<Account>) -> [Output; 2] {
    let both = Barrier::new(2);
    account.watch(move |call, moment| {
        if call.operation == "CreateKey" && moment == Moment::Arrived {
            both.wait();
        }
        true
    });
    run_both(account, &RACES[0], Duration::ZERO)
}

#[tokio::test]
async fn of_two_keys_that_are_created_at_once_one_is_scheduled_for_deletion() {
    let account = Arc::new(Account::new(&[MAIN]));
    for run in make_two_keys(&account) {
        run.exits(0).says("kms_key.integration@eu-west-1 created");
    }
    let kms = account.kms(MAIN);
    let mut states = Vec::new();
    for key in kms.list_keys().send().await.unwrap().keys() {
        let key = kms.describe_key().key_id(key.key_id().unwrap()).send();
        let key = key.await.unwrap().key_metadata.unwrap();
        states.push(key.key_state().unwrap().to_string());
    }
    states.sort();
    assert_eq!(states, ["Enabled", "PendingDeletion"]);
    account.plan(&[]).has_no_changes();
}

#[test]
fn a_second_key_that_cannot_be_scheduled_for_deletion_is_reported() {
    let account = Arc::new(Account::new(&[MAIN]));
    let (code, message) = ("AccessDeniedException", "an explicit deny");
    account.refuse_in_json("ScheduleKeyDeletion", code, message);
    let runs = make_two_keys(&account);
    // Another run cannot cause this failure.
    let wrong: Vec<String> = runs.iter().flat_map(wrong_with).collect();
    assert!(wrong.iter().any(|it| it.contains(message)), "{wrong:?}");
    let told = runs.iter().any(|run| {
        let denied = "kms:ScheduleKeyDeletion failed on kms_key.integration@eu-west-1";
        run.code() == Some(1) && run.stderr.contains(denied) && run.stderr.contains(message)
    });
    assert!(told, "{}{}", runs[0], runs[1]);
}

#[test]
fn after_two_runs_at_once_one_apply_corrects_everything() {
    let seed = number("RACE_SEED").unwrap_or_else(Random::seed);
    let rounds = number("RACES");
    let races = if rounds.is_some() {
        RACES.len()
    } else {
        SAMPLE
    };
    let mut random = Random::of(seed);
    let started = Instant::now();
    for round in 1..=rounds.unwrap_or(1) {
        // The races of one round run at the same time, each in an account of its own.
        thread::scope(|scope| {
            for race in &RACES[..races] {
                let delay = Duration::from_millis(random.below(LATEST));
                let context = format!(
                    "{}, {} ms apart, in round {round} of the seed {seed}",
                    race.why,
                    delay.as_millis()
                );
                scope.spawn(move || {
                    let runtime = Builder::new_current_thread().enable_all().build();
                    let race = check_race(race, delay, &context);
                    runtime.expect("a runtime").block_on(race);
                });
            }
        });
    }
    say(&format!(
        "{} races survived in {} s, seed {seed}",
        rounds.unwrap_or(1) * races as u64,
        started.elapsed().as_secs()
    ));
}
