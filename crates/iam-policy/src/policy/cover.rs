//! Whether one action or resource with wildcards covers another: everything that matches the one also
//! matches the other, whatever the rest of the statement says.
//!
//! The answer "yes" is always right. How far a wildcard reaches is in "IAM JSON policy elements:
//! Resource" of the IAM User Guide: within one segment of an ARN, and beyond its colon only at the end
//! of the segment. Two policies are therefore compared segment by segment.

use super::variables::has_variable;
use crate::authorization::pattern_covers_with_case as matches;

/// The text with each run of wildcards in one form: `**` matches what `*` matches, and `*?` what `?*`
/// matches.
pub(super) fn with_plain_wildcards(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut is_open = false;
    for character in text.chars() {
        match character {
            '*' => is_open = true,
            '?' => plain.push('?'),
            other => {
                if std::mem::take(&mut is_open) {
                    plain.push('*');
                }
                plain.push(other);
            }
        }
    }
    if is_open {
        plain.push('*');
    }
    plain
}

/// Whether an action covers another, both in lower case. An action is a service, a colon and a name,
/// or `*`.
pub(super) fn action_covers(wide: &str, narrow: &str) -> bool {
    if wide == "*" || wide == narrow {
        return true;
    }
    match (wide.split_once(':'), narrow.split_once(':')) {
        (Some((service, name)), Some((narrow_service, narrow_name))) => {
            matches(service, narrow_service) && matches(name, narrow_name)
        }
        _ => false,
    }
}

/// Whether a resource covers another. What a variable stands for is not known, so a text with variables
/// covers only itself.
pub(crate) fn resource_covers(wide: &str, narrow: &str) -> bool {
    if wide == "*" || wide == narrow {
        return true;
    }
    if !wide.starts_with("arn:") || [wide, narrow].into_iter().any(has_variable) {
        return false;
    }
    let (mut wide, mut narrow) = (wide, narrow);
    loop {
        match (wide.split_once(':'), narrow.split_once(':')) {
            (Some((segment, rest)), Some((narrow_segment, narrow_rest))) => {
                if !matches(segment, narrow_segment) {
                    return false;
                }
                (wide, narrow) = (rest, narrow_rest);
            }
            (Some(_), None) => return false,
            (None, None) => return matches(wide, narrow),
            // Only a wildcard at the very end reaches beyond the colon.
            (None, Some(_)) => {
                return wide.strip_suffix('*').is_some_and(|literal| {
                    !literal.contains(['*', '?']) && narrow.starts_with(literal)
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{action_covers, resource_covers, with_plain_wildcards};

    #[test]
    fn what_an_action_covers() {
        let cases = [
            (true, "*", "s3:get*", "everything"),
            (true, "s3:*", "s3:get*", "a wildcard and a narrower one"),
            (true, "s3:get*", "s3:getobject", "a wildcard and a name"),
            (true, "s3:g?t*", "s3:get?x", "one character, whichever"),
            (true, "s?:*", "s3:*", "a wildcard in the service"),
            (
                true,
                "s3:*object*",
                "s3:*getobject",
                "with several wildcards",
            ),
            (false, "s3:get*", "s3:*", "the other way round"),
            (false, "s3:get?", "s3:get*", "one character is not any text"),
            (false, "s3:get?", "s3:get", "one character is not none"),
            (false, "s3:*", "*", "one service is not all"),
            (false, "s3:*", "s3*", "the service itself is open"),
            (false, "s3:?", "s3:é", "bytes are not characters"),
        ];
        for (expected, wide, narrow, why) in cases {
            assert_eq!(action_covers(wide, narrow), expected, "{why}");
        }
    }

    #[test]
    fn what_a_resource_covers() {
        let cases = [
            (true, "*", "arn:aws:s3:::b/${aws:username}", "everything"),
            (true, "arn:aws:s3:::b/*", "arn:aws:s3:::b/a/*", "a folder"),
            (
                true,
                "arn:aws:s3:::b/*",
                "arn:aws:s3:::b/a:b",
                "beyond a colon at the end",
            ),
            (true, "arn:*:s3:::b", "arn:aws:s3:::b", "any partition"),
            (
                true,
                "arn:aws:logs:*:1:log-group:*",
                "arn:aws:logs:r:1:log-group:g:*",
                "several segments",
            ),
            (
                false,
                "arn:aws:logs:*:1:*:g",
                "arn:aws:logs:r:1:a:b:g",
                "not beyond a colon in the middle",
            ),
            (
                false,
                "arn:aws:logs:*:1:a*g*",
                "arn:aws:logs:r:1:ab:g",
                "nor before the last wildcard",
            ),
            (
                false,
                "arn:aws:s3:::b/*",
                "arn:aws:s3:::B/x",
                "ARNs have case",
            ),
            (
                false,
                "arn:aws:s3:::b/*",
                "arn:aws:s3:::b",
                "the bucket is no object",
            ),
            (
                false,
                "arn:aws:s3:::b/*",
                "arn:aws:s3:::*",
                "the other way round",
            ),
            (
                false,
                "arn:aws:s3:::b/*",
                "arn:aws:s3:::b/${aws:username}",
                "a variable",
            ),
            (
                false,
                "arn:aws:s3:::b/${*}",
                "arn:aws:s3:::b/${a}",
                "an escape is no wildcard",
            ),
            (false, "a*", "ab", "no ARN"),
        ];
        for (expected, wide, narrow, why) in cases {
            assert_eq!(resource_covers(wide, narrow), expected, "{why}");
        }
    }

    #[test]
    fn a_run_of_wildcards_has_one_form() {
        let cases = [
            ("a**b", "a*b"),
            ("a*?b", "a?*b"),
            ("a?*?*", "a??*"),
            ("a?b*", "a?b*"),
        ];
        for (text, expected) in cases {
            assert_eq!(with_plain_wildcards(text), expected);
        }
    }
}
