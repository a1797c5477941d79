//! Strict JSON: text that two readers could understand differently is refused.
//!
//! `serde_json` keeps the last of two equal keys and drops the other without a warning. In a policy
//! that changes what a person wrote, so [`parse`] makes it an error.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::printable::printable;

/// Why a text is not acceptable JSON, and where. Lines and columns count from 1, columns in bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// The text breaks JSON's grammar or nests deeper than 128 levels.
    #[error("line {line}, column {column}: {}", self.what())]
    Syntax {
        /// The line at which reading stopped.
        line: usize,
        /// The column at which reading stopped.
        column: usize,
        /// What was found or expected there.
        message: String,
    },
    /// An object has the same key twice.
    #[error("line {line}, column {column}: {}", self.what())]
    DuplicateKey {
        /// The line of the second occurrence.
        line: usize,
        /// The column at the end of the second occurrence.
        column: usize,
        /// The key, as it is after JSON's own escapes.
        key: String,
    },
}

impl JsonError {
    /// What is wrong, without the place.
    #[must_use]
    pub fn what(&self) -> String {
        match self {
            JsonError::Syntax { message, .. } => message.clone(),
            JsonError::DuplicateKey { key, .. } => {
                let key = printable(key);
                format!("the key \"{key}\" occurs twice in the same object")
            }
        }
    }
}

/// What is said of a text that begins with a byte-order mark, as some editors write it (RFC 8259, section
/// 8.1).
const BYTE_ORDER_MARK: &str =
    "a byte-order mark, which JSON does not have; save the text as UTF-8 without it";

/// Reads one JSON value that fills the text, keeping the order of object keys.
///
/// # Errors
/// [`JsonError::Syntax`] for what is not JSON, for trailing text, and for nesting deeper than 128
/// levels; [`JsonError::DuplicateKey`] for an object that has a key twice.
pub fn parse(text: &str) -> Result<Value, JsonError> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let mut duplicate = None;
    let strict = Strict {
        duplicate: &mut duplicate,
    };
    let mut follows = None;
    let outcome = strict.deserialize(&mut deserializer).and_then(|value| {
        deserializer.end().map(|()| value).inspect_err(|_| {
            follows = several(text);
        })
    });
    outcome.map_err(|error| {
        let (line, column) = (error.line(), error.column());
        match duplicate {
            Some(key) => JsonError::DuplicateKey { line, column, key },
            None => JsonError::Syntax {
                line,
                column,
                message: if text.starts_with('\u{feff}') {
                    BYTE_ORDER_MARK.to_owned()
                } else {
                    follows.unwrap_or_else(|| without_position(&error))
                },
            },
        }
    })
}

/// What is said of a text that is a whole JSON document and at least one more.
fn several(text: &str) -> Option<String> {
    let mut documents = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    let count = documents.try_fold(0, |count, document| document.map(|_| count + 1));
    let count = count.ok().filter(|count| *count > 1)?;
    Some(format!(
        "the second of {count} JSON documents begins here; put each into a file of its own"
    ))
}

/// The message without the position that `serde_json` appends, which is a part of its own.
fn without_position(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    message
        .strip_suffix(&position)
        .unwrap_or(&message)
        .to_owned()
}

/// Reads a value, and puts the key into `duplicate` if an object repeats one.
struct Strict<'a> {
    duplicate: &'a mut Option<String>,
}

impl Strict<'_> {
    fn nested(&mut self) -> Strict<'_> {
        Strict {
            duplicate: self.duplicate,
        }
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = items.next_element_seed(self.nested())? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            if object.contains_key(&key) {
                *self.duplicate = Some(key);
                return Err(A::Error::custom("duplicate key"));
            }
            let value = members.next_value_seed(self.nested())?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

/// The value with `text` of each string in its place. The names of members stay.
#[must_use]
pub fn with_texts(value: &Value, text: &impl Fn(&str) -> String) -> Value {
    match value {
        Value::String(own) => Value::String(text(own)),
        Value::Array(items) => items.iter().map(|item| with_texts(item, text)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| (name.clone(), with_texts(member, text)))
            .collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::{JsonError, parse};

    #[test]
    fn reads_what_serde_json_reads_and_keeps_the_order() {
        let text = r#"{"b":[1,-2,0.5,true,false,null,"\u00e9"],"a":{"c":{}}}"#;
        let value = parse(text).expect("valid JSON");
        assert_eq!(
            Ok(&value),
            serde_json::from_str(text).as_ref().map_err(|_| ())
        );
        assert!(value.to_string().starts_with(r#"{"b":"#), "{value}");
    }

    #[test]
    fn several_documents_in_one_text_are_named_as_such() {
        let cases = [
            (
                "{}\n{}\n",
                "the second of 2 JSON documents begins here",
                "2:1",
            ),
            (
                "{} [] 7",
                "the second of 3 JSON documents begins here",
                "1:4",
            ),
            ("{} x", "trailing characters", "1:4"),
            ("{}}", "trailing characters", "1:3"),
        ];
        for (text, expected, place) in cases {
            match parse(text) {
                Err(JsonError::Syntax {
                    line,
                    column,
                    message,
                }) => {
                    assert!(message.starts_with(expected), "{text:?}: {message}");
                    assert_eq!(format!("{line}:{column}"), place, "{text:?}");
                }
                other => panic!("{text:?}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_duplicate_key_is_named_with_its_place() {
        let cases = [
            ("{\"a\":1,\n \"a\":2}", 2, 4, "a", "at the top"),
            (
                r#"[{"x":{"k":1,"k":1}}]"#,
                1,
                16,
                "k",
                "nested, with the same value",
            ),
            (
                r#"{"a":1,"\u0061":2}"#,
                1,
                15,
                "a",
                "spelled with an escape",
            ),
        ];
        for (text, line, column, key, reason) in cases {
            let key = key.to_owned();
            let expected = JsonError::DuplicateKey { line, column, key };
            assert_eq!(parse(text), Err(expected), "{reason}");
        }
        let siblings = r#"{"a":{"k":1},"b":{"k":1}}"#;
        assert!(parse(siblings).is_ok(), "the same key in two objects");
        let cased = r#"{"a":1,"A":1}"#;
        assert!(parse(cased).is_ok(), "JSON keys differ in case");
    }

    #[test]
    fn a_syntax_error_has_its_place_and_no_position_in_the_words() {
        let cases = [
            ("", 1, 0, "empty"),
            ("{\n\"a\":}", 2, 5, "a value is missing"),
            ("{} {}", 1, 4, "trailing text"),
            ("{\"a\":1,}", 1, 8, "trailing comma"),
            ("[1e999]", 1, 6, "a number out of range"),
            ("'a'", 1, 1, "single quotes"),
            ("\u{feff}{}", 1, 1, "a byte-order mark"),
        ];
        for (text, line, column, reason) in cases {
            match parse(text) {
                Err(JsonError::Syntax {
                    line: at_line,
                    column: at_column,
                    message,
                }) => {
                    assert_eq!((at_line, at_column), (line, column), "{reason}");
                    assert!(!message.contains(" at line "), "{reason}: {message}");
                }
                other => panic!("{reason}: {other:?}"),
            }
        }
    }

    #[test]
    fn deep_nesting_is_an_error_and_not_an_overflow() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let text = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
            let error = parse(&text).expect_err("too deep");
            assert!(error.to_string().contains("recursion limit"), "{error}");
            let text = format!("{}1{}", open.repeat(100), close.repeat(100));
            assert!(parse(&text).is_ok());
        }
    }
}
