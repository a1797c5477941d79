//! How the tables of the checks are tried out.

use serde_json::{Value, json};

use crate::lint::document::{Document, Home};
use crate::lint::finding::Finding;
use crate::lint::subject::Subject;
use crate::policy::Kind;

/// Runs a check on documents that grant to an identity. Each case is its reason, its statement or
/// list of them, and what is to be found: the code, the place, and the detail.
pub(super) fn check<'a>(
    find: fn(&Subject, &mut Vec<Finding>),
    cases: impl IntoIterator<Item = (&'a str, Value, &'a [&'a str])>,
) {
    for (reason, statements, expected) in cases {
        let json = json!({"Version": "2012-10-17", "Statement": statements});
        let document = Document::new(Kind::Managed, Home::default(), &json);
        let mut findings = Vec::new();
        find(&Subject::of(&document), &mut findings);
        let found: Vec<_> = findings
            .iter()
            .map(|it| format!("{} {}: {}", it.rule.code, it.place, it.detail))
            .collect();
        assert_eq!(found, expected, "{reason}");
    }
}
