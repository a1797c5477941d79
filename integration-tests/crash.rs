//! Kills the program at a request with SIGKILL. The next run must reach exactly the state of an
//! undisturbed run.
//!
//! A trial is one request of one scenario and one of two moments: the process is killed before AWS
//! receives the request, or after AWS carried it out and before the process receives the answer. With
//! `KILLS=all` (`make test-crash`) every request that writes is tried at both moments, and every
//! request that reads at the first. Otherwise an evenly spread sample is tried, always the same.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt};
use provision::aws::Session;
use rustix::process::Signal;

use crate::faults::account::{Account, Command, session};
use crate::faults::scenario::Scenario;
use crate::faults::table::Table;
use crate::faults::{differences, say};
use crate::harness::{self, Call, Moment, Output};

/// How many trials the sample has.
const SAMPLE: usize = 20;
/// How many trials run at the same time. A run that finds a deployment in part waits for most of its time.
const AT_ONCE: usize = 16;

/// When a process is killed.
#[derive(Debug, Clone)]
struct Kill {
    scenario: Scenario,
    call: Call,
    moment: Moment,
}

/// A column of the table.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct What(Moment, bool);

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let when = match self.0 {
            Moment::Arrived => "before",
            Moment::Answered => "after",
        };
        let kind = if self.1 { "write" } else { "read" };
        write!(f, "killed {when} {kind}")
    }
}

impl fmt::Display for Kill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Kill {
            scenario,
            call,
            moment,
        } = self;
        let number = call.earlier + 1;
        let what = What(*moment, call.is_write);
        write!(f, "{}, {what} {number} of {}", scenario.name(), call.name)
    }
}

/// The requests of an undisturbed run, and the account after it.
struct Undisturbed {
    calls: Vec<Call>,
    state: BTreeMap<String, String>,
}

/// An account, seen from within this process and from the program.
struct Place {
    scenario: Scenario,
    account: Account,
    program: Arc<harness::Account>,
}

impl Place {
    fn new(session: &Session, scenario: Scenario) -> Self {
        let program = harness::Account::new(&[]);
        Place {
            scenario,
            account: Account::new(program.id.clone(), session, &scenario.settings()),
            program: Arc::new(program),
        }
    }

    /// Runs the scenario's command in a process, to its end or to `kill`.
    async fn run(&self, kill: Option<Kill>) -> Output {
        let settings = self.scenario.settings();
        let mut args = vec!["--yes", "--config", settings.to_str().expect("UTF-8")];
        match self.scenario.command() {
            Command::Apply => {
                args.splice(0..0, ["apply", "--remove-restrictions"]);
            }
            Command::Destroy { empty_bucket } => {
                args.splice(0..0, ["destroy", "--key-deletion-days=7"]);
                args.extend(empty_bucket.then_some("--empty-bucket"));
            }
        }
        let program = Arc::clone(&self.program);
        let command = program.command(&args);
        let run = move || match kill {
            None => program.run(command),
            Some(Kill {
                call: aim, moment, ..
            }) => program.run_watched(command, move |process, call, now| {
                let here = now == moment && call.name == aim.name && call.earlier == aim.earlier;
                if here {
                    process.send(Signal::KILL);
                }
                !here
            }),
        };
        let finished = tokio::task::spawn_blocking(run);
        finished.await.expect("no secret is shown")
    }
}

async fn undisturbed(session: &Session, scenario: Scenario) -> Undisturbed {
    let place = Place::new(session, scenario);
    scenario.prepare(&place.account).await;
    let calls = place.run(None).await.exits(0).calls;
    let state = place.account.state(scenario.command()).await;
    Undisturbed {
        calls,
        state: state.expect("a state"),
    }
}

/// Makes a trial; the error is what differs from an undisturbed run.
async fn survive(kill: Kill, session: &Session, seen: &Undisturbed) -> Result<(), String> {
    let scenario = kill.scenario;
    let place = Place::new(session, scenario);
    let foreign = scenario.prepare(&place.account).await;
    let killed = place.run(Some(kill)).await;
    if killed.code().is_some() {
        return Err(format!("the process was not killed: {killed}"));
    }
    let next = place.run(None).await;
    if next.code() != Some(0) {
        return Err(format!("the next run failed: {next}"));
    }
    let mut writes = killed.calls.iter().chain(&next.calls);
    let theirs = |call: &&Call| {
        call.is_write
            && foreign
                .iter()
                .any(|name| call.request.contains(name.as_str()))
    };
    if let Some(call) = writes.find(theirs) {
        return Err(format!("{} names what is not ours", call.name));
    }
    let state = place.account.state(scenario.command()).await?;
    if state == seen.state {
        Ok(())
    } else {
        Err(differences(&seen.state, &state))
    }
}

/// The kills of a scenario: every write at both moments, and every read at the first.
fn kills(scenario: Scenario, calls: &[Call]) -> Vec<Kill> {
    let (writes, reads): (Vec<_>, Vec<_>) = calls.iter().partition(|call| call.is_write);
    let at = |moment| {
        move |call: &Call| Kill {
            scenario,
            call: call.clone(),
            moment,
        }
    };
    // The number of repeated reads is not the same in each run.
    let mut reads: Vec<_> = reads.into_iter().filter(|call| call.earlier == 0).collect();
    reads.sort_by(|one, other| one.name.cmp(&other.name));
    let mut kills: Vec<Kill> = Vec::new();
    for moment in [Moment::Arrived, Moment::Answered] {
        kills.extend(writes.iter().copied().map(at(moment)));
    }
    kills.extend(reads.into_iter().map(at(Moment::Arrived)));
    kills
}

#[tokio::test]
async fn after_a_kill_at_any_call_the_next_run_finishes_the_work() {
    let started = Instant::now();
    let session = session().await;

    let mut seen = BTreeMap::new();
    let mut trials = Vec::new();
    let undisturbed = Scenario::ALL.map(|scenario| Box::pin(undisturbed(&session, scenario)));
    for (scenario, undisturbed) in Scenario::ALL.into_iter().zip(join_all(undisturbed).await) {
        trials.extend(kills(scenario, &undisturbed.calls));
        seen.insert(scenario, undisturbed);
    }
    let all = trials.len();
    match std::env::var("KILLS").as_deref() {
        Ok("all") => {}
        Ok(text) => trials.retain(|trial| trial.to_string().contains(text)),
        Err(_) => {
            let picked = (0..SAMPLE).map(|n| trials[n * all / SAMPLE].clone());
            trials = picked.collect();
        }
    }
    say(&format!(
        "\n{} of {all} kills; `make test-crash` makes all",
        trials.len()
    ));

    let mut table = Table::new();
    let running = stream::iter(trials).map(|kill| {
        let (session, seen) = (&session, &seen[&kill.scenario]);
        async move {
            let result = Box::pin(survive(kill.clone(), session, seen)).await;
            (kill, result)
        }
    });
    let mut running = running.buffer_unordered(AT_ONCE);
    while let Some((kill, result)) = running.next().await {
        if let Err(why) = &result {
            say(&format!("NOT SURVIVED {kill}\n    {why}"));
        }
        let what = What(kill.moment, kill.call.is_write);
        table.add(kill.scenario, what, result.is_ok());
    }
    say(&format!("\n{table}in {} s", started.elapsed().as_secs()));
    assert!(table.all_survived(), "the kills above were not survived");
}
