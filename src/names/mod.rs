//! AWS's own names: account IDs, regions with their partitions, and the syntax of ARNs.
//!
//! Everything here is pure text: nothing asks AWS whether a name exists. A value of one of these
//! types is well-formed from then on, so that later stages need no checks of their own.

mod iam_identity;
mod region;

pub use iam_identity::IamIdentity;
pub use iam_policy::names::{AccountId, Arn, InvalidName, Partition};
pub use region::Region;

use crate::failure::Failure;

/// Why a text was refused, without the place that it came from.
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
    pub fn at(self, place: &str) -> Failure {
        Failure::new(format!("{place}: {}", self.problem)).hint(self.remedy)
    }
}

impl From<InvalidName> for Invalid {
    fn from(InvalidName { problem, remedy }: InvalidName) -> Self {
        Invalid { problem, remedy }
    }
}

/// Whether IAM takes the text as a friendly name of a role, user or policy of at most `max`
/// characters.
pub(crate) fn is_iam_name(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.len())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_refused_account_id_is_shown_with_its_place_and_the_accepted_form() {
        let failure = "12\u{1b}[31m".parse::<AccountId>().unwrap_err();
        let failure = Invalid::from(failure).at("--account");
        assert_eq!(
            failure.to_string(),
            "--account: \"12\\u{1b}[31m\" is not an AWS account ID\n\
             Hint: Write exactly 12 digits, for example \"123456789012\"."
        );
    }

    proptest! {
        #[test]
        fn parsing_never_panics(text in any::<String>()) {
            let _ = text.parse::<Region>();
        }
    }
}
