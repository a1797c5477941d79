//! Account IDs.

use std::fmt;
use std::str::FromStr;

use super::invalid::InvalidName;

/// Whether a text is the ID of an account.
pub(crate) fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
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
    type Err = InvalidName;

    /// Takes a text that consists of exactly 12 digits; anything else is [`InvalidName`].
    fn from_str(text: &str) -> Result<Self, InvalidName> {
        if is_account_id(text) {
            Ok(AccountId(text.to_owned()))
        } else {
            Err(InvalidName::new(
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

    proptest! {
        #[test]
        fn reading_an_account_id_never_panics(text in any::<String>()) {
            let _ = text.parse::<AccountId>();
        }
    }
}
