//! The findings of several documents, and which of them are accepted.

use std::collections::BTreeMap;

use super::finding::Finding;
use super::rule::Severity;
use crate::policy::Kind;
use crate::reading::{Position, positions};

/// The codes of findings that are known and accepted, each with the reason.
pub type Accepted = BTreeMap<&'static str, String>;

/// The findings of several documents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Every document that was checked, including those without findings.
    pub documents: Vec<Checked>,
}

/// A document that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The name that distinguishes the document from the others, such as a path.
    pub name: String,
    /// The kind of policy, if it is known; none for the settings of a bucket.
    pub kind: Option<Kind>,
    /// The file that the text comes from; none for text from the standard input.
    pub file: Option<String>,
    /// The findings, in the document's order.
    pub found: Vec<Found>,
}

/// A finding, its position, and whether it is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The finding.
    pub finding: Finding,
    /// The position in the file; unknown if the text was filled in.
    pub position: Option<Position>,
    /// Why the finding is accepted, if it is.
    pub accepted: Option<String>,
}

impl Found {
    /// A finding without a position in a file.
    #[must_use]
    pub fn new(finding: Finding, accepted: &Accepted) -> Self {
        Found {
            accepted: accepted.get(finding.rule.code).cloned(),
            finding,
            position: None,
        }
    }

    /// Findings of a document with their positions in its text.
    #[must_use]
    pub fn in_text(text: &str, findings: Vec<Finding>, accepted: &Accepted) -> Vec<Self> {
        let places: Vec<_> = findings.iter().map(|finding| &finding.place).collect();
        let positions = positions(text, &places);
        let found = findings.into_iter().zip(positions);
        found
            .map(|(finding, position)| Found {
                position,
                ..Found::new(finding, accepted)
            })
            .collect()
    }
}

impl Report {
    /// Every finding that is not accepted.
    pub fn open(&self) -> impl Iterator<Item = &Finding> {
        let found = self.documents.iter().flat_map(|document| &document.found);
        found
            .filter(|found| found.accepted.is_none())
            .map(|found| &found.finding)
    }

    /// How many findings of a severity are not accepted.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        let of_severity = |finding: &&Finding| finding.rule.severity == severity;
        self.open().filter(of_severity).count()
    }

    /// Whether there is a finding at least as bad that is not accepted.
    #[must_use]
    pub fn fails(&self, least: Severity) -> bool {
        self.open().any(|finding| finding.rule.severity >= least)
    }
}
