//! What the three outputs look like, and that SARIF's own schema takes the third.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::Extent;
use crate::lint::{Accepted, Checked, Found, Home, Report, Severity, lint, read};

const TOOL: super::Tool = super::Tool {
    name: "a-linter",
    version: "1.2.3",
};

fn accepted() -> Accepted {
    Accepted::from([("all-actions", "it runs\u{1b}[2J everything".to_owned())])
}

/// Two files: one with a finding of every severity, and one with none.
fn of_files() -> Report {
    let bad = r#"{
  "Version": "2008-10-17",
  "Statement": [
    {"Sid": "Zoë", "Effect": "Allow", "NotAction": "iam:*", "Resource": []},
    {"Effect": "Allow", "Action": ["*", "*"], "Resource": "*"}
  ]
}"#;
    let good = r#"{"Version": "2012-10-17", "Statement": []}"#.replace(
        "[]",
        "{\"Effect\": \"Deny\", \"Action\": \"*\", \"Resource\": \"*\"}",
    );
    let files = [("./policies/a file.json", bad), ("good.json", &good)];
    let documents = files.map(|(name, text)| {
        let document = read(text, None, Home::default()).unwrap();
        Checked {
            name: name.to_owned(),
            kind: Some(document.kind),
            file: Some(name.to_owned()),
            is_built_in: false,
            found: Found::in_text(text, lint(&document), &accepted()),
        }
    });
    Report {
        documents: documents.to_vec(),
    }
}

fn text(report: &Report, width: usize, is_whole: bool) -> String {
    super::text(report, Extent { width, is_whole })
}

fn without_styles(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

#[test]
fn files_as_a_person_reads_them() {
    for width in [60, 80, 200] {
        let text = without_styles(&text(&of_files(), width, false));
        insta::assert_snapshot!(format!("files_as_a_person_reads_them_{width}"), text);
    }
}

/// A trust policy in which a service may act for any account, once for each of these Sids.
fn of_statements(name: &str, sids: &[&str]) -> Checked {
    let service = json!({"Service": "sns.amazonaws.com"});
    let statements = sids.iter().map(|sid| {
        json!({"Sid": sid, "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": service})
    });
    let statements: Vec<Json> = statements.collect();
    let text = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    let document = read(&text, None, Home::default()).unwrap();
    Checked {
        name: name.to_owned(),
        kind: Some(document.kind),
        file: Some(name.to_owned()),
        is_built_in: false,
        found: Found::in_text(&text, lint(&document), &Accepted::new()),
    }
}

#[test]
fn a_repeated_finding_is_told_once_with_its_places() {
    let many = of_statements("many.json", &["A", "B", "C", "D", "E"]);
    let in_region = |region: &str| Checked {
        name: format!("trust@{region}"),
        file: Some("policies/trust.json".to_owned()),
        is_built_in: true,
        ..of_statements("", &["A"])
    };
    let regions = ["a", "b", "c", "d", "e"].map(in_region);
    let report = Report {
        documents: [many].into_iter().chain(regions).collect(),
    };
    insta::assert_snapshot!(without_styles(&text(&report, 80, false)));
    let all = without_styles(&text(&report, 80, true));
    for place in ["\"A\"", "\"E\"", "trust@a", "trust@e"] {
        assert!(all.contains(place), "{place} is listed: {all}");
    }
}

#[test]
fn what_cannot_be_edited_has_its_own_advice() {
    let mut document = of_statements("a.json", &["A", "B"]);
    document.found[0].remedy = Some("Choose another profile.".to_owned());
    let report = Report {
        documents: vec![document],
    };
    let text = without_styles(&text(&report, 1000, false));
    assert!(text.contains("  Fix: Choose another profile.\n"), "{text}");
    assert!(
        text.contains(report.documents[0].found[1].finding.rule.remedy),
        "{text}"
    );
}

#[test]
fn a_document_fails_by_the_severity_that_is_asked_of_it() {
    let own = of_statements("own.json", &["A"]);
    let built_in = Checked {
        is_built_in: true,
        ..own.clone()
    };
    let fails = |document: &Checked| {
        let report = Report {
            documents: vec![document.clone()],
        };
        report.fails(|it| match it.is_built_in {
            true => Severity::Error,
            false => Severity::Security,
        })
    };
    assert!(fails(&own), "it has a finding of security");
    assert!(!fails(&built_in), "which is no error");
}

#[test]
fn files_as_a_program_reads_them() {
    insta::assert_snapshot!(format!("{:#}", super::json(&of_files())));
}

#[test]
fn files_as_a_code_scanner_reads_them() {
    let mut log = super::sarif(&of_files(), TOOL);
    // The rules are in docs/policies.md, and the version changes with each release.
    log["runs"][0]["tool"]["driver"] = json!("(elsewhere)");
    insta::assert_snapshot!(format!("{log:#}"));
}

#[test]
fn nothing_found_is_said() {
    let report = Report::default();
    assert_eq!(text(&report, 80, false), "Nothing found in 0 documents.\n");
}

#[test]
fn no_output_holds_what_could_deceive() {
    let report = of_files();
    let text = without_styles(&text(&report, 80, true));
    assert!(!text.contains('\u{1b}'), "{text:?}");
}

#[test]
fn a_log_is_what_the_schema_of_sarif_asks_for() {
    let schema: Json = serde_json::from_str(include_str!("sarif-2.1.0.schema.json")).unwrap();
    let validator = jsonschema::draft7::new(&schema).unwrap();
    for report in [of_files(), Report::default()] {
        let log = super::sarif(&report, TOOL);
        let problems: Vec<String> = validator
            .iter_errors(&log)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(problems, Vec::<String>::new());
    }
    let nothing = json!({"version": "2.1.0"});
    assert!(!validator.is_valid(&nothing), "the schema asks for runs");
}

#[test]
fn a_fingerprint_stays_when_lines_and_statements_move() {
    let fingerprints = |report: &Report| -> BTreeSet<String> {
        let log = super::sarif(report, TOOL);
        let results = log["runs"][0]["results"].as_array().unwrap().iter();
        results
            .map(|it| it["partialFingerprints"].to_string())
            .collect()
    };
    let report = |text: &str| {
        let document = read(text, None, Home::default()).unwrap();
        let found = lint(&document).into_iter();
        Report {
            documents: vec![Checked {
                name: "a.json".to_owned(),
                kind: Some(document.kind),
                file: None,
                is_built_in: false,
                found: found.map(|it| Found::new(it, &Accepted::new())).collect(),
            }],
        }
    };
    let all = r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#;
    let deny = r#"{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}"#;
    let whole = |list: &str| format!(r#"{{"Version": "2012-10-17", "Statement": [{list}]}}"#);
    let before = report(&whole(all));
    let after = report(&whole(&format!("{deny},\n{all}")));
    assert_eq!(fingerprints(&before), fingerprints(&after));
    let other = report(&whole(
        &all.replace("\"Action\": \"*\"", "\"Action\": \"*:*\""),
    ));
    assert_ne!(fingerprints(&before), fingerprints(&other));
}
