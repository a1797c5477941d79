//! AWS's own names: account IDs, regions with their partitions, and the syntax of ARNs.
//!
//! Everything here is pure text: nothing asks AWS whether a name exists. A value of one of these
//! types is well-formed from then on, so that later stages need no checks of their own.

mod arn;
mod region;

use std::fmt;
use std::str::FromStr;

pub use arn::Arn;
pub use region::{Partition, Region};

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

/// The ID of an AWS account: exactly 12 ASCII digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(String);

impl AccountId {
    /// The 12 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountId {
    type Err = Invalid;

    /// Takes a text that consists of exactly 12 digits; anything else is [`Invalid`].
    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(AccountId(text.to_owned()))
        } else {
            Err(Invalid::new(
                format!("{text:?} is not an AWS account ID"),
                "Write exactly 12 digits, for example \"123456789012\".",
            ))
        }
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
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
    fn account_ids_are_twelve_ascii_digits() {
        let cases = [
            ("123456789012", true, "an ordinary ID"),
            ("000000000000", true, "leading zeros belong to the ID"),
            ("12345678901", false, "one digit short"),
            ("1234567890123", false, "one digit long"),
            ("1234-5678-9012", false, "the console's way of writing it"),
            ("12345678901a", false, "a letter"),
            ("١٢٣٤٥٦٧٨٩٠١٢", false, "digits, but not ASCII ones"),
            ("", false, "nothing"),
        ];
        for (text, accepted, reason) in cases {
            assert_eq!(text.parse::<AccountId>().is_ok(), accepted, "{reason}");
        }
    }

    #[test]
    fn a_refused_account_id_is_shown_with_its_place_and_the_accepted_form() {
        let failure = "12\u{1b}[31m"
            .parse::<AccountId>()
            .unwrap_err()
            .at("--account");
        assert_eq!(
            failure.to_string(),
            "--account: \"12\\u{1b}[31m\" is not an AWS account ID\n\
             Hint: Write exactly 12 digits, for example \"123456789012\"."
        );
    }

    proptest! {
        #[test]
        fn parsing_never_panics(text in any::<String>()) {
            let _ = text.parse::<AccountId>();
            let _ = text.parse::<Region>();
            let _ = text.parse::<Arn>();
        }
    }
}
