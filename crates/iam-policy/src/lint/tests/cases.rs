//! For every rule a policy that breaks it and one that comes near, from the table `cases.json`.

use std::collections::BTreeSet;

use super::{codes, home};
use crate::lint::{Document, Severity, examples, lint, rules};

#[test]
fn every_row_of_the_table_is_an_example() {
    let table = crate::json::parse(include_str!("../cases.json")).unwrap();
    let rows = table.as_array().unwrap();
    assert_eq!(examples().len(), rows.len());
    for row in rows {
        assert!(
            ["finds", "passes"].map(Into::into).contains(&row[1]),
            "{row}"
        );
    }
}

#[test]
fn each_rule_finds_what_breaks_it_and_nothing_that_comes_near() {
    for case in examples() {
        let found = codes(case.kind, &case.policy);
        assert_eq!(
            found.contains(&case.code.as_str()),
            case.is_found,
            "{}: {}: {found:?}\n{:#}",
            case.code,
            case.shows,
            case.policy
        );
    }
}

#[test]
fn every_rule_that_looks_at_a_policy_has_cases_of_both_kinds() {
    let cases = examples();
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
    for mut case in examples() {
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
        assert_eq!(of_statement, None, "{}: {}", case.code, case.shows);
    }
}
