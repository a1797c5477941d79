//! The form of a document: elements that do not exist, are missing, or are of the wrong kind.

use super::document::Document;
use super::finding::Finding;
use super::place::Place;
use super::rule::{Rule, Severity};
use crate::policy::printable;

pub(super) const RULES: &[&Rule] = &[&UNKNOWN_ELEMENT];

static UNKNOWN_ELEMENT: Rule = Rule {
    code: "unknown-element",
    severity: Severity::Error,
    risk: "AWS refuses a policy with an element that the policy language does not have.",
    remedy: "Correct the spelling, which is case-sensitive, or remove the element.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html",
};

const DOCUMENT_ELEMENTS: [&str; 3] = ["Version", "Id", "Statement"];

pub(super) fn find(document: &Document, findings: &mut Vec<Finding>) {
    for key in document
        .json
        .as_object()
        .into_iter()
        .flat_map(|it| it.keys())
    {
        if !DOCUMENT_ELEMENTS.contains(&key.as_str()) {
            let detail = format!("a policy has no element \"{}\"", printable(key));
            findings.push(document.finding(&UNKNOWN_ELEMENT, Place::default().key(key), detail));
        }
    }
}
