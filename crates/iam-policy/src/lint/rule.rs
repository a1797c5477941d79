//! A rule: its code, its severity, what can happen if it is broken, and what to do.

use std::fmt;

/// How bad a finding is, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum Severity {
    /// The policy works, and could be clearer or shorter
    Suggestion,
    /// The policy may not do what its text seems to say
    Warning,
    /// The policy allows more than it should have to
    Security,
    /// AWS refuses the policy, or a part of it can never do anything
    Error,
}

impl Severity {
    /// Every severity, the worst first.
    pub const ALL: [Severity; 4] = [
        Severity::Error,
        Severity::Security,
        Severity::Warning,
        Severity::Suggestion,
    ];

    /// What a finding of this severity means, in a sentence.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Severity::Error => "AWS refuses the policy, or a part of it can never do anything.",
            Severity::Security => "The policy allows more than it should have to.",
            Severity::Warning => "The policy may not do what its text seems to say.",
            Severity::Suggestion => "The policy works, and could be clearer or shorter.",
        }
    }
}

impl fmt::Display for Severity {
    /// The word in reports: `error`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Suggestion => "suggestion",
            Severity::Warning => "warning",
            Severity::Security => "security",
            Severity::Error => "error",
        })
    }
}

/// What a check looks for. All texts are whole sentences for the person who wrote the policy.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// The stable name, in lower case with hyphens.
    pub code: &'static str,
    /// How bad a finding is.
    pub severity: Severity,
    /// One sentence: what can happen.
    pub risk: &'static str,
    /// One sentence: what to do.
    pub remedy: &'static str,
    /// The page of AWS's documentation that explains it.
    pub reference: &'static str,
}
