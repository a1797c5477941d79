//! The error of a text that is no such name.

/// Why a text is no such name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct InvalidName {
    /// What is wrong, as a clause without a full stop.
    pub problem: String,
    /// The accepted form, as an imperative sentence.
    pub remedy: String,
}

impl InvalidName {
    pub(super) fn new(problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        InvalidName {
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }
}
