//! What the policies of others allow that the settings keep on a role.

use iam_policy::lint::{Document, Home, lint_security};
use iam_policy::{Kind, summary};

use crate::engine::attributes::Value;

/// One line that says what a kept policy allows, and how many security findings it has.
pub(super) fn line(name: &str, document: &Value) -> String {
    let Some(policy) = document.as_policy() else {
        return format!("keeps {name}, whose document cannot be read");
    };
    let checked = Document::new(Kind::Managed, Home::default(), policy.document());
    let findings = match lint_security(&checked).len() {
        0 => String::new(),
        1 => " (1 security finding)".to_owned(),
        count => format!(" ({count} security findings)"),
    };
    format!("keeps {name}: {}{findings}", summary(&policy))
}
