//! Replacing placeholders, such as `${AccountId}`, in a parsed document.
//!
//! A document marks what depends on where it is used with `${Name}`, which IAM's own policy
//! variables resemble. Replacing happens in the strings of parsed JSON, so a value can never
//! change the structure of a document, whatever characters it holds.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::printable::printable;
use crate::reading::Place;

/// Why a document's placeholders could not be replaced. No value is part of the message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaceholderError {
    /// The document holds a placeholder that has no value.
    #[error(
        "{}: unknown placeholder \"${{{}}}\"; accepted are {}",
        place.in_words(None),
        printable(name),
        listed(accepted)
    )]
    Unknown {
        /// The name between the braces.
        name: String,
        /// Where it stands.
        place: Place,
        /// The names that have values, sorted.
        accepted: Vec<String>,
    },
    /// Two keys of one object become equal.
    #[error(
        "{}: once its placeholders are replaced, the key \"{}\" equals another key of the same object",
        place.in_words(None),
        printable(key)
    )]
    DuplicateKey {
        /// The later of the two keys, as the document writes it.
        key: String,
        /// Where the object stands.
        place: Place,
    },
}

fn listed(accepted: &[String]) -> String {
    if accepted.is_empty() {
        return "none".to_owned();
    }
    let names: Vec<String> = accepted.iter().map(|name| format!("${{{name}}}")).collect();
    names.join(", ")
}

/// Replaces `${Name}` in every string of the document, object keys included.
///
/// IAM's own notation stays as it is: whatever has a colon between the braces
/// (`${aws:username}`, `${aws:username, 'nobody'}`) and the escapes `${*}`, `${?}` and `${$}`.
/// So does a `${` that is never closed. A value is inserted as it is and not searched again.
///
/// # Errors
/// [`PlaceholderError::Unknown`] for a name without a value, and
/// [`PlaceholderError::DuplicateKey`] where two keys would become one. The document may then be
/// replaced in part and must not be used.
pub fn replace(
    document: &mut Value,
    values: &BTreeMap<&str, String>,
) -> Result<(), PlaceholderError> {
    replace_at(document, &Place::default(), values)
}

fn replace_at(
    value: &mut Value,
    place: &Place,
    values: &BTreeMap<&str, String>,
) -> Result<(), PlaceholderError> {
    match value {
        Value::String(text) => *text = filled(text, place, values)?,
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                replace_at(item, &place.index(index), values)?;
            }
        }
        Value::Object(members) => {
            let mut replaced = Map::with_capacity(members.len());
            for (key, mut member) in std::mem::take(members) {
                let member_place = place.key(&key);
                let new_key = filled(&key, &member_place, values)?;
                replace_at(&mut member, &member_place, values)?;
                if replaced.insert(new_key, member).is_some() {
                    let place = place.clone();
                    return Err(PlaceholderError::DuplicateKey { key, place });
                }
            }
            *members = replaced;
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    Ok(())
}

/// One string with its placeholders replaced, read once from left to right.
fn filled(
    text: &str,
    place: &Place,
    values: &BTreeMap<&str, String>,
) -> Result<String, PlaceholderError> {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((literal, after)) = rest.split_once("${") {
        let Some((name, remainder)) = after.split_once('}') else {
            break;
        };
        result.push_str(literal);
        if belongs_to_iam(name) {
            result.push_str("${");
            result.push_str(name);
            result.push('}');
        } else if let Some(value) = values.get(name) {
            result.push_str(value);
        } else {
            return Err(PlaceholderError::Unknown {
                name: name.to_owned(),
                place: place.clone(),
                accepted: values.keys().map(|&name| name.to_owned()).collect(),
            });
        }
        rest = remainder;
    }
    result.push_str(rest);
    Ok(result)
}

fn belongs_to_iam(name: &str) -> bool {
    name.contains(':') || matches!(name, "*" | "?" | "$")
}

#[cfg(test)]
mod tests {
    use super::{PlaceholderError, replace};
    use crate::reading::Place;
    use serde_json::{Value, json};
    use std::collections::BTreeMap;

    fn values() -> BTreeMap<&'static str, String> {
        BTreeMap::from([
            ("AccountId", "123456789012".to_owned()),
            ("Region", "eu-west-1".to_owned()),
            ("ExternalId", r#"a"},{${Region}\"#.to_owned()),
        ])
    }

    fn replaced(mut document: Value) -> Result<Value, PlaceholderError> {
        replace(&mut document, &values()).map(|()| document)
    }

    #[test]
    fn strings() {
        let cases = [
            ("${AccountId}", "123456789012", "alone"),
            (
                "a-${AccountId}/${Region}/*",
                "a-123456789012/eu-west-1/*",
                "two within text",
            ),
            ("${Region}${Region}", "eu-west-1eu-west-1", "side by side"),
            ("$${Region}", "$eu-west-1", "a dollar sign before it"),
            (
                "${ExternalId}",
                r#"a"},{${Region}\"#,
                "a value is inserted as it is, and once",
            ),
            (
                "${aws:username}/${Region}",
                "${aws:username}/eu-west-1",
                "a policy variable",
            ),
            (
                "${s3:prefix}",
                "${s3:prefix}",
                "a service's policy variable",
            ),
            (
                "${aws:username, 'x y'}",
                "${aws:username, 'x y'}",
                "with a default value",
            ),
            (
                "${aws:a, '${Region}'}",
                "${aws:a, '${Region}'}",
                "a default is IAM's, too",
            ),
            ("${*}${?}${$}", "${*}${?}${$}", "the escapes of IAM"),
            ("${Region", "${Region", "never closed"),
            (
                "Region} $Region $",
                "Region} $Region $",
                "no opening at all",
            ),
            ("", "", "nothing to do"),
        ];
        for (text, expected, reason) in cases {
            assert_eq!(replaced(json!(text)), Ok(json!(expected)), "{reason}");
        }
    }

    #[test]
    fn values_and_keys_at_every_level_and_nothing_else() {
        let document = json!({"b": 1, "${Region}": [true, null, {"k": "${AccountId}"}], "a": 2});
        let expected = json!({"b": 1, "eu-west-1": [true, null, {"k": "123456789012"}], "a": 2});
        let result = replaced(document).expect("known placeholders");
        assert_eq!(
            result.to_string(),
            expected.to_string(),
            "the order is kept"
        );
    }

    #[test]
    fn an_unknown_placeholder_is_named_with_its_place() {
        let cases = [
            (
                json!({"Statement": [{"Resource": ["a", "${X}"]}]}),
                "statement 1, Resource entry 2: unknown placeholder \"${X}\"",
            ),
            (
                json!({"Statement": {"Resource": "${region}"}}),
                "statement 1, Resource: unknown placeholder \"${region}\"",
            ),
            (
                json!({"C": {"s3:p": "${}"}}),
                "C[\"s3:p\"]: unknown placeholder \"${}\"",
            ),
            (
                json!({"${X}": 1}),
                "[\"${X}\"]: unknown placeholder \"${X}\"",
            ),
            (json!("${X}"), "the document: unknown placeholder \"${X}\""),
        ];
        for (document, expected) in cases {
            let error = replaced(document).expect_err(expected).to_string();
            let accepted = "; accepted are ${AccountId}, ${ExternalId}, ${Region}";
            assert_eq!(error, format!("{expected}{accepted}"));
        }
    }

    #[test]
    fn a_key_never_swallows_another() {
        let error = replaced(json!({"C": {"eu-west-1": 1, "${Region}": 2}})).expect_err("equal");
        let expected = PlaceholderError::DuplicateKey {
            key: "${Region}".to_owned(),
            place: Place::default().key("C"),
        };
        assert_eq!(error, expected);
    }
}
