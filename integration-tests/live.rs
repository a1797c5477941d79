//! The live view on a terminal, and its lines where there is none.
//!
//! The proxy holds a call back for as long as a test looks at the view.

use std::net::TcpListener;
use std::process::Command;
use std::sync::Mutex;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::harness::session::Session;
use crate::harness::{Account, MAIN, Moment, unwrapped};

const BAR: &str = " of 8, ";
const NOTHING: &str = "Interrupted: nothing was changed.";
/// One of the last resources of a run.
const STREAM: &str = "CreateDeliveryStream";

/// Holds back the answers to an operation until the sender that is returned is dropped.
fn hold(account: &Account, operation: &'static str) -> Sender<()> {
    let (release, held) = channel();
    let held = Mutex::new(held);
    account.watch(move |call, moment| {
        if moment == Moment::Answered && call.operation.contains(operation) {
            // The wait ends with an error once the sender is dropped.
            let _ = held.lock().unwrap().recv();
        }
        true
    });
    release
}

fn at_a_terminal(account: &Account, args: &[&str]) -> Command {
    let mut command = account.quiet_command(args);
    command.env("TERM", "xterm-256color");
    command
}

/// The lines of the screen that have `text`.
fn with<'a>(lines: &'a [String], text: &str) -> Vec<&'a str> {
    let lines = lines.iter().map(String::as_str);
    lines.filter(|line| line.contains(text)).collect()
}

#[test]
fn a_slow_survey_says_what_it_does_and_leaves_nothing() {
    let account = Account::new(&[MAIN]);
    for columns in [60, 80, 200] {
        let held = hold(&account, "DescribeRule");
        let command = at_a_terminal(&account, &["plan"]);
        let mut session = Session::start_at(command, columns);
        session.until_it_shows("Reading AWS: ");
        session.until_it_shows("  waiting for an answer to events:DescribeRule");
        session.resize(if columns == 60 { 80 } else { 60 });
        drop(held);
        let (code, lines) = session.end_of_screen();
        assert_eq!(code, Some(0), "{lines:#?}");
        let left = [with(&lines, "Reading AWS"), with(&lines, "waiting for")].concat();
        assert!(left.is_empty(), "at {columns}: {lines:#?}");
        assert!(!with(&lines, "8 to create").is_empty(), "{lines:#?}");
    }
}

#[test]
fn a_run_at_a_terminal_keeps_a_line_for_each_resource() {
    for (columns, other) in [(60, 100), (80, 60), (200, 60)] {
        let account = Account::new(&[MAIN]);
        let held = hold(&account, STREAM);
        let command = at_a_terminal(&account, &["apply", "--yes", "-v"]);
        let mut session = Session::start_at(command, columns);
        session.until_it_shows("firehose_stream.eventbridge@eu-west-1  creating");
        session.until_it_shows(BAR);
        session.resize(other);
        session.until_it_shows(BAR);
        drop(held);
        let (code, lines) = session.end_of_screen();
        assert_eq!(code, Some(0), "{lines:#?}");
        let created = with(&lines, "  created  ");
        assert_eq!(created.len(), 8, "at {columns}: {lines:#?}");
        assert_eq!(with(&lines, BAR), Vec::<&str>::new(), "at {columns}");
        assert_eq!(with(&lines, "  creating"), Vec::<&str>::new(), "{columns}");
        // A line of the log is whole, and above the view.
        let log = with(&lines, "kms:CreateKey");
        assert_eq!(log.len(), 1, "at {columns}: {lines:#?}");
        assert!(log[0].contains("provision::aws::call"), "{log:?}");
        assert_eq!(with(&lines, "Done in ").len(), 1, "{lines:#?}");
    }
}

#[test]
fn a_run_that_was_suspended_goes_on_below() {
    let account = Account::new(&[MAIN]);
    let held = hold(&account, STREAM);
    let command = at_a_terminal(&account, &["apply", "--yes"]);
    let mut session = Session::start_at(command, 80);
    session.until_it_shows(BAR);
    session.send(Signal::STOP);
    session.send(Signal::CONT);
    // What was shown before stays, as a shell's own lines below it do.
    session.until_it_shows(BAR);
    session.until_lines(|lines| with(lines, BAR).len() == 2);
    drop(held);
    let (code, lines) = session.end_of_screen();
    assert_eq!(code, Some(0), "{lines:#?}");
    assert_eq!(with(&lines, BAR).len(), 1, "{lines:#?}");
    assert_eq!(with(&lines, "  created  ").len(), 8, "{lines:#?}");
}

#[test]
fn a_terminal_that_cannot_move_its_cursor_gets_plain_lines() {
    let moves = ["\x1b[J", "A\x1b[", "\x1b[1A"];
    for (name, value, colours) in [
        ("TERM", "dumb", false),
        ("CI", "true", true),
        ("NO_COLOR", "1", false),
    ] {
        let account = Account::new(&[MAIN]);
        let mut command = at_a_terminal(&account, &["apply", "--yes"]);
        command.env(name, value);
        let (code, seen) = Session::start(command).end();
        assert_eq!(code, Some(0), "{seen}");
        assert_eq!(seen.contains("\x1b[32m"), colours, "{name}: {seen:?}");
        if name != "NO_COLOR" {
            let moved = moves.iter().any(|it| seen.contains(it));
            assert!(!moved, "{name}: {seen:?}");
            assert!(seen.contains("  creating"), "{name}: {seen}");
        }
    }
}

#[test]
fn a_run_without_a_terminal_says_when_each_resource_begins_and_ends() {
    let account = Account::new(&[MAIN]);
    let command = account.command(&["apply", "--yes"]);
    let applied = account.run_watched(command, |process, call, moment| {
        if moment == Moment::Answered && call.operation == STREAM {
            process.until_it_says("; still under way:\n+ firehose_stream.eventbridge@eu-west-1");
        }
        true
    });
    let applied = applied.exits(0).has_done(8);
    for words in ["  creating", "  created  "] {
        let lines = applied.stderr.lines();
        // What is still under way is said once more.
        let count = lines
            .filter(|line| line.contains(words) && !line.starts_with("+ firehose_stream"))
            .count();
        let expected = if words == "  creating" { 8 } else { 7 };
        assert_eq!(count, expected, "{words}: {applied}");
    }
}

/// Commands that only read, at an endpoint that never answers.
#[test]
fn the_first_signal_ends_a_command_that_only_reads() {
    let silent = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    let account = Account::new(&[MAIN]);
    for args in [
        &["plan"][..],
        &["preflight"],
        &["apply", "--yes", "--json"],
        &["destroy", "--yes"],
        &["agent-config"],
    ] {
        let mut command = at_a_terminal(&account, args);
        command.env("AWS_ENDPOINT_URL", &endpoint);
        let mut session = Session::start_at(command, 80);
        session.until_it_shows("Reading AWS");
        let at = Instant::now();
        session.send(Signal::TERM);
        let (code, lines) = session.end_of_screen();
        let took = at.elapsed();
        assert!(took < Duration::from_secs(1), "{args:?}: {took:?}");
        assert_eq!(code, Some(130), "{args:?}: {lines:#?}");
        assert_eq!(with(&lines, NOTHING).len(), 1, "{args:?}: {lines:#?}");
        assert!(with(&lines, "Reading AWS").is_empty(), "{lines:#?}");
        assert!(with(&lines, "rror:").is_empty(), "{lines:#?}");
        let events = with(&lines, r#""message":"Interrupted: nothing was changed""#);
        assert_eq!(events.len(), usize::from(args.contains(&"--json")));
    }
}

#[test]
fn the_first_signal_ends_a_run_that_waits_for_credentials() {
    let account = Account::new(&[MAIN]);
    let pipe = account.path("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    account.write(
        "config",
        &format!("[default]\ncredential_process = cat {}\n", pipe.display()),
    );
    let mut command = at_a_terminal(&account, &["plan"]);
    command
        .env_remove("AWS_ACCESS_KEY_ID")
        .env_remove("AWS_SECRET_ACCESS_KEY")
        .env("AWS_CONFIG_FILE", account.path("config"));
    let mut session = Session::start_at(command, 80);
    let writer = std::fs::OpenOptions::new().write(true).open(&pipe).unwrap();
    session.until_it_shows("  waiting for credentials (a credential process");
    let at = Instant::now();
    session.interrupt();
    let code = session.code();
    assert!(at.elapsed() < Duration::from_secs(1));
    // The credential process ends with the pipe.
    drop(writer);
    let (_, lines) = session.end_of_screen();
    assert_eq!(code, Some(130), "{lines:#?}");
    assert_eq!(with(&lines, NOTHING).len(), 1, "{lines:#?}");
}

#[test]
fn a_throttled_write_that_is_interrupted_gives_no_advice_on_throttling() {
    let account = Account::new(&[MAIN]);
    let code = "ThrottlingException";
    account.refuse_in_json("CreateKey", code, "Rate exceeded");
    let command = at_a_terminal(&account, &["apply", "--yes"]);
    let mut session = Session::start_at(command, 120);
    session.until_it_shows("waiting for the rate limit to allow the call (kms:CreateKey)");
    session.interrupt();
    let (exit, lines) = session.end_of_screen();
    assert_eq!(exit, Some(130), "{lines:#?}");
    for words in [code, "Hint:", "failed"] {
        assert!(with(&lines, words).is_empty(), "{lines:#?}");
    }
    let first = with(&lines, "Interrupted: waiting for calls in flight.");
    let last = with(&lines, "Interrupted after ");
    assert_eq!((first.len(), last.len()), (1, 1), "{lines:#?}");
    assert!(
        unwrapped(&lines.join(" ")).contains(" not begun"),
        "{lines:#?}"
    );
}

#[test]
fn events_say_when_how_long_and_what() {
    let account = Account::new(&[MAIN]);
    for (command, action) in [("apply", "create"), ("destroy", "delete")] {
        let run = account.provision(&[command, "--yes", "--json"]).exits(0);
        let events = run.json_lines();
        for event in &events {
            let time = event["time"].as_str().unwrap_or_default();
            assert_eq!(time.len(), "2026-11-28T12:33:05.040Z".len(), "{event}");
            assert!(time.ends_with('Z'), "{event}");
            if event.get("address").is_some() {
                assert_eq!(event["action"], action, "{event}");
            }
            let ended = event["event"] == "finished" || event["event"] == "summary";
            assert_eq!(event["duration_ms"].is_u64(), ended, "{event}");
        }
        let summary = events.iter().find(|it| it["event"] == "summary").unwrap();
        assert_eq!(summary["actions"][action], 8, "{summary}");
        assert_eq!(summary["outcomes"]["done"], 8, "{summary}");
        // Nothing but JSON is on stdout, and no progress on stderr.
        assert!(!run.stderr.contains("creating"), "{run}");
    }
}
