//! Reads the settings file, without ever quoting the file's text.
//!
//! The TOML parser's own rendering of an error shows the source line, which may hold the external
//! ID. So only the message and the position of an error are used.

use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::general::TopLevel;
use super::given::Section;
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
    /// Whether everybody on this machine may read the file.
    pub(super) is_public: bool,
    /// The values; relative paths are joined to the file's folder.
    pub(super) content: TopLevel,
}

impl SettingsFile {
    /// Reads the named file, or the default one in `folder`. If the default one does not exist, the
    /// result is an empty file of that name.
    ///
    /// # Errors
    /// A file that cannot be read, and a text that is not TOML of the file's keys and types.
    pub(super) fn read(named: Option<&Path>, folder: &Path) -> Result<Self, Failure> {
        let path = folder.join(named.unwrap_or(Path::new(DEFAULT_FILE)));
        let name = named.map_or(DEFAULT_FILE.to_owned(), |path| path.display().to_string());
        let read = text_file::read_file(&path, LARGEST_FILE);
        let text = match read {
            Ok(text) => text,
            // A link to a missing file is an error: somebody meant the file to exist.
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
        let mode = path.metadata().map(|file| file.permissions().mode());
        let is_public = mode.is_ok_and(|mode| mode & 0o004 != 0);
        let mut content = parse(&text, &name)?;
        let folder = path.parent().unwrap_or(folder);
        content.stackstate = content.stackstate.map(|it| it.starting_from(folder));
        Ok(SettingsFile {
            name,
            is_public,
            content,
        })
    }

    /// The section of that name, whose content is `in_file`.
    pub(super) fn section<'a, T>(&'a self, name: &'static str, in_file: &'a T) -> Section<'a, T> {
        Section::new(&self.name, name, in_file)
    }
}

fn parse(text: &str, name: &str) -> Result<TopLevel, Failure> {
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
