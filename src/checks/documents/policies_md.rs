//! Tests that `docs/policies.md` agrees with the code on every rule, and on every finding in the
//! shipped documents.
//!
//! `UPDATE_DOCS=1 cargo test --lib checks::documents::policies_md` rewrites the section on the
//! codes.

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
use iam_policy::lint::{Accepted, Severity, rules};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/policies.md");
const START: &str = "<!-- codes: written by a test, see src/checks/documents/policies_md.rs -->\n";
const END: &str = "<!-- end of the codes -->\n";

fn codes() -> String {
    let mut text = String::new();
    for severity in Severity::ALL {
        let meaning = match severity {
            Severity::Error => "AWS refuses the policy, or a part of it can never do anything.",
            Severity::Security => "The policy allows more than it should have to.",
            Severity::Warning => "The policy may not do what its text seems to say.",
            Severity::Suggestion => "The policy works, and could be clearer or shorter.",
        };
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

#[test]
fn the_codes_are_those_of_the_rules() {
    let text = fs::read_to_string(FILE).unwrap();
    let (before, rest) = text.split_once(START).unwrap();
    let (written, after) = rest.split_once(END).unwrap();
    let expected = codes();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(FILE, format!("{before}{START}{expected}{END}{after}")).unwrap();
    } else {
        assert!(
            written == expected,
            "docs/policies.md is out of date: set UPDATE_DOCS=1"
        );
    }
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
    report(&settings.accepted, &layout, &site(settings))
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
    // The vendor does not document which functions the application changes.
    assert_eq!(left, [("escalation-by-foreign-code", Some("Lambda"))]);
}

#[test]
fn accepted_findings_are_not_counted() {
    let mut settings = with_audit_trail(settings(&["eu-west-1"]));
    let count = |settings: &Settings| {
        let (site, layout) = (site(settings), layout(settings, Goal::Present).unwrap());
        let report = report(&settings.accepted, &layout, &site);
        let (nodes, written) = (&layout.nodes, &layout.written);
        let counted = security_findings(&settings.accepted, nodes, written, &site);
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
    assert!(!report.fails(Severity::Security), "only warnings are left");
    assert!(report.fails(Severity::Warning), "those are not accepted");
}
