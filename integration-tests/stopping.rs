//! Runs that a person stops with a signal, and runs whose output nobody reads.
//!
//! The signals are sent while the proxy holds back a call, so the moment is always the same. With one
//! call at a time no other call is under way then.

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Write, pipe};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::full_bucket;
use crate::harness::{Account, MAIN, Moment, Output, inventory};

const APPLY: &[&str] = &["apply", "--yes"];
const DESTROY: &[&str] = &["destroy", "--yes"];
const EMPTY: &[&str] = &["destroy", "--yes", "--empty-bucket"];
/// The program's message after the first signal.
const STOPPING: &str = "Interrupted: waiting for calls in flight.";
/// The message of a run that a signal ends before its first write.
const NOTHING: &str = "Interrupted: nothing was changed.";

/// The call at which a signal is sent: the first of all, or the first of an operation.
#[derive(Clone, Copy)]
enum At {
    First,
    Operation(&'static str),
}

/// Runs the program with one call at a time, and stops the program with `signals` while it waits for
/// the answer to a call.
fn stopped(account: &Account, args: &[&str], at: At, signals: &'static [Signal]) -> Output {
    let command = account.command(&[args, &["--concurrency=1"]].concat());
    account.run_watched(command, move |process, call, moment| {
        let here = match at {
            At::First => true,
            At::Operation(name) => call.operation.contains(name),
        };
        if !here || call.earlier > 0 || moment != Moment::Answered {
            return true;
        }
        let [first, more @ ..] = signals else {
            return true;
        };
        process.send(*first);
        if !call.is_write {
            // The answer is held back until the process has ended.
            process.until_gone();
            return true;
        }
        process.until_it_says(STOPPING);
        for signal in more {
            process.send(*signal);
            // The answer is held back until the process has ended.
            process.until_gone();
        }
        true
    })
}

/// An account that is prepared for a command.
async fn prepared(args: &[&str]) -> Account {
    let account = Account::new(&[MAIN]);
    if args == DESTROY || args == EMPTY {
        account.apply(&[]);
    }
    if args == EMPTY {
        let bucket = format!("stackstate-logs-{}", account.id);
        for key in ["one", "other"] {
            let put = account.s3(MAIN).put_object().bucket(&bucket).key(key);
            put.body(b"{}".to_vec().into()).send().await.unwrap();
        }
    }
    account
}

/// The commands, and the calls at which each is stopped.
const STOPS: [(&[&str], At); 12] = [
    (&["plan"], At::First),
    (&["plan"], At::Operation("DescribeRule")),
    (APPLY, At::First),
    (APPLY, At::Operation("CreateRole")),
    (APPLY, At::Operation("CreateKey")),
    (APPLY, At::Operation("PUT /")),
    (APPLY, At::Operation("CreateDeliveryStream")),
    (APPLY, At::Operation("PutTargets")),
    (DESTROY, At::First),
    (DESTROY, At::Operation("RemoveTargets")),
    (DESTROY, At::Operation("ScheduleKeyDeletion")),
    (EMPTY, At::Operation("?delete")),
];

fn name(at: At) -> &'static str {
    match at {
        At::First => "the first call",
        At::Operation(name) => name,
    }
}

#[tokio::test]
async fn after_the_first_signal_the_call_under_way_finishes_and_no_other_is_sent() {
    for (index, (args, at)) in STOPS.into_iter().enumerate() {
        let account = prepared(args).await;
        let signals: &[Signal] = if index % 2 == 0 {
            &[Signal::INT]
        } else {
            &[Signal::TERM]
        };
        let output = stopped(&account, args, at, signals).exits(130);
        let why = format!("{args:?} at {}", name(at));
        let last = output.calls.last().unwrap();
        let is_last = match at {
            At::First => output.calls.len() == 1,
            At::Operation(name) => last.operation.contains(name) && last.earlier == 0,
        };
        assert!(is_last, "{why}: {} was sent then; {output}", last.name);
        let lines: Vec<&str> = output.stderr.lines().collect();
        let last = *lines.last().unwrap();
        if !output.writes().is_empty() {
            let told = last.starts_with("Interrupted after ")
                && (last.contains(" half done (") || last.contains(" not begun"))
                && last.ends_with("Run the same command again: it goes on from there.");
            assert!(told, "{why}: {output}");
        } else {
            assert_eq!(last, NOTHING, "{why}");
        }
        // The call was answered, so no outcome is unknown, and nothing failed.
        for word in ["unknown", "in flight,", "failed", "Hint"] {
            assert!(!last.contains(word), "{why}: {output}");
        }
        account.provision(&[args, &["-v"]].concat()).exits(0);
        if args == APPLY {
            account.plan(&[]).has_no_changes();
        } else if args != ["plan"] {
            let left = inventory::of(&account, &[MAIN]).await;
            assert!(left.is_empty(), "{why}: {left:?}");
        }
    }
}

#[tokio::test]
async fn the_second_signal_ends_the_program_at_once() {
    for (args, at) in STOPS {
        let account = prepared(args).await;
        let signals: &[Signal] = &[Signal::INT, Signal::TERM];
        let output = stopped(&account, args, at, signals).exits(130);
        let why = format!("{args:?} at {}", name(at));
        let last = output.stderr.lines().last().unwrap();
        if !output.writes().is_empty() {
            let told = last.starts_with("Interrupted after ") && last.contains(" in flight (");
            assert!(told, "{why}: {output}");
        } else {
            assert_eq!(last, NOTHING, "{why}");
        }
        account.provision(args).exits(0);
    }
}

/// How many versions and delete markers the first page of a bucket holds.
async fn versions(account: &Account, bucket: &str) -> usize {
    let page = account.s3(MAIN).list_object_versions().bucket(bucket);
    let page = page.send().await.unwrap();
    page.versions().len() + page.delete_markers().len()
}

#[tokio::test]
async fn the_next_run_continues_emptying_a_bucket_that_was_stopped_half_way() {
    let account = Account::applied(&[MAIN]);
    let bucket = format!("stackstate-logs-{}", account.id);
    full_bucket::fill(&account, &bucket).await;
    let at = At::Operation("?delete");
    let output = stopped(&account, EMPTY, at, &[Signal::INT]).exits(130);
    let output = output.says("1 half done (s3_bucket.logs@eu-west-1)");
    assert_eq!(versions(&account, &bucket).await, 1_000, "{output}");
    let emptied = account.destroy(&["--empty-bucket"]);
    emptied.says("object versions deleted: 4000");
    let left = inventory::of(&account, &[MAIN]).await;
    assert!(left.is_empty(), "{left:?}");
}

/// Commands that print something. The applies have nothing to do.
const PRINTING: [&[&str]; 12] = [
    &["--help"],
    &["--version"],
    &["completions", "bash"],
    &["policy", "list"],
    &["policy", "show", "event-pattern"],
    &["agent-config"],
    &["agent-config", "--policy"],
    &["plan"],
    &["plan", "--json"],
    &["plan", "-vv"],
    &["apply", "--yes", "--json"],
    &["apply", "--yes", "-vv"],
];

/// Closes the reading end of the command's stdout or stderr before the command prints anything.
fn with_nobody_reading(command: &mut Command, stderr: bool) {
    let (reader, writer) = pipe().unwrap();
    drop(reader);
    if stderr {
        command.stderr(writer.try_clone().unwrap());
    } else {
        command.stderr(Stdio::piped());
    }
    command.stdout(writer);
}

#[tokio::test]
async fn a_closed_pipe_is_not_an_error_and_stops_no_work() {
    for with_stderr in [false, true] {
        let account = Account::new(&[MAIN]);
        let run = |args: &[&str]| {
            let mut command = account.quiet_command(args);
            with_nobody_reading(&mut command, with_stderr);
            let output = account.run_beside(command).exits(0);
            assert!(!output.stderr.contains("rror"), "{output}");
        };
        run(APPLY);
        account.plan(&[]).has_no_changes();
        PRINTING.into_iter().for_each(run);
        run(&["destroy", "--yes", "--json"]);
        let left = inventory::of(&account, &[MAIN]).await;
        assert!(left.is_empty(), "{left:?}");
        run(DESTROY);
    }
}

#[test]
fn an_error_with_a_closed_stderr_still_sets_the_exit_code() {
    let account = Account::new(&[MAIN]);
    for args in [&["plan", "--region", "nowhere"][..], &["no-such-command"]] {
        let mut command = account.quiet_command(args);
        with_nobody_reading(&mut command, true);
        account.run_beside(command).exits(1);
    }
}

/// A pipe that is never closed is an endless file, wherever a person names it.
#[test]
fn the_first_signal_ends_a_run_that_waits_for_a_file() {
    let account = Account::new(&[MAIN]);
    account.write(
        "policy.json",
        r#"{"Version": "2012-10-17", "Statement": []}"#,
    );
    let pipe = named_pipe(&account, "pipe");
    let cases: [(&[&str], &str); 4] = [
        (&["plan", "--config=pipe"], "the settings"),
        (&["apply", "pipe"], "a saved plan"),
        (
            &["policy", "diff", "policy.json", "pipe"],
            "a policy to compare",
        ),
        (&["policy", "lint", "pipe"], "a policy to check"),
    ];
    for (args, why) in cases {
        for signal in [Signal::INT, Signal::TERM] {
            let mut command = account.quiet_command(args);
            command.stdout(Stdio::null()).stderr(Stdio::piped());
            let child = command.spawn().unwrap();
            // `open` returns once the program has opened the other end.
            let _writer = OpenOptions::new().write(true).open(&pipe).unwrap();
            ends_at_once(child, signal, why);
        }
    }
}

/// To open a pipe waits for whoever writes to it, which may be nobody.
#[test]
fn a_pipe_that_nobody_named_is_not_opened() {
    let account = Account::new(&[MAIN]);
    named_pipe(&account, "plan");
    std::fs::create_dir(account.path("policies")).unwrap();
    named_pipe(&account, "policies/key-policy.json");
    let cases: [(&[&str], &str); 2] = [
        (
            &["plan", "--out=plan"],
            "cannot save the plan as plan\nCaused by:\n  1: another file is there",
        ),
        (
            &["plan", "--policies=policies"],
            "cannot read the policies in policies/key-policy.json\nCaused by:\n  \
             1: it is a named pipe, and not a regular file",
        ),
    ];
    for (args, said) in cases {
        account.provision(args).exits(1).says(said);
    }
    std::fs::remove_file(account.path("provision.toml")).unwrap();
    named_pipe(&account, "provision.toml");
    account.provision(&["plan"]).exits(1).says(
        "cannot read the settings file provision.toml\nCaused by:\n  \
         1: it is a named pipe, and not a regular file",
    );
}

fn named_pipe(account: &Account, name: &str) -> PathBuf {
    let path = account.path(name);
    let made = Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(made.success());
    path
}

#[test]
fn the_first_signal_ends_a_run_that_waits_for_the_standard_input() {
    let account = Account::new(&[MAIN]);
    account.write(
        "policy.json",
        r#"{"Version": "2012-10-17", "Statement": []}"#,
    );
    for args in [
        &["policy", "lint", "-"][..],
        &["policy", "diff", "policy.json", "-"],
    ] {
        let mut command = account.quiet_command(args);
        command.stdin(Stdio::piped());
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        // A pipe holds less than that, so the program has begun to read when all of it is written.
        input.write_all(&[b' '; 200 * 1024]).unwrap();
        ends_at_once(child, Signal::INT, "the standard input");
    }
}

/// Sends one signal, after which the program must end.
#[track_caller]
fn ends_at_once(mut child: Child, signal: Signal, why: &str) {
    kill_process(Pid::from_child(&child), signal).unwrap();
    let stderr = BufReader::new(child.stderr.take().unwrap());
    let said: Vec<String> = stderr.lines().map(Result::unwrap).collect();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{why}: {said:?}");
    let last = said.last().map(String::as_str);
    assert_eq!(last, Some(NOTHING), "{why}");
}
