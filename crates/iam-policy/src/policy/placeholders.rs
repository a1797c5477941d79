//! Replacing placeholders, such as `${AccountId}`, in a parsed document.
//!
//! A document marks what depends on where it is used with `${Name}`, which IAM's own policy
//! variables resemble. Replacing happens in the strings of parsed JSON, so a value can never
//! change the structure of a document, whatever characters it holds.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::printable::printable;

/// Why a document's placeholders could not be replaced. No value is part of the message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaceholderError {
    /// The document holds a placeholder that has no value.
    #[error(
        "{}: unknown placeholder \"${{{}}}\"; accepted are {}",
        place(path),
        printable(name),
        listed(accepted)
    )]
    Unknown {
        /// The name between the braces.
        name: String,
        /// Where it stands, for example `Statement[0].Resource[1]`.
        path: String,
        /// The names that have values, sorted.
        accepted: Vec<String>,
    },
    /// Two keys of one object become equal.
    #[error(
        "{}: once its placeholders are replaced, the key \"{}\" equals another key of the same object",
        place(path),
        printable(key)
    )]
    DuplicateKey {
        /// The later of the two keys, as the document writes it.
        key: String,
        /// Where the object stands.
        path: String,
    },
}

fn place(path: &str) -> &str {
    if path.is_empty() {
        "the document"
    } else {
        path
    }
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
    replace_at(document, "", values)
}

fn replace_at(
    value: &mut Value,
    path: &str,
    values: &BTreeMap<&str, String>,
) -> Result<(), PlaceholderError> {
    match value {
        Value::String(text) => *text = filled(text, path, values)?,
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                replace_at(item, &format!("{path}[{index}]"), values)?;
            }
        }
        Value::Object(members) => {
            let mut replaced = Map::with_capacity(members.len());
            for (key, mut member) in std::mem::take(members) {
                let member_path = joined(path, &key);
                let new_key = filled(&key, &member_path, values)?;
                replace_at(&mut member, &member_path, values)?;
                if replaced.insert(new_key, member).is_some() {
                    let path = path.to_owned();
                    return Err(PlaceholderError::DuplicateKey { key, path });
                }
            }
            *members = replaced;
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    Ok(())
}

/// The path of an object's member: `Statement.Effect`, or `StringEquals["aws:SourceArn"]` for a key
/// that could be mistaken for more than one step.
fn joined(path: &str, key: &str) -> String {
    let is_simple = !key.is_empty()
        && key
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    match (is_simple, path.is_empty()) {
        (true, true) => key.to_owned(),
        (true, false) => format!("{path}.{key}"),
        (false, _) => format!("{path}[\"{}\"]", printable(key)),
    }
}

/// One string with its placeholders replaced, read once from left to right.
fn filled(
    text: &str,
    path: &str,
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
                path: path.to_owned(),
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
                "X",
                "Statement[0].Resource[1]",
            ),
            (
                json!({"Statement": {"Resource": "${region}"}}),
                "region",
                "Statement.Resource",
            ),
            (json!({"C": {"s3:p": "${}"}}), "", "C[\"s3:p\"]"),
            (json!({"${X}": 1}), "X", "[\"${X}\"]"),
            (json!("${X}"), "X", ""),
        ];
        for (document, name, path) in cases {
            let expected = PlaceholderError::Unknown {
                name: name.to_owned(),
                path: path.to_owned(),
                accepted: ["AccountId", "ExternalId", "Region"]
                    .map(String::from)
                    .to_vec(),
            };
            assert_eq!(replaced(document), Err(expected));
        }
    }

    #[test]
    fn the_message_says_what_is_accepted() {
        let error = replaced(json!(["${Acount}"])).expect_err("a misspelled name");
        assert_eq!(
            error.to_string(),
            "[0]: unknown placeholder \"${Acount}\"; accepted are ${AccountId}, ${ExternalId}, ${Region}"
        );
    }

    #[test]
    fn a_key_never_swallows_another() {
        let error = replaced(json!({"C": {"eu-west-1": 1, "${Region}": 2}})).expect_err("equal");
        let expected = PlaceholderError::DuplicateKey {
            key: "${Region}".to_owned(),
            path: "C".to_owned(),
        };
        assert_eq!(error, expected);
    }
}
