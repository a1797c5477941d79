//! The text of a settings file, with the place of each of its keys.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::invalid::Invalid;
use super::mask;
use crate::failure::Failure;

/// A settings file: its name, its text, and where each key and each value stands.
#[derive(Clone, Default)]
pub(super) struct Source {
    /// How messages name the file.
    pub(super) name: String,
    /// Whether there is a file.
    pub(super) exists: bool,
    text: String,
    /// Where each line begins.
    lines: Vec<usize>,
    /// From the path of a key, or of an item as `regions[0]`, to the place of its value.
    values: BTreeMap<String, Range<usize>>,
}

impl Source {
    /// The source of a text without any syntax errors, or with what could be read of it.
    pub(super) fn new(name: &str, text: &str, table: &DeTable) -> Self {
        let mut values = BTreeMap::new();
        add_table(&mut values, "", table);
        Source {
            name: name.to_owned(),
            exists: true,
            text: text.to_owned(),
            lines: std::iter::once(0)
                .chain(text.match_indices('\n').map(|(at, _)| at + 1))
                .collect(),
            values,
        }
    }

    /// The source of a file that there is not.
    pub(super) fn absent(name: &str) -> Self {
        Source {
            name: name.to_owned(),
            ..Source::default()
        }
    }

    /// The failure of a part of the text. `key` is what the message names, if anything.
    pub(super) fn refuse(&self, span: &Range<usize>, key: &str, why: Invalid) -> Failure {
        if self.name.is_empty() {
            return why.at(key);
        }
        let excerpt = mask::excerpt(&self.text, span);
        let place = format!(
            "{}:{}:{}",
            self.name,
            excerpt.line,
            excerpt_column(&self.text, span)
        );
        let place = match key {
            "" => place,
            key => format!("{place}: {key}"),
        };
        let mut failure = why.at(place);
        failure.excerpt = Some(excerpt);
        failure
    }

    /// Whether the file is about many accounts, also where the section cannot be read.
    pub(super) fn has_fleet(&self) -> bool {
        self.values.contains_key("fleet")
    }

    /// The place of a key's value, if the file has the key.
    pub(super) fn span(&self, key: &str) -> Option<&Range<usize>> {
        self.values.get(key)
    }

    /// The number of the line with a key's value, if the file has the key.
    pub(super) fn line(&self, key: &str) -> Option<usize> {
        Some(self.line_at(self.span(key)?.start))
    }

    /// The number of a line, counted from 1.
    pub(super) fn line_at(&self, offset: usize) -> usize {
        self.lines.partition_point(|start| *start <= offset)
    }

    /// Whether only white space stands before the offset in its line.
    pub(super) fn begins_line(&self, offset: usize) -> bool {
        let line = self.lines.get(self.line_at(offset).saturating_sub(1));
        let start = line.copied().unwrap_or_default();
        self.text
            .get(start..offset)
            .is_some_and(|before| before.trim().is_empty())
    }
}

impl fmt::Debug for Source {
    /// The text is left out, since it may hold the external ID.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Source").field(&self.name).finish()
    }
}

/// The column where a span begins, in characters and counted from 1.
fn excerpt_column(text: &str, span: &Range<usize>) -> usize {
    let start = text.floor_char_boundary(span.start);
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    text[line..start].chars().count() + 1
}

fn add_table(values: &mut BTreeMap<String, Range<usize>>, path: &str, table: &DeTable) {
    for (key, value) in table {
        add(values, below(path, key.get_ref()), value);
    }
}

fn add(values: &mut BTreeMap<String, Range<usize>>, path: String, value: &Spanned<DeValue>) {
    match value.get_ref() {
        DeValue::Table(table) => add_table(values, &path, table),
        DeValue::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                add(values, format!("{path}[{index}]"), item);
            }
        }
        _ => {}
    }
    values.insert(path, value.span());
}

/// The path of a key in the table at `path`.
pub(super) fn below(path: &str, key: &str) -> String {
    match path {
        "" => toml_key(key),
        _ => format!("{path}.{}", toml_key(key)),
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
