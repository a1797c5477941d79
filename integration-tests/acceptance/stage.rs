//! What all scenarios share, and a step of a scenario.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use provision::aws::Aws;
use serde_json::json;
use tokio::sync::watch;

use crate::names::Names;
use crate::program::{Program, Run};
use crate::record::{Record, say};

/// What all scenarios share.
pub struct Stage {
    pub aws: Aws,
    pub names: Names,
    pub program: Program,
    pub record: Record,
    /// Where the settings files are written.
    pub folder: PathBuf,
    /// Where the report is written.
    pub report: PathBuf,
    /// How long to wait for an object in the bucket.
    pub delivery: Duration,
    /// How long a read is repeated after a write.
    pub reads: Duration,
    /// The deployments of which nothing is left.
    pub removed: RefCell<BTreeSet<&'static str>>,
    /// True once the person wants the run to end.
    pub stop: watch::Receiver<bool>,
    /// Set while what was made is removed, which goes on after the first Ctrl-C.
    pub cleaning: Cell<bool>,
}

/// A scenario ended before its last step; the record has the reason.
pub struct Ended;

/// The program's settings in one scenario.
pub struct Config<'a> {
    pub scenario: &'a str,
    pub text: String,
}

impl Stage {
    /// Whether the person wants the run to end, and nothing is to be begun.
    pub fn stopped(&self) -> bool {
        *self.stop.borrow() && !self.cleaning.get()
    }

    /// Waits; false if the person wants the run to end.
    pub async fn pause(&self, length: Duration) -> bool {
        if self.cleaning.get() {
            tokio::time::sleep(length).await;
            return true;
        }
        let mut stop = self.stop.clone();
        tokio::select! {
            () = tokio::time::sleep(length) => true,
            // Where nobody can stop the run, only the time ends the wait.
            Ok(_) = stop.wait_for(|stops| *stops) => false,
        }
    }

    /// Runs the program and records the run, its calls, and what `judge` finds wrong with it.
    pub async fn step(
        &self,
        config: &Config<'_>,
        name: &str,
        args: &[&str],
        judge: impl FnOnce(&Run) -> Result<(), String>,
    ) -> Result<Run, Ended> {
        if self.stopped() {
            return Err(self.went_wrong(config.scenario, name, "stopped by the person"));
        }
        say(format_args!("{}: {name} ... ", config.scenario));
        let file = self.folder.join("provision.toml");
        let written = std::fs::write(&file, &config.text);
        let run = match written {
            Ok(()) => self.program.run(&file, args).await,
            Err(error) => Err(error),
        };
        let run = match run {
            Ok(run) => run,
            Err(error) => return Err(self.went_wrong(config.scenario, name, &error.to_string())),
        };
        for call in &run.calls {
            self.record.add(
                "call",
                json!({"scenario": config.scenario, "step": name, "operation": call.operation,
                    "region": call.region, "resource": call.resource, "answer": call.answer,
                    "millis": call.millis}),
            );
        }
        for wait in run.waits() {
            self.record.add(
                "wait",
                json!({"scenario": config.scenario, "step": name, "address": wait["address"],
                    "for": wait["for"]}),
            );
        }
        let mut wrong = judge(&run).err();
        if self.stopped() {
            wrong = Some("stopped by the person".to_owned());
        }
        let seconds = run.took.as_secs_f64();
        say(format_args!(
            "{} ({seconds:.1} s)\n",
            wrong.as_deref().unwrap_or("well")
        ));
        self.record.add(
            "step",
            json!({"scenario": config.scenario, "step": name, "args": args, "code": run.code,
                "seconds": seconds, "calls": run.calls.len(), "writes": run.writes().len(),
                "wrong": wrong, "stderr": run.stderr}),
        );
        match wrong {
            None => Ok(run),
            Some(_) => Err(Ended),
        }
    }

    /// Records a step that was done without the program.
    pub fn done<T>(
        &self,
        scenario: &str,
        name: &str,
        since: Instant,
        result: Result<T, String>,
    ) -> Result<T, Ended> {
        let value = result.map_err(|wrong| self.went_wrong(scenario, name, &wrong))?;
        let seconds = since.elapsed().as_secs_f64();
        say(format_args!(
            "{scenario}: {name} ... well ({seconds:.1} s)\n"
        ));
        self.record.add(
            "step",
            json!({"scenario": scenario, "step": name, "seconds": seconds}),
        );
        Ok(value)
    }

    /// Records a step that failed.
    pub fn went_wrong(&self, scenario: &str, name: &str, wrong: &str) -> Ended {
        say(format_args!("{scenario}: {name} ... {wrong}\n"));
        self.record.add(
            "step",
            json!({"scenario": scenario, "step": name, "wrong": wrong}),
        );
        Ended
    }
}

/// The run must end with 0.
pub fn ends_well(run: &Run) -> Result<(), String> {
    ends_with(run, 0)
}

fn ends_with(run: &Run, expected: i32) -> Result<(), String> {
    match run.code {
        Some(code) if code == expected => Ok(()),
        Some(code) => Err(format!("exit code {code}: {}", run.why())),
        None => Err("the program was killed".to_owned()),
    }
}

/// The run must end with 0 and write nothing.
pub fn writes_nothing(run: &Run) -> Result<(), String> {
    ends_well(run)?;
    match run.writes() {
        writes if writes.is_empty() => Ok(()),
        writes => Err(format!("it wrote {}", writes.join(", "))),
    }
}

/// The plan must have no changes.
pub fn has_no_changes(run: &Run) -> Result<(), String> {
    match run.changes()? {
        changes if changes.is_empty() => ends_well(run),
        changes => Err(format!("it shows {changes:?}")),
    }
}

/// The plan must create everything.
pub fn creates_all(run: &Run) -> Result<(), String> {
    creates(run, |_| false)
}

/// The plan must create everything but the key, which it takes back while AWS still has it.
pub fn creates_all_but_the_key(run: &Run) -> Result<(), String> {
    creates(run, |address| address.starts_with("kms_key."))
}

fn creates(run: &Run, updates: impl Fn(&str) -> bool) -> Result<(), String> {
    let steps = run.steps()?;
    let expected = |(address, action): &&(String, String)| {
        action == "create" || action == "update" && updates(address)
    };
    let other = steps.iter().find(|step| !expected(step));
    match other {
        None => ends_with(run, 2),
        Some(other) => Err(format!("it shows {other:?}")),
    }
}

/// The plan must have exactly these changes, by address and action.
pub fn shows(expected: Vec<(String, &str)>) -> impl FnOnce(&Run) -> Result<(), String> {
    move |run| {
        let mut found = run.changes()?;
        found.sort();
        let mut expected: Vec<(String, String)> = expected
            .into_iter()
            .map(|(address, action)| (address, action.to_owned()))
            .collect();
        expected.sort();
        match found == expected {
            true => Ok(()),
            false => Err(format!("it shows {found:?} instead of {expected:?}")),
        }
    }
}

pub const PLAN: [&str; 3] = ["plan", "--json", "--detailed-exitcode"];
pub const APPLY: [&str; 3] = ["apply", "--yes", "--json"];
pub const DESTROY: [&str; 5] = ["destroy", "--yes", "--json", "--key-deletion-days", "7"];
