//! The form in which every expected failure is reported to a person.
//!
//! Every layer turns its own errors into a [`Failure`] at its edge.

mod excerpt;

use std::fmt;

pub use excerpt::Excerpt;
use iam_policy::printable::harmless;

/// A failure: what failed, the chain of causes, and what the person can do about it.
///
/// No field contains a secret: the layer that builds the failure leaves out values from the
/// settings' secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// One sentence without a full stop: what failed, and on what.
    pub message: String,
    /// The causes, the nearest first. For an AWS call the last cause is AWS's own code, message and
    /// request id.
    pub causes: Vec<String>,
    /// What to do next, as an imperative sentence.
    pub hint: Option<String>,
    /// The line of a file that the failure is about.
    pub excerpt: Option<Excerpt>,
    /// Failures of the same kind that were found together with this one.
    pub also: Vec<Failure>,
}

impl Failure {
    /// A failure with neither cause nor hint.
    pub fn new(message: impl Into<String>) -> Self {
        Failure {
            message: message.into(),
            causes: Vec::new(),
            hint: None,
            excerpt: None,
            also: Vec::new(),
        }
    }

    /// The same failure with one more, deeper cause.
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
    /// `message`, then the excerpt, a numbered `Caused by:` chain and a `Hint:` line if there are any,
    /// and each failure that was found together with this one as an `Error:` of its own. Control
    /// characters and line breaks within them are escaped, so quoted text can neither control the
    /// terminal nor forge a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", harmless(&self.message))?;
        if let Some(excerpt) = &self.excerpt {
            write!(f, "{excerpt}")?;
        }
        if !self.causes.is_empty() {
            write!(f, "\nCaused by:")?;
            for (index, cause) in self.causes.iter().enumerate() {
                write!(f, "\n  {}: {}", index + 1, harmless(cause))?;
            }
        }
        if let Some(hint) = &self.hint {
            write!(f, "\nHint: {}", harmless(hint))?;
        }
        for failure in &self.also {
            write!(f, "\n\nError: {failure}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}
