//! A whole policy document.

use std::fmt;

use serde_json::{Map, Value};

use super::canonical::same_statement;
use super::secret::redacted;
use super::statement::Statement;
use crate::json::{self, JsonError};
use crate::printable::printable;
use crate::reading::{self, Version};

/// Why a document is not a policy that AWS would take. No condition's value is part of the message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// The text is not acceptable JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// The JSON is not a policy.
    #[error("{place}: {problem}")]
    Malformed {
        /// The element, for example `statement 3, Action`, or `the document`.
        place: String,
        /// What is wrong with it and what is accepted.
        problem: String,
    },
}

/// A policy document that has the form AWS asks for.
///
/// `Debug` shows the document without the external ID.
#[derive(Clone)]
pub struct Policy {
    document: Value,
    version: Version,
    statements: Vec<Statement>,
}

impl Policy {
    /// Reads a policy from JSON.
    ///
    /// # Errors
    /// [`PolicyError::Json`] for what is not strict JSON, otherwise as [`Policy::from_value`].
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        Policy::from_value(json::parse(text)?)
    }

    /// Reads a policy from parsed JSON.
    ///
    /// # Errors
    /// [`PolicyError::Malformed`] for an element that is unknown, missing, or of the wrong form,
    /// naming its place. A document without statements is accepted; it grants nothing.
    pub fn from_value(document: Value) -> Result<Self, PolicyError> {
        let parts = reading::read(&document);
        let mut problems = parts.problems.into_iter();
        if let Some(problem) = problems.find(|problem| problem.fault.leaves_no_meaning()) {
            let sid = problem.sid.map(printable);
            return Err(PolicyError::Malformed {
                place: problem.path.place().in_words(sid.as_deref()),
                problem: problem.text,
            });
        }
        let version = parts.version.unwrap_or(Version::V2008);
        let statements = parts.statements.iter().map(Statement::from_parts);
        let statements = statements.collect::<Option<_>>();
        // Without a problem each statement has both.
        let statements = statements.ok_or_else(|| PolicyError::Malformed {
            place: "the document".to_owned(),
            problem: "has a statement without an effect or without actions".to_owned(),
        })?;
        Ok(Policy {
            document,
            version,
            statements,
        })
    }

    /// The document as it was given, its keys in the same order.
    #[must_use]
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// The document without white space between its tokens: what is written to AWS.
    #[must_use]
    pub fn compact(&self) -> String {
        self.document.to_string()
    }

    /// The number of characters of [`Policy::compact`].
    ///
    /// AWS leaves white space out when it counts, and here white space within strings counts, so
    /// a policy that fits by this number fits.
    #[must_use]
    pub fn size(&self) -> usize {
        self.compact().chars().count()
    }

    /// The version of the policy language.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// The statements, in the document's order.
    #[must_use]
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// The policy without the statements that `set_aside` picks, and those statements.
    #[must_use]
    pub fn split(&self, set_aside: impl Fn(&Statement) -> bool) -> (Policy, Vec<Statement>) {
        let (aside, kept) = self.statements.iter().cloned().partition(set_aside);
        (self.with_statements(kept), aside)
    }

    /// The policy with the given statements appended, each verbatim.
    ///
    /// A statement is left out if one that means the same, apart from its Sid, is there already.
    /// A statement from a policy of another version may change its meaning if it holds `${…}`.
    #[must_use]
    pub fn join(&self, statements: &[Statement]) -> Policy {
        let mut joined = self.statements.clone();
        for statement in statements {
            if !joined
                .iter()
                .any(|other| same_statement(other, statement, self.version))
            {
                joined.push(statement.clone());
            }
        }
        self.with_statements(joined)
    }

    /// The policy with `text` of each string value in its place. The words of the grammar, which are
    /// the versions, the effects and `*`, must stay as they are.
    ///
    /// The form of any other string is free, so the result is a policy.
    pub(super) fn with_texts(&self, text: &impl Fn(&str) -> String) -> Policy {
        let statements = self.statements.iter();
        Policy {
            document: json::with_texts(&self.document, text),
            version: self.version,
            statements: statements.map(|s| s.with_texts(text)).collect(),
        }
    }

    fn with_statements(&self, statements: Vec<Statement>) -> Policy {
        let list = statements.iter().map(|s| s.document().clone()).collect();
        let mut members = self.document.as_object().map_or_else(Map::new, Map::clone);
        members.insert("Statement".to_owned(), list);
        Policy {
            document: Value::Object(members),
            version: self.version,
            statements,
        }
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Policy")
            .field(&redacted(&self.document))
            .finish()
    }
}
