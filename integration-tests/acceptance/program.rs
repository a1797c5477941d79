//! Runs the built program, and reads its calls from its log.

use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use provision::aws::Operation;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value as Json;

/// The program, with the external ID of the run.
pub struct Program {
    pub path: PathBuf,
    pub external_id: String,
    pub running: Running,
}

/// The process that runs now.
#[derive(Clone, Default)]
pub struct Running(Arc<Mutex<Option<Pid>>>);

/// A call of the program to AWS, as its log has it.
#[derive(Debug, PartialEq, Eq)]
pub struct Call {
    /// Service and operation, such as `iam:GetRole`.
    pub operation: String,
    pub region: Option<String>,
    pub resource: Option<String>,
    /// AWS's code if the call failed, or else `ok`.
    pub answer: String,
    pub millis: u64,
}

/// A run that has ended.
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    /// What was printed on stderr, without the log.
    pub stderr: String,
    pub calls: Vec<Call>,
    pub took: Duration,
}

impl Running {
    /// Passes Ctrl-C on to the process.
    pub fn interrupt(&self) {
        let pid = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pid) = *pid {
            // It was not waited for, so that its id is still its own.
            kill_process(pid, Signal::INT).expect("a process of ours");
        }
    }

    fn until_it_ends(&self, mut child: Child) -> std::io::Result<(ExitStatus, Vec<u8>, Vec<u8>)> {
        let mut stdout = child.stdout.take().expect("a pipe");
        let mut stderr = child.stderr.take().expect("a pipe");
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Pid::from_child(&child));
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let read = thread::scope(|scope| {
            let reading = scope.spawn(|| stdout.read_to_end(&mut out));
            let read = stderr.read_to_end(&mut err);
            reading.join().expect("no panic").and(read)
        });
        let mut pid = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let status = child.wait()?;
        *pid = None;
        read?;
        Ok((status, out, err))
    }
}

impl Program {
    /// Runs it with the settings in `config`.
    pub async fn run(&self, config: &Path, args: &[&str]) -> std::io::Result<Run> {
        let mut command = Command::new(&self.path);
        command
            .args(args)
            .args(["-vv", "--color=never", "--config"])
            .arg(config)
            .env("STS_EXTERNAL_ID", &self.external_id)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Ctrl-C at the terminal must reach this process alone, which decides what follows.
            .process_group(0);
        let (started, running) = (Instant::now(), self.running.clone());
        let ended = tokio::task::spawn_blocking(move || running.until_it_ends(command.spawn()?));
        let (status, stdout, stderr) = ended.await.expect("no panic")?;
        let stderr = String::from_utf8_lossy(&stderr);
        let (log, stderr): (Vec<&str>, Vec<&str>) = stderr
            .lines()
            .partition(|line| line.contains(" provision::"));
        Ok(Run {
            code: status.code(),
            stdout: String::from_utf8_lossy(&stdout).into_owned(),
            stderr: stderr.join("\n"),
            calls: log.into_iter().filter_map(Call::read).collect(),
            took: started.elapsed(),
        })
    }
}

impl Call {
    /// Reads a line of the log; `None` for one that is about no call.
    fn read(line: &str) -> Option<Self> {
        let (_, call) = line.split_once(" provision::aws::call: ")?;
        let mut words = call.split(' ');
        let operation = words.next()?.to_owned();
        let fields = words.filter_map(|word| word.split_once('='));
        let field = |name: &str| {
            let (_, value) = fields.clone().find(|(key, _)| *key == name)?;
            Some(value.trim_matches('"').to_owned())
        };
        Some(Call {
            operation,
            region: field("region"),
            resource: field("resource"),
            answer: field("error").unwrap_or_else(|| "ok".to_owned()),
            millis: field("millis")?.parse().ok()?,
        })
    }

    fn reads(&self) -> bool {
        let name = self.operation.split_once(':');
        name.is_some_and(|(_, name)| Operation::is_read(name))
    }
}

impl Run {
    /// Address and action of each step of the plan.
    pub fn steps(&self) -> Result<Vec<(String, String)>, String> {
        let plan: Json = serde_json::from_str(&self.stdout)
            .map_err(|error| format!("the plan is no JSON: {error}"))?;
        let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
        let steps = plan["resources"].as_array().into_iter().flatten();
        Ok(steps
            .map(|step| (text(&step["address"]), text(&step["action"])))
            .collect())
    }

    /// The same of each step that is not `keep`.
    pub fn changes(&self) -> Result<Vec<(String, String)>, String> {
        let mut steps = self.steps()?;
        steps.retain(|(_, action)| action != "keep");
        Ok(steps)
    }

    /// The operations that wrote, in their order.
    pub fn writes(&self) -> Vec<&str> {
        let writes = self.calls.iter().filter(|call| !call.reads());
        writes.map(|call| call.operation.as_str()).collect()
    }

    /// What `apply --json` and `destroy --json` waited for.
    pub fn waits(&self) -> Vec<Json> {
        self.events(|event| event["event"] == "waiting")
    }

    /// What they report as failed.
    pub fn failures(&self) -> Vec<Json> {
        self.events(|event| event["event"] == "error" || event["outcome"] == "failed")
    }

    /// Each failure in one line, or what was printed on stderr last.
    pub fn why(&self) -> String {
        let failures = self.failures().into_iter().map(|event| {
            let error = &event["error"];
            let causes = error["causes"].as_array().into_iter().flatten();
            let texts = std::iter::once(&error["message"]).chain(causes);
            texts
                .filter_map(Json::as_str)
                .collect::<Vec<_>>()
                .join(": ")
        });
        let failures: Vec<String> = failures.collect();
        match failures.is_empty() {
            true => self.stderr.lines().last().unwrap_or_default().to_owned(),
            false => failures.join("; "),
        }
    }

    fn events(&self, wanted: impl Fn(&Json) -> bool) -> Vec<Json> {
        let lines = self.stdout.lines();
        let events = lines.filter_map(|line| serde_json::from_str::<Json>(line).ok());
        events.filter(wanted).collect()
    }
}
