//! Tags in the form that every AWS service takes.

use std::collections::BTreeMap;

use super::file::SettingsFile;
use super::resolve::Given;
use crate::failure::Failure;
use crate::names::Invalid;

/// AWS takes 50 tags on a resource, and two are our own ownership tags.
const MOST_TAGS: usize = 48;

/// The file's tags with the flags' added, a flag winning over the file's tag of the same key.
///
/// Fails on the first tag, in the order of the keys, that some AWS service would refuse.
pub(super) fn merge(
    file: &SettingsFile,
    flags: &[String],
) -> Result<BTreeMap<String, String>, Failure> {
    let mut tags: BTreeMap<String, Given<String>> = BTreeMap::new();
    for (key, value) in &file.content.tags {
        let given = Given {
            value: value.clone(),
            place: file.place(&format!("tags.{}", toml_key(key))),
        };
        tags.insert(key.clone(), given);
    }
    for (key, value) in parse_flags(flags).map_err(|invalid| invalid.at("--tag"))? {
        let given = Given {
            value,
            place: "--tag".to_owned(),
        };
        tags.insert(key, given);
    }

    let mut spellings: BTreeMap<String, &str> = BTreeMap::new();
    for (key, given) in &tags {
        check(key, &given.value).map_err(|invalid| invalid.at(&given.place))?;
        if let Some(other) = spellings.insert(key.to_lowercase(), key) {
            return Err(Invalid::new(
                format!("the key {key:?} differs from {other:?} in case only"),
                "Give one of them another key: IAM takes both for the same.",
            )
            .at(&given.place));
        }
    }
    if tags.len() > MOST_TAGS {
        let place = if flags.is_empty() {
            file.place("tags")
        } else {
            "--tag".to_owned()
        };
        return Err(Invalid::new(
            format!("there are {} tags", tags.len()),
            format!("Use at most {MOST_TAGS}: AWS takes 50, and two mark the resources as ours."),
        )
        .at(&place));
    }
    Ok(tags
        .into_iter()
        .map(|(key, given)| (key, given.value))
        .collect())
}

fn parse_flags(flags: &[String]) -> Result<BTreeMap<String, String>, Invalid> {
    let mut tags = BTreeMap::new();
    for flag in flags {
        let Some((key, value)) = flag.split_once('=') else {
            return Err(Invalid::new(
                format!("{flag:?} has no '='"),
                "Write KEY=VALUE, for example team=observability.",
            ));
        };
        if tags.insert(key.to_owned(), value.to_owned()).is_some() {
            return Err(Invalid::new(
                format!("the key {key:?} is given twice"),
                "Give each key once.",
            ));
        }
    }
    Ok(tags)
}

fn check(key: &str, value: &str) -> Result<(), Invalid> {
    check_text(&format!("the key {key:?}"), key, 1, 128)?;
    check_text(&format!("the value of {key:?}"), value, 0, 256)?;
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
            "Use another key: that prefix marks the resources as ours.",
        ));
    }
    Ok(())
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
    let refused = text.chars().enumerate().find(|(_, c)| {
        let is_separator = c.is_whitespace() && !c.is_control();
        !c.is_alphanumeric() && !is_separator && !"_.:/=+-@".contains(*c)
    });
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

/// The key as it has to be written in TOML.
fn toml_key(key: &str) -> String {
    let is_bare = !key.is_empty()
        && key
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if is_bare {
        key.to_owned()
    } else {
        format!("{key:?}")
    }
}
