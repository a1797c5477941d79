//! What can be explained, and how an explanation reads.

use std::fmt::Write as _;

use anstyle::Style;

use crate::render::wrap::hanging;

const NAME: Style = Style::new().bold();
/// The columns of the words before a row's text.
const LABEL: usize = 11;

/// Something that is explained.
#[derive(Debug)]
pub(super) struct Topic {
    pub(super) group: Group,
    /// The words that mean it, the first of which is its name.
    pub(super) words: Vec<String>,
    /// What it is, in a few words.
    pub(super) title: String,
    pub(super) parts: Vec<Part>,
}

/// The groups of what can be explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    Code,
    Kind,
    Resource,
    Attribute,
    Setting,
}

/// A part of an explanation.
#[derive(Debug)]
pub(super) enum Part {
    Text(String),
    /// A text after a label.
    Row(&'static str, String),
    /// Lines that stay as they are.
    Verbatim(String),
}

impl Topic {
    pub(super) fn name(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    pub(super) fn text(&self, width: usize) -> String {
        let mut text = hanging(
            "",
            "",
            &format!("{NAME}{}{NAME:#}: {}", self.name(), self.title),
            width,
        );
        for part in &self.parts {
            match part {
                Part::Text(words) => text.push_str(&hanging("  ", "  ", words, width)),
                Part::Row(label, words) => {
                    let first = format!("  {label:<LABEL$} ");
                    let rest = " ".repeat(LABEL + 3);
                    text.push_str(&hanging(&first, &rest, words, width));
                }
                Part::Verbatim(lines) => {
                    for line in lines.lines() {
                        // Writing to a string cannot fail.
                        let _ = writeln!(text, "    {line}");
                    }
                }
            }
        }
        text
    }
}

/// Rows with one label, unless there is nothing to say.
pub(super) fn row(label: &'static str, words: &[String]) -> Option<Part> {
    (!words.is_empty()).then(|| Part::Row(label, words.join(", ")))
}
