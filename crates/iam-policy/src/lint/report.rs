//! What was found in several documents, and which of it the settings accept.

use std::collections::BTreeMap;

use super::finding::Finding;
use super::rule::Severity;
use crate::policy::Kind;
use crate::reading::{Position, positions};

/// Codes of findings that are known and stay, each with the reason.
pub type Accepted = BTreeMap<&'static str, String>;

/// Everything that was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Every document that was checked, also those without findings.
    pub documents: Vec<Checked>,
}

/// A document that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// What tells it from the others: a path, or the name of a document of the settings.
    pub name: String,
    /// What it is, if that could be told; nothing for a bucket's own settings.
    pub kind: Option<Kind>,
    /// The file that its text comes from; none for what was read from the standard input.
    pub file: Option<String>,
    /// What was found, in the document's order.
    pub found: Vec<Found>,
}

/// A finding and what is known about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What was found.
    pub finding: Finding,
    /// Where it stands in the file; unknown for what was filled in.
    pub position: Option<Position>,
    /// Why it is accepted, if it is.
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
    /// Every finding that nobody accepted.
    pub fn open(&self) -> impl Iterator<Item = &Finding> {
        let found = self.documents.iter().flat_map(|document| &document.found);
        found
            .filter(|found| found.accepted.is_none())
            .map(|found| &found.finding)
    }

    /// How many findings of a severity nobody accepted.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        let of_severity = |finding: &&Finding| finding.rule.severity == severity;
        self.open().filter(of_severity).count()
    }

    /// Whether there is a finding at least as bad that nobody accepted.
    #[must_use]
    pub fn fails(&self, least: Severity) -> bool {
        self.open().any(|finding| finding.rule.severity >= least)
    }
}
