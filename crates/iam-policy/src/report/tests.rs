//! What the three outputs look like, and that SARIF's own schema takes the third.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use crate::lint::{Accepted, Checked, Found, Home, Report, lint, read};

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
            found: Found::in_text(text, lint(&document), &accepted()),
        }
    });
    Report {
        documents: documents.to_vec(),
    }
}

fn without_styles(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

#[test]
fn files_as_a_person_reads_them() {
    insta::assert_snapshot!(without_styles(&super::text(&of_files())));
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
    assert_eq!(super::text(&report), "Nothing found in 0 documents.\n");
}

#[test]
fn no_output_holds_what_could_deceive() {
    let report = of_files();
    let text = without_styles(&super::text(&report));
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
