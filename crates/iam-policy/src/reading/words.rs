//! The words of the policy language: elements, versions, effects and kinds of principals.

use std::fmt;

/// The elements that a document may have.
pub(super) const DOCUMENT_ELEMENTS: [&str; 3] = ["Version", "Id", "Statement"];

/// The elements that a statement may have.
pub(super) const STATEMENT_ELEMENTS: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

/// The kinds of principals that a statement may name.
pub(super) const PRINCIPAL_KINDS: [&str; 4] = ["AWS", "Service", "Federated", "CanonicalUser"];

/// The version of the policy language, which decides whether `${…}` is a policy variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// The version of a document that names none: `${…}` is literal text.
    V2008,
    /// The current version: `${…}` is a policy variable.
    V2012,
}

impl Version {
    /// The version of that date, if there is one.
    pub(super) fn from_date(date: &str) -> Option<Self> {
        match date {
            "2008-10-17" => Some(Version::V2008),
            "2012-10-17" => Some(Version::V2012),
            _ => None,
        }
    }
}

impl fmt::Display for Version {
    /// The date that policies use.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Version::V2008 => "2008-10-17",
            Version::V2012 => "2012-10-17",
        })
    }
}

/// What a statement does with the requests that it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// The statement allows them.
    Allow,
    /// The statement denies them, whatever allows them.
    Deny,
}

impl Effect {
    /// The effect of that name, whose case matters to AWS.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        match name {
            "Allow" => Some(Effect::Allow),
            "Deny" => Some(Effect::Deny),
            _ => None,
        }
    }
}

impl fmt::Display for Effect {
    /// The word that policies use.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Effect::Allow => "Allow",
            Effect::Deny => "Deny",
        })
    }
}
