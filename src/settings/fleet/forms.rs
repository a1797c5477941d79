//! The forms of the texts in `[fleet]`.

use std::time::Duration;

use super::checked::number;
use crate::names::{AccountId, is_iam_name};
use crate::settings::invalid::Invalid;

/// A role as the path without its first slash, and the name.
///
/// The characters and the lengths are IAM's (API Reference of IAM, "CreateRole").
pub(super) fn role(text: &str) -> Result<String, Invalid> {
    const LONGEST_PATH: usize = 512;
    const LONGEST_NAME: usize = 64;
    let path = text.rfind('/').map_or("", |at| &text[..at]);
    let name = text.rsplit('/').next().unwrap_or_default();
    let is_part = |part: &str| !part.is_empty() && part.chars().all(|c| matches!(c, '!'..='~'));
    // The path has a slash at both ends, which the setting leaves out.
    let length = path.len() + 2;
    let problem = if text.starts_with("arn:") {
        format!("{text:?} is the ARN of a role of one account")
    } else if text.starts_with('/') {
        format!("{text:?} begins with a slash")
    } else if !is_iam_name(name, LONGEST_NAME) {
        format!("{name:?} is not the name of a role")
    } else if length > LONGEST_PATH {
        format!("the path has {length} characters with its slashes, and IAM takes {LONGEST_PATH}")
    } else if !path.is_empty() && !path.split('/').all(is_part) {
        format!("{path:?} is not the path of a role")
    } else {
        return Ok(text.to_owned());
    };
    Err(Invalid::new(
        problem,
        "Write the path of the role without its first slash, and the name, for example \
         \"provision/ProvisionDeploy\"; without a path, the name alone.",
    ))
}

/// The ID of an organization.
pub(super) fn organization(text: &str) -> Result<String, Invalid> {
    let id = text.strip_prefix("o-");
    match id.is_some_and(|id| is_part(id, 10)) {
        true => Ok(text.to_owned()),
        false => Err(Invalid::new(
            format!("{text:?} is not the ID of an organization"),
            "Write the ID as Organizations shows it, for example \"o-a1b2c3d4e5\".",
        )),
    }
}

/// An organizational unit, or the root.
pub(super) fn unit(text: &str) -> Result<String, Invalid> {
    let is_root = text.strip_prefix("r-").is_some_and(|id| is_part(id, 4));
    if text == "root" || is_root || is_unit(text) {
        return Ok(text.to_owned());
    }
    Err(Invalid::new(
        format!("{text:?} is not the ID of an organizational unit"),
        "Write an ID such as \"ou-ab12-cdef3456\", that of the root such as \"r-ab12\", or \"root\" \
         for all accounts of the organization.",
    ))
}

/// An account or an organizational unit that is left out.
pub(super) fn excluded(text: &str) -> Result<String, Invalid> {
    if text.parse::<AccountId>().is_ok() || is_unit(text) {
        return Ok(text.to_owned());
    }
    Err(Invalid::new(
        format!("{text:?} is neither an AWS account ID nor the ID of an organizational unit"),
        "Write exactly 12 digits, or an ID such as \"ou-ab12-cdef3456\".",
    ))
}

/// A number of seconds, minutes or hours.
pub(super) fn pause(text: &str) -> Result<Duration, Invalid> {
    let split = text.split_at_checked(text.len().saturating_sub(1));
    let (count, unit) = split.unwrap_or_default();
    let seconds = match unit {
        "s" => Some(1),
        "m" => Some(60),
        "h" => Some(60 * 60),
        _ => None,
    };
    match (number::<u32>(count), seconds) {
        (Some(count), Some(seconds)) => Ok(Duration::from_secs(u64::from(count) * seconds)),
        _ => Err(Invalid::new(
            format!("{text:?} is not a length of time"),
            "Write a number of seconds, minutes or hours, for example \"30s\", \"5m\" or \"1h\".",
        )),
    }
}

/// Whether a text is the ID of an organizational unit (API Reference of Organizations,
/// "OrganizationalUnit").
fn is_unit(text: &str) -> bool {
    let parts = text.strip_prefix("ou-").and_then(|it| it.split_once('-'));
    parts.is_some_and(|(root, unit)| is_part(root, 4) && is_part(unit, 8))
}

/// Whether a text is a part of an ID of Organizations, which has so many characters or more.
fn is_part(text: &str, least: usize) -> bool {
    let is_usual = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    (least..=32).contains(&text.len()) && text.chars().all(is_usual)
}
