//! Reads the settings file, and finds all that is wrong with its form.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use toml::de::{DeTable, Deserializer};

use super::find::{self, DEFAULT_FILE};
use super::general::TopLevel;
use super::given::Reading;
use super::invalid::Invalid;
use super::shape;
use super::source::Source;
use super::trust::Environment;
use crate::failure::Failure;
use crate::text_file;

/// Far more than every setting together.
const LARGEST_FILE: u64 = 1024 * 1024;

/// A settings file as it was written, before any value is checked.
#[derive(Debug, Default)]
pub(super) struct SettingsFile {
    /// Whether it was found in a parent folder.
    pub(super) is_above: bool,
    /// Whether everybody on this machine may read the file.
    pub(super) is_public: bool,
    /// The values that can be read; relative paths are joined to the file's folder.
    pub(super) content: TopLevel,
}

impl SettingsFile {
    /// Reads the named file, or the default one in `folder` or the nearest of its parents. If there is
    /// no default one, the result is an empty file of that name.
    ///
    /// # Errors
    /// A file that cannot be read. What cannot be understood of its text is among the problems of the
    /// reading.
    pub(super) fn read(
        named: Option<&Path>,
        folder: &Path,
        environment: Environment,
    ) -> Result<(Self, Reading), Failure> {
        let (relative, is_above) = match named {
            Some(named) => (named.to_owned(), false),
            None => match find::above(folder, environment)? {
                Some(path) => (path, true),
                None => (PathBuf::from(DEFAULT_FILE), false),
            },
        };
        let path = folder.join(&relative);
        let name = relative.display().to_string();
        let text = match named {
            Some(_) => text_file::read_file(&path, LARGEST_FILE),
            None => text_file::read_regular_file(&path, LARGEST_FILE),
        };
        let text = match text {
            Ok(text) => text,
            // A link to a missing file is an error: somebody meant the file to exist.
            Err(error)
                if named.is_none() && error.kind() == ErrorKind::NotFound && !path.is_symlink() =>
            {
                let source = Arc::new(Source::absent(&name));
                return Ok((SettingsFile::default(), Reading::of(source)));
            }
            Err(error) => {
                return Err(
                    Failure::new(format!("cannot read the settings file {name}"))
                        .because(error.to_string())
                        .hint(match named {
                            Some(_) => "Pass --config with the path of a readable TOML file",
                            None => {
                                "Make it a readable TOML file, or pass --config with another one"
                            }
                        }),
                );
            }
        };
        let mode = path.metadata().map(|file| file.permissions().mode());
        let (mut file, reading) = parse(&text, &name);
        let folder = path.parent().unwrap_or(folder);
        let stackstate = file.content.stackstate.take();
        file.content.stackstate = stackstate.map(|it| it.starting_from(folder));
        file.is_above = is_above;
        file.is_public = mode.is_ok_and(|mode| mode & 0o004 != 0);
        Ok((file, reading))
    }
}

/// How the parser begins to complain about a list that is not closed, if a line of its own follows.
const UNCLOSED: &str = "missing comma between array elements";

/// What can be read of the text, and the problems with the rest.
pub(super) fn parse(text: &str, name: &str) -> (SettingsFile, Reading) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (mut table, errors) = DeTable::parse_recoverable(text);
    let source = Arc::new(Source::new(name, text, table.get_ref()));
    let reading = Reading::of(Arc::clone(&source));
    reading.is_broken.set(!errors.is_empty());
    let mut broken = BTreeSet::new();
    // To a list that is not closed all that follows belongs, and nothing of it fits.
    let mut end = usize::MAX;
    for error in errors {
        let span = error.span().unwrap_or_default();
        let line = source.line_at(span.start);
        // The parser goes on behind an error, and may stumble over the rest of the same line.
        if line > end || !broken.insert(line) {
            continue;
        }
        if error.message().starts_with(UNCLOSED) && source.begins_line(span.start) {
            end = line;
        }
        let failure = || source.refuse(&span, "", in_words(error.message()));
        reading.problems.add("", failure);
    }
    for misfit in shape::check(table.get_mut()) {
        let line = source.line_at(misfit.span.start);
        if line > end || broken.contains(&line) {
            continue;
        }
        let shown = if misfit.is_unknown { "" } else { &misfit.key };
        let failure = || source.refuse(&misfit.span, shown, misfit.why);
        reading.problems.add(&misfit.key, failure);
    }
    let content = TopLevel::deserialize(Deserializer::from(table));
    let content = content.unwrap_or_else(|error| {
        // What is left has the form of the keys, which has the form of the content.
        let span = error.span().unwrap_or_default();
        let failure = || source.refuse(&span, "", in_words("it cannot be read"));
        reading.problems.add("", failure);
        TopLevel::default()
    });
    let file = SettingsFile {
        content,
        ..SettingsFile::default()
    };
    (file, reading)
}

/// The parser's message, with what it expected as the way out.
fn in_words(message: &str) -> Invalid {
    let (problem, expected) = match message.split_once(", expected ") {
        Some((problem, expected)) => (problem, Some(expected)),
        None => (message, None),
    };
    let remedy = match (problem, expected) {
        ("string values must be quoted", _) => "Put the value in quotes.".to_owned(),
        (UNCLOSED, _) => "Write `,` here, or close the list before with `]`.".to_owned(),
        (_, Some(expected)) => format!("Expected here: {expected}."),
        (_, None) => "https://toml.io describes the form of the file.".to_owned(),
    };
    Invalid::new(problem, remedy)
}
