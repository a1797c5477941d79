//! Tests that `docs/policies.md` agrees with the code on every rule, and on every finding in the
//! shipped documents, and `docs/escalations.md` on every way to more permissions.
//!
//! `UPDATE_DOCS=1 cargo test --lib checks::documents::policies_md` rewrites the section on the
//! codes and the table of the ways.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use iam_policy::lint::Report;

use super::{report, security_findings};
use crate::fakes::deployment::{
    layout, on_ec2, settings, site, stackstate, unencrypted, with_audit_trail,
};
use crate::settings::{Profile, Settings};
use crate::systems::Goal;
use iam_policy::lint::{Accepted, Severity, escalations, rules};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/policies.md");
const START: &str = "<!-- codes: written by a test, see src/checks/documents/policies_md.rs -->\n";
const END: &str = "<!-- end of the codes -->\n";
const WAYS_FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/escalations.md");
const WAYS_START: &str =
    "<!-- ways: written by a test, see src/checks/documents/policies_md.rs -->\n";
const WAYS_END: &str = "<!-- end of the ways -->\n";

fn codes() -> String {
    let mut text = String::new();
    for severity in Severity::ALL {
        let meaning = severity.meaning();
        let _ = write!(text, "\n### Severity `{severity}`\n\n{meaning}\n");
        for rule in rules().iter().filter(|rule| rule.severity == severity) {
            let _ = write!(
                text,
                "\n- **`{}`** {} {} [AWS's documentation]({})\n",
                rule.code,
                rule.risk.replace('*', "\\*"),
                rule.remedy.replace('*', "\\*"),
                rule.reference
            );
        }
    }
    text.push('\n');
    text
}

/// A table for each rule.
fn ways() -> String {
    let mut text = String::new();
    let mut codes: Vec<&str> = escalations().map(|way| way.rule.code).collect();
    codes.sort_unstable();
    codes.dedup();
    for code in codes {
        let _ = write!(
            text,
            "\n### `{code}`\n\n| actions | what they give | source |\n|---|---|---|\n"
        );
        for way in escalations().filter(|way| way.rule.code == code) {
            let steps = way.actions.iter().map(|step| match &step[..] {
                [action] => format!("`{action}`"),
                actions => format!("one of `{}`", actions.join("`, `")),
            });
            let steps: Vec<_> = steps.collect();
            let (steps, gain) = (steps.join(" with "), way.gain);
            let _ = writeln!(text, "| {steps} | {gain} | {} |", way.source);
        }
    }
    text.push('\n');
    text
}

/// Compares what stands between two lines of a page, or writes it.
fn compare(file: &str, start: &str, expected: &str, end: &str) {
    let text = fs::read_to_string(file).unwrap();
    let (before, rest) = text.split_once(start).unwrap();
    let (written, after) = rest.split_once(end).unwrap();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(file, format!("{before}{start}{expected}{end}{after}")).unwrap();
    } else {
        assert!(
            written == expected,
            "{file} is out of date: set UPDATE_DOCS=1"
        );
    }
}

#[test]
fn the_codes_are_those_of_the_rules() {
    compare(FILE, START, &codes(), END);
}

#[test]
fn the_ways_are_those_of_the_catalogue() {
    compare(WAYS_FILE, WAYS_START, &ways(), WAYS_END);
}

/// Settings that use every shipped document.
fn variants() -> [Settings; 3] {
    let regions = &["eu-west-1", "us-east-1"];
    [
        with_audit_trail(settings(regions)),
        on_ec2(regions),
        unencrypted(regions),
    ]
}

fn of_settings(settings: &Settings) -> Report {
    let layout = layout(settings, Goal::Present).unwrap();
    report(settings, &layout, &site(settings)).unwrap()
}

/// The document and the code of each finding, as the table of the shipped documents' findings
/// writes them.
fn found() -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for settings in variants() {
        let report = of_settings(&settings);
        for document in report.documents {
            let name = match document.file.as_ref().filter(|_| document.kind.is_some()) {
                Some(file) => file
                    .trim_start_matches("policies/")
                    .trim_end_matches(".json"),
                None => "the bucket",
            };
            let codes = document
                .found
                .iter()
                .map(|it| it.finding.rule.code.to_owned());
            found.extend(codes.map(|code| (name.to_owned(), code)));
        }
    }
    found
}

#[test]
fn the_shipped_documents_findings_are_explained() {
    let text = fs::read_to_string(FILE).unwrap();
    let (_, section) = text
        .split_once("\n## The shipped documents' own findings\n")
        .unwrap();
    let section = section.split("\n## ").next().unwrap();
    let mut explained = BTreeSet::new();
    for line in section
        .lines()
        .filter(|line| line.starts_with("| `") || line.starts_with("| the"))
    {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [documents, code, sentence] = cells[..] else {
            panic!("three cells are wanted: {line}");
        };
        assert!(sentence.ends_with('.'), "{line}");
        for document in documents.split(", ") {
            let row = (
                document.trim_matches('`').to_owned(),
                code.trim_matches('`').to_owned(),
            );
            assert!(explained.insert(row), "twice: {line}");
        }
    }
    assert_eq!(explained, found());
}

#[test]
fn the_hardened_profile_leaves_only_security_findings_that_the_vendor_must_fix() {
    let mut hardened = with_audit_trail(settings(&["eu-west-1", "us-east-1"]));
    stackstate(&mut hardened).profile = Profile::Hardened;
    if let Some(system) = &mut hardened.audit_trail {
        system.profile = Profile::Hardened;
        system.permissions_boundary = "arn:aws:iam::123456789012:policy/boundary".parse().ok();
    }
    let report = of_settings(&hardened);
    let left: Vec<_> = report
        .open()
        .filter(|it| it.rule.severity >= Severity::Security)
        .map(|it| (it.rule.code, it.sid.as_deref()))
        .collect();
    // The vendor does not document which functions, stacks, buckets, queues and secrets the application
    // uses.
    let expected = [
        ("escalation-by-foreign-code", Some("CloudFormation")),
        ("escalation-by-foreign-code", Some("CloudFormation")),
        ("escalation-by-foreign-code", Some("Lambda")),
        ("escalation-by-resource-policy", Some("Lambda")),
        ("escalation-by-resource-policy", Some("S3")),
        ("escalation-by-resource-policy", Some("SQS")),
        ("all-secrets", Some("SecretsManager")),
    ];
    assert_eq!(left, expected);
}

#[test]
fn accepted_findings_are_not_counted() {
    let mut settings = with_audit_trail(settings(&["eu-west-1"]));
    let count = |settings: &Settings| {
        let (site, layout) = (site(settings), layout(settings, Goal::Present).unwrap());
        let report = report(settings, &layout, &site).unwrap();
        let (nodes, written) = (&layout.nodes, &layout.written);
        let counted = security_findings(&settings.accepted, nodes, written, &site);
        let counted: usize = counted.into_values().sum();
        assert_eq!(counted, report.count(Severity::Security));
        counted
    };
    let all = count(&settings);
    settings.accepted = Accepted::from([("key-open-via-service", "documented".to_owned())]);
    assert_eq!(count(&settings), all - 1);
    let security = rules()
        .into_iter()
        .filter(|it| it.severity == Severity::Security);
    settings.accepted = security
        .map(|it| (it.code, "documented".to_owned()))
        .collect();
    assert_eq!(count(&settings), 0);
    let report = of_settings(&settings);
    assert!(
        !report.fails(|_| Severity::Security),
        "only warnings are left"
    );
    assert!(
        report.fails(|_| Severity::Warning),
        "those are not accepted"
    );
}
