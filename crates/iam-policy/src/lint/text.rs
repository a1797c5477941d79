//! From the text of a file to a document: its JSON, and the kind of the policy.

use super::document::{Document, Home};
use super::finding::Finding;
use super::kind_of::kind_of;
use super::rule::{Rule, Severity};
use crate::json::{self, JsonError};
use crate::policy::Kind;
use crate::printable::printable;
use crate::reading::{Place, Position};

pub(super) const RULES: &[&Rule] = &[&NOT_JSON, &DUPLICATE_KEY, &UNKNOWN_KIND, &UNREADABLE_FILE];

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

static UNKNOWN_KIND: Rule = Rule {
    code: "unknown-kind",
    severity: Severity::Error,
    risk: "The policy was not checked, because its content does not show what it is attached to.",
    remedy: "Name the kind of policy; the policies of resources that no kind is for cannot be checked.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html",
};

static UNREADABLE_FILE: Rule = Rule {
    code: "unreadable-file",
    severity: Severity::Error,
    risk: "The file was not checked, because it cannot be read.",
    remedy: "Name a file that exists, that you may read, and whose text is UTF-8.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html",
};

/// What is found of a file that cannot be read, with why.
#[must_use]
pub fn unreadable_file(why: &str) -> Finding {
    of_document(&UNREADABLE_FILE, printable(why))
}

/// Whether a finding says that a document was not checked at all.
#[must_use]
pub fn is_unchecked(finding: &Finding) -> bool {
    [&UNKNOWN_KIND, &UNREADABLE_FILE].contains(&finding.rule)
}

/// Why a text cannot be checked: a finding, and where, if that is one place of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// `not-json` or `duplicate-key` for a text that is not JSON which everybody reads in the same way,
    /// `unknown-kind` for a policy of which it is not known what it is attached to.
    pub finding: Finding,
    /// The place in the text.
    pub position: Option<Position>,
}

/// Reads a policy. Without a `kind`, its kind follows from its content.
///
/// # Errors
/// [`Unreadable`] for a text that is not strict JSON, and for a policy whose kind does not follow from its
/// content.
pub fn read(text: &str, kind: Option<Kind>, home: Home) -> Result<Document, Unreadable> {
    let json = json::parse(text).map_err(|error| {
        let what = error.what();
        let (rule, line, column) = match error {
            JsonError::Syntax { line, column, .. } => (&NOT_JSON, line, column),
            JsonError::DuplicateKey { line, column, .. } => (&DUPLICATE_KEY, line, column),
        };
        let column = column.max(1);
        Unreadable {
            // A report has the place beside the finding.
            finding: of_document(rule, what),
            position: Some(Position { line, column }),
        }
    })?;
    // The kind decides nothing about how the document is read.
    let document = Document::new(Kind::Managed, home, &json);
    let kind = kind
        .or_else(|| kind_of(&document.json))
        .ok_or_else(|| Unreadable {
            finding: of_document(&UNKNOWN_KIND, unknown_kind()),
            position: None,
        })?;
    Ok(Document { kind, ..document })
}

fn unknown_kind() -> String {
    let names = Kind::ALL.map(Kind::name);
    format!(
        "it names principals, and its actions and resources fit no kind or more than one; the kinds are {}",
        names.join(", ")
    )
}

/// A finding that concerns a document as a whole.
fn of_document(rule: &'static Rule, detail: String) -> Finding {
    Finding {
        rule,
        place: Place::default(),
        sid: None,
        detail,
    }
}
