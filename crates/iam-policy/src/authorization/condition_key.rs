//! Condition keys and their types.

/// The type of a condition key's values, which decides the operators that fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyType {
    /// Text.
    String,
    /// An ARN.
    Arn,
    /// `true` or `false`.
    Bool,
    /// A number.
    Numeric,
    /// A date and time, or seconds since 1970.
    Date,
    /// An IP address, or a range of them.
    IpAddress,
}

/// A condition key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionKey {
    /// The name, its variable part as AWS writes it: `aws:RequestTag/${TagKey}`.
    pub name: &'static str,
    /// The type of its values.
    pub kind: KeyType,
    /// Whether a request can have several values for the key.
    pub is_multivalued: bool,
}

impl ConditionKey {
    /// Whether a policy's key is this one. AWS ignores the case of keys; a variable part is one
    /// character or more.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        let (mut pattern, mut text) = (self.name, name);
        while let Some((literal, after)) = pattern.split_once("${") {
            let Some(rest) = strip_prefix_ignoring_case(text, literal) else {
                return false;
            };
            let following = after.split_once('}').map_or("", |(_, following)| following);
            if following.is_empty() {
                return !rest.is_empty();
            }
            // The variable part ends where the literal text after it begins.
            let end = following.split("${").next().unwrap_or_default();
            let Some(position) = find_ignoring_case(rest, end).filter(|&position| position > 0)
            else {
                return false;
            };
            (pattern, text) = (following, &rest[position..]);
        }
        text.eq_ignore_ascii_case(pattern)
    }
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

fn find_ignoring_case(text: &str, wanted: &str) -> Option<usize> {
    text.to_ascii_lowercase().find(&wanted.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::{ConditionKey, KeyType};

    #[test]
    fn which_keys_of_a_policy_are_which_key() {
        let cases = [
            (true, "aws:SourceArn", "aws:SourceArn", "the same"),
            (true, "aws:SourceArn", "AWS:sourcearn", "case is ignored"),
            (false, "aws:SourceArn", "aws:SourceArns", "one letter more"),
            (
                true,
                "aws:RequestTag/${TagKey}",
                "aws:requesttag/Team",
                "a variable part",
            ),
            (
                true,
                "aws:RequestTag/${TagKey}",
                "aws:RequestTag/a/b:c",
                "with separators in it",
            ),
            (
                false,
                "aws:RequestTag/${TagKey}",
                "aws:RequestTag/",
                "an empty variable part",
            ),
            (
                false,
                "aws:RequestTag/${TagKey}",
                "aws:RequestTag",
                "no variable part",
            ),
            (
                true,
                "kms:EncryptionContext:${Key}",
                "kms:EncryptionContext:aws:s3:arn",
                "after a colon",
            ),
            (true, "c:a/${name}.value", "c:a/x.value", "in the middle"),
            (
                false,
                "c:a/${name}.value",
                "c:a/.value",
                "empty in the middle",
            ),
            (false, "c:a/${name}.value", "c:a/x.values", "another end"),
            (
                true,
                "t.${Domain}.ghe.com:actor",
                "t.x.ghe.com:actor",
                "in the prefix",
            ),
            (
                false,
                "aws:RequestTag/${TagKey}",
                "aws:Requesttäg/x",
                "letters that are not ASCII",
            ),
        ];
        for (expected, name, of_policy, reason) in cases {
            let key = ConditionKey {
                name,
                kind: KeyType::String,
                is_multivalued: false,
            };
            assert_eq!(key.matches(of_policy), expected, "{reason}");
        }
    }
}
