//! The one shape in which an expected failure reaches a person.
//!
//! Every layer lowers its own errors to a [`Failure`] at its edge; only `main` and the renderers
//! print it.

use std::fmt;

use iam_policy::printable::harmless;

/// What failed, the chain of reasons, and what the person can do about it.
///
/// No field ever holds a secret: values that came from the settings' secrets are left out by the
/// layer that builds the failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// One sentence without a full stop: what failed, and on what.
    pub message: String,
    /// The reasons, the nearest first; for an AWS call the last is AWS's own code, message and
    /// request id.
    pub causes: Vec<String>,
    /// What to do next, as an imperative sentence.
    pub hint: Option<String>,
}

impl Failure {
    /// A failure with neither cause nor hint.
    pub fn new(message: impl Into<String>) -> Self {
        Failure {
            message: message.into(),
            causes: Vec::new(),
            hint: None,
        }
    }

    /// The same failure with one more, deeper reason.
    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    /// The same failure with advice on what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Failure {
    /// `message`, then a numbered `Caused by:` chain if there is one, then a `Hint:` line. What any
    /// of them quotes cannot command the terminal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", harmless(&self.message))?;
        if !self.causes.is_empty() {
            write!(f, "\nCaused by:")?;
            for (index, cause) in self.causes.iter().enumerate() {
                write!(f, "\n  {}: {}", index + 1, harmless(cause))?;
            }
        }
        if let Some(hint) = &self.hint {
            write!(f, "\nHint: {}", harmless(hint))?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}
