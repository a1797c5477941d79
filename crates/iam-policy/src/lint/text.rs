//! From the text of a file to a document: its JSON, and the kind of the policy.

use serde_json::Value;

use super::document::{Document, Home};
use super::finding::Finding;
use super::rule::{Rule, Severity};
use crate::json::{self, JsonError};
use crate::policy::Kind;
use crate::reading::{Place, Position};

pub(super) const RULES: &[&Rule] = &[&NOT_JSON, &DUPLICATE_KEY];

static NOT_JSON: Rule = Rule {
    code: "not-json",
    severity: Severity::Error,
    risk: "AWS refuses a policy that is not JSON.",
    remedy: "Correct the text at the place that the finding names.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html",
};

static DUPLICATE_KEY: Rule = Rule {
    code: "duplicate-key",
    severity: Severity::Error,
    risk: "Of two members of the same name AWS reads one or refuses the policy, so the value of the other is lost.",
    remedy: "Put the values of both into one list, or give each a statement of its own.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html",
};

/// Why a text cannot be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// The text is not JSON that everybody reads in the same way.
    Json(Box<Finding>, Position),
    /// The policy has principals, but no action that shows what the policy is attached to.
    UnknownKind,
}

/// Reads a policy. Without a `kind`, its kind follows from its content.
///
/// # Errors
/// [`Unreadable::Json`] for a text that is not strict JSON, and [`Unreadable::UnknownKind`] for a
/// policy whose kind does not follow from its content.
pub fn read(text: &str, kind: Option<Kind>, home: Home) -> Result<Document, Unreadable> {
    let json = json::parse(text).map_err(|error| {
        let (rule, line, column) = match &error {
            JsonError::Syntax { line, column, .. } => (&NOT_JSON, *line, *column),
            JsonError::DuplicateKey { line, column, .. } => (&DUPLICATE_KEY, *line, *column),
        };
        let finding = Finding {
            rule,
            place: Place::default(),
            sid: None,
            detail: error.to_string(),
        };
        let column = column.max(1);
        Unreadable::Json(Box::new(finding), Position { line, column })
    })?;
    // The kind decides nothing about how the document is read.
    let document = Document::new(Kind::Managed, home, &json);
    let kind = kind
        .or_else(|| kind_of(&document.json))
        .ok_or(Unreadable::UnknownKind)?;
    Ok(Document { kind, ..document })
}

/// The kind of policy that follows from a document's content. A policy without principals is an
/// identity's, and of those a managed policy has the lowest limit.
fn kind_of(json: &Value) -> Option<Kind> {
    let statements = crate::reading::read(json).statements;
    if statements
        .iter()
        .all(|statement| statement.principals.is_none())
    {
        return Some(Kind::Managed);
    }
    let actions = statements
        .iter()
        .filter_map(|statement| statement.actions.as_ref());
    actions
        .flat_map(|actions| &actions.items)
        .find_map(
            |action| match action.text.split(':').next()?.to_ascii_lowercase().as_str() {
                "sts" => Some(Kind::Trust),
                "kms" => Some(Kind::Key),
                "s3" | "s3express" => Some(Kind::Bucket),
                _ => None,
            },
        )
}
