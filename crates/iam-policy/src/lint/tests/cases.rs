//! For every rule a policy that breaks it and one that comes near, from the table `cases.json`.
//!
//! A row holds a code, whether it is found, the kind of policy, the reason, and how the policy
//! differs from one that nothing is wrong with.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{change, codes, home, with};
use crate::lint::{Document, Severity, lint, rules};
use crate::policy::Kind;

struct Case {
    code: String,
    is_found: bool,
    kind: Kind,
    reason: String,
    policy: Value,
}

fn cases() -> Vec<Case> {
    let table = crate::json::parse(include_str!("cases.json")).unwrap();
    let rows = table.as_array().unwrap().iter();
    rows.map(|row| {
        let text = |index: usize| row[index].as_str().unwrap().to_owned();
        let kind = kind(&text(2));
        Case {
            code: text(0),
            is_found: match row[1].as_str() {
                Some("finds") => true,
                Some("passes") => false,
                other => panic!("{other:?} is no outcome"),
            },
            kind,
            reason: text(3),
            policy: policy(kind, &row[4]),
        }
    })
    .collect()
}

pub(super) fn kind(name: &str) -> Kind {
    let found = Kind::ALL.into_iter().find(|kind| kind.name() == name);
    found.unwrap_or_else(|| panic!("{name} is no kind"))
}

pub(super) fn policy(kind: Kind, changes: &Value) -> Value {
    let (name, value) = changes.as_object().unwrap().iter().next().unwrap();
    match name.as_str() {
        "statement" => with(kind, value.clone()),
        "document" => {
            let mut document = with(kind, json!({}));
            change(&mut document, value);
            document
        }
        "whole" => value.clone(),
        "padding" => {
            let bucket = "b".repeat(usize::try_from(value.as_u64().unwrap()).unwrap());
            with(kind, json!({"Resource": format!("arn:aws:s3:::{bucket}")}))
        }
        "similar" => {
            let count = value.as_u64().unwrap();
            let actions = (0..count).map(|n| format!("s3:*{n}*"));
            with(kind, json!({"Action": actions.collect::<Vec<_>>()}))
        }
        "many" => {
            let resources = (0..value.as_u64().unwrap()).map(|n| format!("arn:aws:s3:::b/{n}"));
            with(kind, json!({"Resource": resources.collect::<Vec<_>>()}))
        }
        other => panic!("{other} changes nothing"),
    }
}

#[test]
fn each_rule_finds_what_breaks_it_and_nothing_that_comes_near() {
    for case in cases() {
        let found = codes(case.kind, &case.policy);
        assert_eq!(
            found.contains(&case.code.as_str()),
            case.is_found,
            "{}: {}: {found:?}\n{:#}",
            case.code,
            case.reason,
            case.policy
        );
    }
}

#[test]
fn every_rule_that_looks_at_a_policy_has_cases_of_both_kinds() {
    let cases = cases();
    let with_outcome = |is_found| {
        let cases = cases.iter().filter(move |case| case.is_found == is_found);
        cases
            .map(|case| case.code.as_str())
            .collect::<BTreeSet<_>>()
    };
    // These look at a text, at a bucket's own settings and at a policy of which it is not known where
    // it belongs, and have tests of their own.
    let others = [
        "bucket-without-access-block",
        "bucket-without-key",
        "duplicate-key",
        "not-json",
        "unknown-account-without-external-id",
        "unknown-kind",
        "unreadable-file",
    ];
    let rules: BTreeSet<&str> = rules().iter().map(|rule| rule.code).collect();
    let rules: BTreeSet<&str> = rules.difference(&others.into()).copied().collect();
    assert_eq!(with_outcome(true), rules);
    assert_eq!(with_outcome(false), rules);
}

#[test]
fn a_denial_is_no_matter_of_security() {
    for mut case in cases() {
        let Some(statements) = case.policy.get_mut("Statement") else {
            continue;
        };
        for statement in statements.as_array_mut().into_iter().flatten() {
            if statement["Effect"] == "Allow" {
                statement["Effect"] = "Deny".into();
            }
        }
        let findings = lint(&Document::new(case.kind, home(), &case.policy));
        let of_statement = findings.into_iter().find(|finding| {
            finding.rule.severity == Severity::Security && !finding.place.0.is_empty()
        });
        assert_eq!(of_statement, None, "{}: {}", case.code, case.reason);
    }
}
