//! Checked settings as pairs of key and text, such that settings of the same meaning give the same
//! pairs.
//!
//! The pairs come from the `Serialize` of the checked settings. So a new field is among the pairs
//! unless the field says `serde(skip)`.

use std::fmt::Display;

use serde::{Serialize, Serializer};
use serde_json::Value as Json;

use crate::failure::Failure;

/// The path of keys and the text of every value below `settings`. A list has a pair for each item,
/// and a value that is not set has an empty text.
pub(super) fn entries(settings: &impl Serialize) -> Result<Vec<(String, String)>, Failure> {
    let value = serde_json::to_value(settings)
        .map_err(|error| Failure::new("cannot compare the settings").because(error.to_string()))?;
    let mut entries = Vec::new();
    add(&mut entries, String::new(), value);
    Ok(entries)
}

fn add(entries: &mut Vec<(String, String)>, path: String, value: Json) {
    match value {
        Json::Object(fields) => {
            for (key, value) in fields {
                let path = match path.as_str() {
                    "" => key,
                    _ => format!("{path}.{key}"),
                };
                add(entries, path, value);
            }
        }
        Json::Array(items) => items
            .into_iter()
            .for_each(|item| add(entries, path.clone(), item)),
        Json::Null => entries.push((path, String::new())),
        Json::String(text) => entries.push((path, text)),
        other => entries.push((path, other.to_string())),
    }
}

/// For `serialize_with`: the text of a value that may be missing.
pub(super) fn text<T: Display, S: Serializer>(value: &Option<T>, to: S) -> Result<S::Ok, S::Error> {
    value.as_ref().map(T::to_string).serialize(to)
}

/// For `serialize_with`: the texts of a list whose order does not matter.
pub(super) fn sorted<T: Display, S: Serializer>(items: &[T], to: S) -> Result<S::Ok, S::Error> {
    let mut texts: Vec<String> = items.iter().map(T::to_string).collect();
    texts.sort_unstable();
    texts.serialize(to)
}

/// For `serialize_with`: the texts of a list of which only the first item's place matters.
pub(super) fn first_and_sorted<T: Display, S: Serializer>(
    items: &[T],
    to: S,
) -> Result<S::Ok, S::Error> {
    let mut texts: Vec<String> = items.iter().map(T::to_string).collect();
    if let Some((_, others)) = texts.split_first_mut() {
        others.sort_unstable();
    }
    texts.serialize(to)
}
