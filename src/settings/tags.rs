//! Tags in the form that every AWS service takes.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use serde::{Deserialize, Deserializer};
use unicode_general_category::{GeneralCategory, get_general_category};

use super::given::{Given, Place, Section};
use super::invalid::Invalid;
use super::source::below;

/// AWS takes 50 tags on a resource, and two are our own ownership tags.
const MOST_TAGS: usize = 48;

/// A tag as it was written: the key, and the value unless a flag has none.
pub type WrittenTag = (String, Option<String>);

/// A tag from `KEY=VALUE`.
pub(super) fn from_flag(text: &str) -> Result<WrittenTag, Infallible> {
    Ok(match text.split_once('=') {
        Some((key, value)) => (key.to_owned(), Some(value.to_owned())),
        None => (text.to_owned(), None),
    })
}

/// The tags of a table in the settings file.
pub(super) fn from_table<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<WrittenTag>, D::Error> {
    let table = BTreeMap::<String, String>::deserialize(from)?;
    Ok(table.into_iter().map(|(k, v)| (k, Some(v))).collect())
}

/// The file's tags with the flags' added, a flag winning over the file's tag of the same key.
pub(super) fn merge<T>(
    section: &Section<T>,
    field: fn(&T) -> &Vec<WrittenTag>,
) -> BTreeMap<String, String> {
    let given = section.get("tags", field);
    let mut tags = BTreeMap::new();
    for (key, value) in field(section.in_file) {
        let tag = Given {
            value: value.clone().unwrap_or_default(),
            place: section.place(&below("tags", key)),
            reading: section.reading,
        };
        tags.insert(key, tag);
    }
    if let Place::Flag(_) = given.place {
        let mut flags = BTreeSet::new();
        for (key, value) in given.value {
            match value {
                None => given.refuse(Invalid::new(
                    format!("{key:?} has no '='"),
                    "Write KEY=VALUE, for example team=observability.",
                )),
                Some(_) if !flags.insert(key) => given.refuse(Invalid::new(
                    format!("the key {key:?} is given twice"),
                    "Give each key once.",
                )),
                Some(value) => {
                    tags.insert(key, given.with(value.clone()));
                }
            }
        }
    }

    let mut spellings: BTreeMap<String, &str> = BTreeMap::new();
    for (key, tag) in &tags {
        section.note(section.path(&below("tags", key)), &tag.place);
        if let Err(why) = check(key, &tag.value) {
            tag.refuse(why);
        }
        if let Some(other) = spellings.insert(key.to_lowercase(), key) {
            tag.refuse(same_but_for_case(key, other));
        }
    }
    if tags.len() > MOST_TAGS {
        given.refuse(too_many(tags.len()));
    }
    let tags = tags.into_iter();
    tags.map(|(key, tag)| (key.clone(), tag.value)).collect()
}

/// Why the tags of one account do not go together with those of all.
pub(super) fn conflict(
    common: &BTreeMap<String, String>,
    own: &BTreeMap<String, String>,
) -> Option<Invalid> {
    let all: BTreeSet<&String> = common.keys().chain(own.keys()).collect();
    let mut spellings = BTreeMap::new();
    for key in &all {
        if let Some(other) = spellings.insert(key.to_lowercase(), key) {
            return Some(same_but_for_case(key, other));
        }
    }
    (all.len() > MOST_TAGS).then(|| too_many(all.len()))
}

fn same_but_for_case(key: &str, other: &str) -> Invalid {
    Invalid::new(
        format!("the key {key:?} differs from {other:?} in case only"),
        "Give one of them another key: IAM takes both for the same.",
    )
}

fn too_many(count: usize) -> Invalid {
    Invalid::new(
        format!("there are {count} tags"),
        format!(
            "Use at most {MOST_TAGS}: AWS takes 50, and two mark the resources that provision \
             manages."
        ),
    )
}

fn check(key: &str, value: &str) -> Result<(), Invalid> {
    check_texts(key, value)?;
    let prefixed = |text: &str, prefix: &str| text.to_lowercase().starts_with(prefix);
    if prefixed(key, "aws:") || prefixed(value, "aws:") {
        return Err(Invalid::new(
            format!("the tag {key:?} has a key or a value that starts with \"aws:\""),
            "Use another text: AWS keeps that prefix for itself.",
        ));
    }
    if prefixed(key, "provision:") {
        return Err(Invalid::new(
            format!("the key {key:?} starts with \"provision:\""),
            "Use another key: that prefix marks the resources that provision manages.",
        ));
    }
    Ok(())
}

/// Whether key and value have the lengths and the characters of AWS's tags.
pub(super) fn check_texts(key: &str, value: &str) -> Result<(), Invalid> {
    check_text(&format!("the key {key:?}"), key, 1, 128)?;
    check_text(&format!("the value of {key:?}"), value, 0, 256)
}

fn check_text(subject: &str, text: &str, least: usize, most: usize) -> Result<(), Invalid> {
    let remedy =
        format!("Use {least} to {most} letters, digits, spaces and characters of _ . : / = + - @.");
    // Services count as UTF-16 does, where rare characters take two places.
    let length = text.encode_utf16().count();
    if !(least..=most).contains(&length) {
        return Err(Invalid::new(
            format!("{subject} has {length} characters"),
            remedy,
        ));
    }
    let refused = text
        .chars()
        .enumerate()
        .find(|(_, c)| !is_letter_digit_or_space(*c) && !"_.:/=+-@".contains(*c));
    match refused {
        Some((index, c)) => Err(Invalid::new(
            format!(
                "{subject} has the character {c:?} at position {}",
                index + 1
            ),
            remedy,
        )),
        None => Ok(()),
    }
}

/// Whether AWS's pattern for tags, `[\p{L}\p{Z}\p{N}_.:/=+\-@]*`, takes the character for its category (API
/// Reference of IAM, "Tag").
fn is_letter_digit_or_space(c: char) -> bool {
    use GeneralCategory::*;
    matches!(
        get_general_category(c),
        UppercaseLetter
            | LowercaseLetter
            | TitlecaseLetter
            | ModifierLetter
            | OtherLetter
            | DecimalNumber
            | LetterNumber
            | OtherNumber
            | SpaceSeparator
            | LineSeparator
            | ParagraphSeparator
    )
}
