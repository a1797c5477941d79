//! The managed policies of AWS have no false finding of severity error or security.
//!
//! `policies.txt` is a sample of them, and `judged.txt` has every such finding, with the reason for
//! which it is true. A change of a rule that adds a finding or loses one shows here.

use std::collections::BTreeSet;

use iam_policy::Kind;
use iam_policy::lint::{Home, Severity, lint, read};

/// The lines of a file that are no comment, each its fields.
fn lines(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split('\t').collect())
}

/// The code, the policy and the place of each finding.
fn judged() -> BTreeSet<(String, String, String)> {
    let mut code = "";
    let mut judged = BTreeSet::new();
    for fields in lines(include_str!("judged.txt")) {
        let (first, rest) = fields.split_first().unwrap();
        if let Some(next) = first.strip_prefix('@') {
            assert!(rest[0].ends_with('.'), "{next} has a reason");
            code = next;
            continue;
        }
        for place in rest {
            let finding = (code.to_owned(), (*first).to_owned(), (*place).to_owned());
            assert!(judged.insert(finding), "{first} twice under {code}");
        }
    }
    judged
}

#[test]
fn every_grave_finding_is_a_judged_one() {
    let mut found = BTreeSet::new();
    for fields in lines(include_str!("policies.txt")) {
        let [name, text] = fields[..] else {
            panic!("{fields:?}");
        };
        let document = read(text, Some(Kind::Managed), Home::default()).expect(name);
        for finding in lint(&document) {
            if finding.rule.severity >= Severity::Security {
                let code = finding.rule.code.to_owned();
                found.insert((code, name.to_owned(), finding.place.to_string()));
            }
        }
    }
    let judged = judged();
    let new: Vec<_> = found.difference(&judged).collect();
    assert!(new.is_empty(), "not judged: {new:#?}");
    let lost: Vec<_> = judged.difference(&found).collect();
    assert!(lost.is_empty(), "no longer found: {lost:#?}");
}
