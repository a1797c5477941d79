//! Which checks of IAM Access Analyzer the rules cover: the table `coverage.json`, from which
//! `docs/lint-coverage.md` is written.
//!
//! A row holds what Access Analyzer calls the check's findings, its title, and either the code of the
//! rule, the kind of policy and how the example differs from one that nothing is wrong with, or no code
//! and the reason. The titles are those of "IAM policy validation check reference" in the IAM User
//! Guide.
//!
//! `UPDATE_DOCS=1 cargo test -p iam-policy --lib coverage` writes the page.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use serde_json::Value;

use super::codes;
use crate::lint::examples::{kind, policy};
use crate::lint::{Home, Severity, Unreadable, read, rules};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/lint-coverage.md");
const START: &str =
    "<!-- written by a test, see crates/iam-policy/src/lint/tests/coverage.rs -->\n";

struct Row {
    type_of_finding: String,
    title: String,
    outcome: Outcome,
}

enum Outcome {
    /// The code, and the codes of what is found in the example.
    Found(String, Vec<&'static str>),
    /// Why no rule covers the check.
    NotCovered(String),
}

fn rows() -> Vec<Row> {
    let table = crate::json::parse(include_str!("coverage.json")).unwrap();
    let rows = table.as_array().unwrap().iter();
    rows.map(|row| {
        let text = |index: usize| row[index].as_str().unwrap().to_owned();
        let outcome = match &row[2] {
            Value::Null => Outcome::NotCovered(text(3)),
            code => Outcome::Found(code.as_str().unwrap().to_owned(), found(&text(3), &row[4])),
        };
        Row {
            type_of_finding: text(0),
            title: text(1),
            outcome,
        }
    })
    .collect()
}

/// What is found in an example.
fn found(kind_of_policy: &str, example: &Value) -> Vec<&'static str> {
    let kind = kind(kind_of_policy).unwrap();
    if let Some(text) = example["text"].as_str() {
        return match read(text, Some(kind), Home::default()) {
            Err(Unreadable { finding, .. }) => vec![finding.rule.code],
            _ => panic!("{text} was to be no JSON"),
        };
    }
    codes(kind, &policy(kind, example).unwrap())
}

#[test]
fn every_check_that_is_covered_has_an_example_that_its_rule_finds() {
    let mut titles = BTreeSet::new();
    for row in rows() {
        let title = &row.title;
        let name = (row.type_of_finding.clone(), title.clone());
        assert!(titles.insert(name), "{title} is there twice");
        match row.outcome {
            Outcome::Found(code, found) => {
                assert!(found.contains(&code.as_str()), "{title}: {code}: {found:?}");
            }
            Outcome::NotCovered(reason) => assert!(reason.ends_with('.'), "{title}: {reason}"),
        }
    }
}

#[test]
fn the_page_on_coverage_is_up_to_date() {
    let written = fs::read_to_string(FILE).unwrap();
    let (before, written) = written.split_once(START).unwrap();
    let expected = page(&rows());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(FILE, format!("{before}{START}{expected}")).unwrap();
    } else {
        assert!(
            written == expected,
            "docs/lint-coverage.md is out of date: set UPDATE_DOCS=1"
        );
    }
}

fn page(rows: &[Row]) -> String {
    let is_covered = |row: &&Row| matches!(row.outcome, Outcome::Found(..));
    let covered = rows.iter().filter(is_covered).count();
    let mut text = format!("\nOf {} checks, {covered} are covered.\n", rows.len());
    let types = [
        ("error", "Errors"),
        ("security warning", "Security warnings"),
        ("general warning", "General warnings"),
        ("suggestion", "Suggestions"),
    ];
    for (name, heading) in types {
        let _ = write!(text, "\n## {heading}\n\n| check | rule here |\n|---|---|\n");
        for row in rows.iter().filter(|row| row.type_of_finding == name) {
            let outcome = match &row.outcome {
                Outcome::Found(code, _) => format!("`{code}`, {}", severity(code)),
                Outcome::NotCovered(reason) => format!("none: {reason}"),
            };
            let _ = writeln!(text, "| {} | {outcome} |", row.title);
        }
    }
    text
}

fn severity(code: &str) -> Severity {
    let rules = rules();
    let rule = rules.iter().find(|rule| rule.code == code);
    rule.unwrap_or_else(|| panic!("there is no rule {code}"))
        .severity
}
