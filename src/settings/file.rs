//! The settings file: its keys, and reading it without ever quoting its text.
//!
//! The parser's own rendering of an error shows the source line, which may hold the external ID;
//! so only its message and its position are used.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{Encryption, Profile, Secret, TrustKind};
use crate::failure::Failure;
use crate::text_file;

/// The file that is used when none is named.
pub(super) const DEFAULT_FILE: &str = "provision.toml";

/// Far more than every setting together.
const LARGEST_FILE: u64 = 1024 * 1024;

/// A settings file as it was written, before any value is checked.
#[derive(Debug)]
pub(super) struct SettingsFile {
    /// How messages name the file.
    pub(super) name: String,
    /// The folder that relative paths in the file start from.
    pub(super) folder: PathBuf,
    pub(super) content: Content,
}

/// The keys at the top of the file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Content {
    pub(super) account: Option<String>,
    pub(super) regions: Vec<String>,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) stackstate: Option<StackStateContent>,
    pub(super) audit_trail: Option<AuditTrailContent>,
    pub(super) lint: LintContent,
}

/// The keys of `[lint]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LintContent {
    pub(super) accept: BTreeMap<String, String>,
}

/// The keys of `[audit_trail]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AuditTrailContent {
    pub(super) attach_to: Vec<String>,
    pub(super) policy_name: Option<String>,
    pub(super) description: Option<String>,
    pub(super) profile: Profile,
    pub(super) permissions_boundary: Option<String>,
}

/// The keys of `[stackstate]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct StackStateContent {
    pub(super) agent_principals: Vec<String>,
    pub(super) external_id: Option<Secret>,
    pub(super) trust: Option<TrustKind>,
    pub(super) encryption: Option<Encryption>,
    pub(super) profile: Option<Profile>,
    pub(super) postfix: Option<String>,
    pub(super) permissions_boundary: Option<String>,
    pub(super) policies: Option<PathBuf>,
    pub(super) keep_policies: Vec<String>,
}

impl SettingsFile {
    /// Reads the named file, or the default one in `folder`, which may be missing: the result is
    /// then an empty file of that name. An unreadable file, and a text that is not TOML or does
    /// not have the file's keys and types, is a failure.
    pub(super) fn read(named: Option<&Path>, folder: &Path) -> Result<Self, Failure> {
        let path = folder.join(named.unwrap_or(Path::new(DEFAULT_FILE)));
        let name = named.map_or(DEFAULT_FILE.to_owned(), |path| path.display().to_string());
        let read = File::open(&path).and_then(|file| text_file::read(file, LARGEST_FILE));
        let text = match read {
            Ok(text) => text,
            // Where a link leads nowhere, a file was meant to be.
            Err(error)
                if named.is_none() && error.kind() == ErrorKind::NotFound && !path.is_symlink() =>
            {
                String::new()
            }
            Err(error) => {
                return Err(
                    Failure::new(format!("cannot read the settings file {name}"))
                        .because(error.to_string())
                        .hint("Pass --config with the path of a readable TOML file."),
                );
            }
        };
        Ok(SettingsFile {
            content: parse(&text, &name)?,
            folder: path.parent().unwrap_or(folder).to_owned(),
            name,
        })
    }

    /// The place of a value, for messages.
    pub(super) fn place(&self, key: &str) -> String {
        format!("{}: {key}", self.name)
    }
}

fn parse(text: &str, name: &str) -> Result<Content, Failure> {
    toml::from_str(text).map_err(|error| {
        let message = match error.message().split_once(' ') {
            Some(("unknown", rest)) => match rest.split_once(' ') {
                Some(("field", rest)) => format!("unknown key {rest}"),
                Some(("variant", rest)) => format!("unknown value {rest}"),
                _ => error.message().to_owned(),
            },
            _ => error.message().to_owned(),
        };
        let place = error.span().map_or(String::new(), |span| {
            let (line, column) = position(text, span.start);
            format!(", line {line}, column {column}")
        });
        let message = message.replace(
            "wanted string or table",
            "the value must be a string in quotes",
        );
        // A message of several lines would break the one-sentence form.
        let message = message.lines().collect::<Vec<_>>().join(", ");
        Failure::new(format!("{name}{place}: {message}"))
    })
}

/// The line and the column of a byte offset, both counted from 1 and the column in characters.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = &text.as_bytes()[..offset.min(text.len())];
    let line_start = before
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |newline| newline + 1);
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let column = String::from_utf8_lossy(&before[line_start..])
        .chars()
        .count()
        + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_counted_in_lines_and_characters() {
        let cases = [
            ("", 0, (1, 1), "an empty file"),
            ("a = 1", 4, (1, 5), "the first line"),
            ("a = 1\nb = 2", 6, (2, 1), "the start of the second line"),
            ("é = 1", 3, (1, 3), "characters, not bytes"),
            ("a\n", 2, (2, 1), "the end of the file"),
        ];
        for (text, offset, expected, reason) in cases {
            assert_eq!(position(text, offset), expected, "{reason}");
        }
    }
}
