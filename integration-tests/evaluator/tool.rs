//! The evaluator's process, which all tests share.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{LazyLock, Mutex};

use serde_json::Value as Json;

struct Tool {
    node: Child,
    output: BufReader<ChildStdout>,
}

/// The evaluator ends with this process, because its input is closed then.
static TOOL: LazyLock<Mutex<Tool>> = LazyLock::new(|| Mutex::new(Tool::start()));

impl Tool {
    fn start() -> Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/integration-tests/evaluator");
        let mut node = Command::new("node")
            .arg("evaluate.mjs")
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Node.js; `integration-tests/evaluator/run` says what these tests need");
        let output = node.stdout.take().expect("a pipe");
        Tool {
            node,
            output: BufReader::new(output),
        }
    }

    fn ask(&mut self, requests: Vec<Json>) -> Vec<Json> {
        let question = format!("{}\n", Json::from(requests));
        let input = self.node.stdin.as_mut().expect("a pipe");
        let asked = input.write_all(question.as_bytes());
        asked.expect("an evaluator that reads");
        let mut answer = String::new();
        let read = self.output.read_line(&mut answer);
        assert!(read.expect("an answer") > 0, "the evaluator failed");
        serde_json::from_str(&answer).expect("a JSON list")
    }
}

/// The evaluator's verdicts on `requests`, in their order.
pub fn evaluate(requests: Vec<Json>) -> Vec<Json> {
    let tool = TOOL.lock();
    tool.expect("an evaluator that no other test saw fail")
        .ask(requests)
}
