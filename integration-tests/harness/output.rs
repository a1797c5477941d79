//! The result of one run of the program, and what a test expects of it.

use std::fmt;
use std::process::{self, Command};

use serde_json::Value as Json;

use super::proxy::Call;

/// How a run ended, what the run printed, and what it sent to AWS.
pub struct Output {
    command: String,
    code: Option<i32>,
    /// The result, from stdout.
    pub stdout: String,
    /// Progress and diagnostics, from stderr, without the log.
    pub stderr: String,
    /// The lines of the log.
    pub log: Vec<String>,
    /// The requests that the run sent, in their order.
    pub calls: Vec<Call>,
}

impl Output {
    /// Reads the output of a finished run.
    pub fn new(command: &Command, finished: process::Output, calls: Vec<Call>) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("the program prints UTF-8");
        let words: Vec<_> = command
            .get_args()
            .map(|arg| arg.to_string_lossy())
            .collect();
        let is_log = |line: &&str| line.contains(" provision::");
        let stderr = text(finished.stderr);
        let (log, stderr): (Vec<&str>, Vec<&str>) = stderr.lines().partition(is_log);
        Output {
            command: words.join(" "),
            code: finished.status.code(),
            stdout: text(finished.stdout),
            stderr: stderr.join("\n"),
            log: log.into_iter().map(ToOwned::to_owned).collect(),
            calls,
        }
    }

    /// The exit code.
    pub fn code(&self) -> Option<i32> {
        self.code
    }

    /// Fails unless the run ended with `code`.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// Fails unless the run printed `text` on stdout or stderr, in one line or in several.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        let says = |output: &str| output.contains(text) || unwrapped(output).contains(text);
        let said = says(&self.stdout) || says(&self.stderr);
        assert!(said, "{text:?} is missing in {self}");
        self
    }

    /// Fails unless the run did all of its work, on this number of resources.
    #[track_caller]
    pub fn has_done(self, count: usize) -> Self {
        let last = self
            .stderr
            .lines()
            .find(|line| line.starts_with("Done in "));
        let parts = last.and_then(|line| line.trim_end_matches('.').split_once(": "));
        let parts = parts.map_or("", |(_, parts)| parts).split(", ");
        let changed = parts.filter(|part| !part.ends_with(" unchanged"));
        let numbers = changed.filter_map(|part| part.split(' ').next()?.parse::<usize>().ok());
        assert_eq!(numbers.sum::<usize>(), count, "{self}");
        self
    }

    /// Fails if a request of the run could change anything.
    #[track_caller]
    pub fn writes_nothing(self) -> Self {
        assert_eq!(self.writes(), Vec::<&str>::new(), "{self}");
        self
    }

    /// The requests that can change something, in their order.
    pub fn writes(&self) -> Vec<&str> {
        let writes = self.calls.iter().filter(|call| call.is_write);
        writes.map(|call| call.operation.as_str()).collect()
    }

    /// The result as one JSON document.
    #[track_caller]
    pub fn json(&self) -> Json {
        let parsed = serde_json::from_str(&self.stdout);
        parsed.unwrap_or_else(|error| panic!("{error} in {self}"))
    }

    /// The result as JSON documents, one a line.
    #[track_caller]
    pub fn json_lines(&self) -> Vec<Json> {
        let parse = |line| serde_json::from_str(line);
        let lines: Result<_, _> = self.stdout.lines().map(parse).collect();
        lines.unwrap_or_else(|error| panic!("{error} in {self}"))
    }
}

/// The text in one line, as before it was broken into lines.
pub fn unwrapped(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`provision {}`, which ended with {:?} and wrote {:?}:\n--- stdout\n{}\n--- stderr\n{}",
            self.command,
            self.code,
            self.writes(),
            self.stdout,
            self.stderr,
        )
    }
}
