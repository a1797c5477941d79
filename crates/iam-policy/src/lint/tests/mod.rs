//! Tables for every rule: what breaks it, and what comes near and does not.

mod cases;
mod coverage;
mod documents;
mod text;

use serde_json::{Value, json};

use super::examples::with;
use super::{Document, Home, lint};
use crate::names::Partition;
use crate::policy::Kind;

/// The account and partition that the tables' policies belong to.
fn home() -> Home {
    Home {
        partition: Some(Partition::Aws),
        account: "123456789012".parse().ok(),
    }
}

/// The codes of everything that is found in a document.
fn codes(kind: Kind, json: &Value) -> Vec<&'static str> {
    let findings = lint(&Document::new(kind, home(), json));
    findings.iter().map(|finding| finding.rule.code).collect()
}

#[test]
fn nothing_is_wrong_with_the_policies_that_the_tables_start_from() {
    for kind in Kind::ALL {
        assert_eq!(
            codes(kind, &with(kind, json!({}))),
            Vec::<&str>::new(),
            "{kind}"
        );
    }
}
