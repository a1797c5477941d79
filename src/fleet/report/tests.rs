//! The report, written and read again, and what is refused.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::SystemTime;

use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::engine::action::Action;
use crate::fleet::digest::Digest;
use crate::fleet::ended::Reason;
use crate::fleet::fakes::{account, ended};
use crate::fleet::run;
use crate::saved_plan::Salted;
use crate::secret::known;

fn header() -> Header {
    let settings = Salted {
        salt: "00".to_owned(),
        inputs: [("`regions`".to_owned(), "11".repeat(32))].into(),
    };
    let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1_795_881_054_321);
    Header::new(Command::Apply, time, Some("o-a1b2c3d4e5"), settings)
}

/// An account that ended in each way.
fn all() -> Vec<Ended> {
    let mut all: Vec<Ended> = (1..)
        .zip(Outcome::ALL)
        .map(|(number, outcome)| ended(number, outcome))
        .collect();
    all[1].name = Some("team \"x\"\u{202e}".to_owned());
    all[1].counts = [(Action::Create, 3)].into();
    all[1].plan = Some(Digest::of("alike"));
    all[1].exact = Some(Digest::of("exact"));
    all[4].reason = Some(Reason {
        message: "PutRolePolicy failed: AccessDenied (request id x)".to_owned(),
        hint: Some("Ask".to_owned()),
        more: 2,
    });
    all
}

fn written(ended: &[Ended], stopped: Option<&Stopped>) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.jsonl");
    write(&path, &header(), ended, stopped, Duration::from_secs(9)).unwrap();
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    fs::read_to_string(path).unwrap()
}

fn read_text(text: &str) -> Result<Report, Failure> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.jsonl");
    fs::write(&path, text).unwrap();
    read(&path)
}

#[test]
fn a_report_is_read_as_it_was_written_in_the_order_of_the_accounts() {
    let mut reversed = all();
    reversed.reverse();
    let stopped = Stopped::of(&run::Stopped::TooManyFailed, 0);
    let report = read_text(&written(&reversed, Some(&stopped))).unwrap();
    assert_eq!(report.header, header());
    assert_eq!(report.header.time, "2026-11-28T15:50:54Z");
    assert_eq!(report.ended, all());
    assert_eq!(report.stopped, Some(stopped));
}

#[test]
fn what_did_not_end_well_is_tried_again() {
    let report = read_text(&written(&all(), None)).unwrap();
    let left = |command| -> Vec<&'static str> {
        let left = report.left(command);
        let is_left = |it: &&Ended| left.contains(&it.account);
        let left = report.ended.iter().filter(is_left);
        left.map(|it| it.outcome.name()).collect()
    };
    let failures = [
        "blocked",
        "failed",
        "unknown",
        "stale",
        "unreachable",
        "not_started",
    ];
    assert_eq!(left(Command::Plan), failures);
    assert_eq!(left(Command::Apply)[..1], ["changed"]);
    assert_eq!(left(Command::Apply)[1..], failures);
}

/// `--retry apply.jsonl` behind `destroy` would delete where an apply failed.
#[test]
fn another_fleet_and_another_write_are_not_gone_on_with() {
    use Command::{Apply, Destroy, Plan, Preflight, Verify};
    let report = read_text(&written(&all(), None)).unwrap();
    let own = Some("o-a1b2c3d4e5");
    let rows = [
        (Apply, own, true, "the same command"),
        (Plan, own, true, "a look at what failed"),
        (Preflight, own, true, "a check of what failed"),
        (Verify, own, true, "a test of what failed"),
        (Destroy, own, false, "an apply that failed is no destroy"),
        (Apply, Some("o-zzzzzzzzzz"), false, "another organization"),
        (Apply, None, false, "another fleet"),
    ];
    for (command, organization, expected, reason) in rows {
        let checked = report.check(command, organization);
        assert_eq!(checked.is_ok(), expected, "{reason}: {checked:?}");
    }
}

#[test]
fn hostile_and_foreign_files_are_refused_with_a_reason() {
    let text = written(&all(), None);
    let lines: Vec<&str> = text.lines().collect();
    let (first, account, last) = (lines[0], lines[1], lines[lines.len() - 1]);
    let newer = first.replace("\"format_version\":1", "\"format_version\":2");
    let unknown = account.replace("\"name\"", "\"more\":1,\"name\"");
    let rows = [
        (String::new(), "the file is empty", "an empty file"),
        (
            "{\"resources\":[]}".to_owned(),
            "not the report of a fleet",
            "a plan",
        ),
        ("]".to_owned(), "not the report of a fleet", "no JSON"),
        (
            format!("{newer}\n{last}\n"),
            "it has the format 2 of version 0.1.0 of this program, and this is format 1",
            "another form",
        ),
        (
            format!("{first}\n{account}\n"),
            "ends without a summary",
            "a run that was killed",
        ),
        (
            format!("{first}\n{account}\n{account}\n{last}\n"),
            "twice",
            "an account twice",
        ),
        (
            format!("{first}\n{account}\n{last}\n"),
            "not those above",
            "a line was taken out",
        ),
        (format!("{text}{last}\n"), "more follows", "two summaries"),
        (
            format!("{first}\n{first}\n"),
            "a second report begins",
            "two reports in one file",
        ),
        (
            format!("{first}\n{unknown}\n"),
            "line 2: unknown field `more`",
            "a field that nobody knows",
        ),
        (
            format!("{first}\n{}\n", account.replace("000000000001", "1")),
            "line 2: \"1\" is not an AWS account ID",
            "an account that is none",
        ),
    ];
    for (text, expected, why) in rows {
        let refused = read_text(&text).unwrap_err().to_string();
        assert!(refused.contains(expected), "{why}: {refused}");
    }
}

#[test]
fn another_file_and_a_link_are_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let (path, link) = (folder.path().join("x"), folder.path().join("link"));
    fs::write(&path, "mine").unwrap();
    std::os::unix::fs::symlink(&path, &link).unwrap();
    for path in [&path, &link, &folder.path().to_owned()] {
        assert!(write(path, &header(), &all(), None, Duration::ZERO).is_err());
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    fs::write(&path, written(&[], None)).unwrap();
    write(&path, &header(), &all(), None, Duration::ZERO).unwrap();
}

fn schema() -> Json {
    serde_json::from_str(include_str!("../../../docs/fleet-report.schema.json")).unwrap()
}

#[test]
fn every_line_fits_the_schema_and_nothing_else_does() {
    let schema = schema();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    let validator: Validator = jsonschema::draft202012::new(&schema).unwrap();
    let text = written(&all(), Some(&Stopped::of(&run::Stopped::Interrupted, 0)));
    for line in text.lines() {
        let line: Json = serde_json::from_str(line).unwrap();
        let problems: Vec<String> = validator
            .iter_errors(&line)
            .map(|it| it.to_string())
            .collect();
        assert_eq!(problems, Vec::<String>::new(), "{line}");
        for name in line.as_object().unwrap().keys() {
            let mut less = line.clone();
            less.as_object_mut().unwrap().remove(name);
            assert!(!validator.is_valid(&less), "{name} is required");
        }
        let mut more = line.clone();
        more["more"] = json!(1);
        assert!(!validator.is_valid(&more), "nothing is added unseen");
    }
}

proptest! {
    // Every case writes a file.
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn no_secret_is_in_a_report(
        secret in "[a-zA-Z0-9/+=-]{6}[0-9][a-z]{2,20}", before in ".{0,20}", after in ".{0,20}",
    ) {
        known::remember(&secret);
        let text = format!("{before}{secret}{after}");
        let failure = Failure::new(text.clone()).because(text.clone()).hint(text.clone());
        let mut failed = ended(1, Outcome::Failed).because(&failure);
        failed.name = Some(text.clone());
        let stopped = Stopped::of(&run::Stopped::Everywhere(failure), 0);
        let report = written(&[failed], Some(&stopped));
        prop_assert!(!report.contains(&secret), "{report}");
        let read = read_text(&report).unwrap();
        prop_assert_eq!(read.ended[0].account.clone(), account(1));
    }

    #[test]
    fn no_file_makes_the_reader_panic(text in ".{0,200}") {
        prop_assert!(read_text(&text).is_err());
    }
}
