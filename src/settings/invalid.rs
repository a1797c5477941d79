//! Why a text of the settings was refused.

use std::fmt;

use crate::failure::Failure;
use crate::names::InvalidName;

/// Why a text was refused, without the place that the text came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// What is wrong, as a clause without a full stop.
    pub problem: String,
    /// The accepted form, as an imperative sentence.
    pub remedy: String,
}

impl Invalid {
    /// A refusal from what is wrong and what would be accepted instead.
    pub fn new(problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Invalid {
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }

    /// The failure to show, once the place that the text came from is known.
    #[must_use]
    pub fn at(self, place: impl fmt::Display) -> Failure {
        // A hint ends without a full stop.
        let hint = self.remedy.trim_end_matches('.');
        Failure::new(format!("{place}: {}", self.problem)).hint(hint)
    }
}

impl From<InvalidName> for Invalid {
    fn from(InvalidName { problem, remedy }: InvalidName) -> Self {
        Invalid { problem, remedy }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::AccountId;

    #[test]
    fn a_refused_account_id_is_shown_with_its_place_and_the_accepted_form() {
        let failure = "12\u{1b}[31m".parse::<AccountId>().unwrap_err();
        let failure = Invalid::from(failure).at("--account");
        assert_eq!(
            failure.to_string(),
            "--account: \"12\\u{1b}[31m\" is not an AWS account ID\n\
             Hint: Write exactly 12 digits, for example \"123456789012\""
        );
    }
}
