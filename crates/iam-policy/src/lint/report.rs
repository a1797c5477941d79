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
    /// Whether the text is part of the program that checks it, so that whoever reads the findings has
    /// no such file.
    pub is_built_in: bool,
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
    /// What to do instead of what the rule advises, where the text cannot be edited.
    pub remedy: Option<String>,
}

impl Found {
    /// A finding without a position in a file.
    #[must_use]
    pub fn new(finding: Finding, accepted: &Accepted) -> Self {
        Found {
            accepted: accepted.get(finding.rule.code).cloned(),
            finding,
            position: None,
            remedy: None,
        }
    }

    /// What to do about the finding.
    #[must_use]
    pub fn remedy(&self) -> &str {
        self.remedy.as_deref().unwrap_or(self.finding.rule.remedy)
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

    /// How many findings are accepted.
    #[must_use]
    pub fn accepted(&self) -> usize {
        let found = self.documents.iter().flat_map(|document| &document.found);
        found.filter(|found| found.accepted.is_some()).count()
    }

    /// Whether a document has a finding that is not accepted and is at least as bad as `least` says
    /// for that document.
    #[must_use]
    pub fn fails(&self, least: impl Fn(&Checked) -> Severity) -> bool {
        self.documents.iter().any(|document| {
            let least = least(document);
            let mut found = document.found.iter();
            found.any(|it| it.accepted.is_none() && it.finding.rule.severity >= least)
        })
    }
}
