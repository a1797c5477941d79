//! Checks requests against AWS's own models, which `integration-tests/models/` has.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{LazyLock, Mutex};

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

/// The Python that has the models, once they are installed.
pub const PYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/.venv/models/bin/python");
const TESTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/integration-tests");

struct Tool {
    python: Child,
    output: BufReader<ChildStdout>,
}

/// The tool ends with this process, because its input is closed then.
static TOOL: LazyLock<Mutex<Tool>> = LazyLock::new(|| Mutex::new(Tool::start()));

impl Tool {
    fn start() -> Self {
        let install = Command::new(format!("{TESTS}/emulator/install"))
            .arg("models")
            .status();
        assert!(
            install.expect("bash").success(),
            "the models are not installed"
        );
        // Compiled files would be written beside the sources.
        let mut python = Command::new(PYTHON)
            .env_clear()
            .args(["-B", &format!("{TESTS}/models/check.py")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the Python that was installed");
        let output = python.stdout.take().expect("a pipe");
        Tool {
            python,
            output: BufReader::new(output),
        }
    }

    fn ask(&mut self, request: &[u8]) -> Vec<String> {
        let question = [format!("{}\n", request.len()).as_bytes(), request].concat();
        let input = self.python.stdin.as_mut().expect("a pipe");
        input.write_all(&question).expect("a tool that reads");
        let mut answer = String::new();
        let read = self.output.read_line(&mut answer);
        assert!(read.expect("an answer") > 0, "check.py failed");
        serde_json::from_str(&answer).expect("a list of texts")
    }
}

/// What AWS would refuse in the request, which is as it is sent over HTTP.
pub fn refused(request: &[u8]) -> Vec<String> {
    let tool = TOOL.lock();
    tool.expect("a tool that no other test saw fail")
        .ask(request)
}

/// Fails if AWS would refuse the request of an SDK.
pub fn check(request: &HttpRequest) {
    let mut head = format!("{} {} HTTP/1.1\r\n", request.method(), request.uri());
    for (name, value) in request.headers() {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let body = request.body().bytes().unwrap_or_default();
    let refused = refused(&[head.as_bytes(), b"\r\n", body].concat());
    assert!(refused.is_empty(), "AWS would refuse {refused:#?}");
}
