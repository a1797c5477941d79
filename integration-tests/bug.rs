//! The output of the program when a bug makes it panic.

use std::env;
use std::process::Command;

/// The variable that makes a copy of this test program panic.
const PANIC: &str = "PANIC_WITH";

#[test]
fn a_panic_asks_for_a_report_in_one_line_and_shows_no_value() {
    if let Ok(secret) = env::var(PANIC) {
        provision::terminal::panics::report_panics();
        panic!("the external ID is {secret}");
    }
    let name = "bug::a_panic_asks_for_a_report_in_one_line_and_shows_no_value";
    let child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "--nocapture", name])
        .env(PANIC, "recognisable-external-id")
        .env("RUST_BACKTRACE", "1")
        .output()
        .unwrap();
    assert!(!child.status.success());
    let stderr = String::from_utf8(child.stderr).unwrap();
    let [line] = stderr.lines().collect::<Vec<_>>()[..] else {
        panic!("one line, not {stderr}");
    };
    let start = format!("This is a bug in provision {}", env!("CARGO_PKG_VERSION"));
    assert!(line.starts_with(&start), "{line}");
    assert!(line.contains("integration-tests/bug.rs"), "{line}");
    assert!(line.contains("Please report it"), "{line}");
    assert!(!stderr.contains("recognisable-external-id"), "{stderr}");
}
