//! A document as the checks see it: taken apart once for all of them.

use super::document::{Document, Home};
use super::finding::Finding;
use super::rule::Rule;
use crate::policy::Kind;
use crate::reading::{self, Path, Problem, Statement, Version};

/// The parts of a document, and what is known about the policy.
pub(super) struct Subject<'a> {
    pub(super) kind: Kind,
    pub(super) home: &'a Home,
    /// The characters of the document without white space between its tokens.
    pub(super) size: usize,
    /// Whether the document names a version, whatever that is.
    pub(super) names_version: bool,
    /// The version that the document names, if that is one.
    pub(super) version: Option<Version>,
    /// The statements that are objects.
    pub(super) statements: Vec<Statement<'a>>,
    /// What is wrong with the form of the document.
    pub(super) problems: Vec<Problem<'a>>,
}

impl<'a> Subject<'a> {
    pub(super) fn of(document: &'a Document) -> Self {
        let parts = reading::read(&document.json);
        Subject {
            kind: document.kind,
            home: &document.home,
            size: document.size,
            names_version: document.json.get("Version").is_some(),
            version: parts.version,
            statements: parts.statements,
            problems: parts.problems,
        }
    }

    /// A finding that concerns the document as a whole.
    pub(super) fn finding(
        &self,
        rule: &'static Rule,
        path: Path<'_>,
        detail: impl Into<String>,
    ) -> Finding {
        Finding {
            rule,
            place: path.place(),
            sid: None,
            detail: detail.into(),
        }
    }
}
