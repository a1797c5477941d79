//! A line of a file, with a mark under the part of it that a failure is about.

use std::fmt;
use std::ops::Range;

use iam_policy::printable::harmless;
use unicode_width::UnicodeWidthStr;

/// The most columns of the line that are shown, so that the mark stays below its place on a narrow
/// terminal.
const MOST_COLUMNS: usize = 50;

/// A line of a text file, and the part of it that is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The line's number, counted from 1.
    pub line: usize,
    /// The line. Whoever makes the excerpt leaves out what is secret.
    pub text: String,
    /// The characters that are meant, counted from 0; possibly none, behind the last one.
    pub part: Range<usize>,
}

impl fmt::Display for Excerpt {
    /// Three lines: an empty one, the line with its number, and the mark. Each begins with a line
    /// break.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let characters: Vec<String> = self.text.chars().map(shown).collect();
        let width = |range: Range<usize>| -> usize {
            let characters = characters.get(range).unwrap_or_default();
            characters.iter().map(|it| it.width()).sum()
        };
        let end = characters.len();
        let part = self.part.start.min(end)..self.part.end.min(end);
        // Where the line is too long, its beginning is left out first: the mark has to be seen.
        // The line may have a million characters, so that each is measured once.
        let (mut from, mut columns) = (0, width(0..part.end));
        while from < part.start && columns > MOST_COLUMNS {
            columns -= characters[from].width();
            from += 1;
        }
        let (mut to, mut columns) = (end, width(from..end));
        while to > from + 1 && columns > MOST_COLUMNS {
            to -= 1;
            columns -= characters[to].width();
        }
        let (before, after) = (
            if from > 0 { "… " } else { "" },
            if to < end { " …" } else { "" },
        );
        let text = characters[from..to].concat();
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        let indent = " ".repeat(before.width() + width(from..part.start));
        let mark = "^".repeat(width(part.start..part.end.min(to)).max(1));
        write!(f, "\n{margin} |\n{number} | {before}{text}{after}")?;
        write!(f, "\n{margin} | {indent}{mark}")
    }
}

/// A character as it is shown: a tab has the width of one space.
fn shown(character: char) -> String {
    match character {
        '\t' => " ".to_owned(),
        other => harmless(other.encode_utf8(&mut [0; 4])),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_mark_stands_below_its_part() {
        let long = format!("a = \"{}!\"", "x".repeat(90));
        let cases = [
            (
                "a = 1",
                4..5,
                "\n  |\n7 | a = 1\n  |     ^",
                "one character",
            ),
            ("\ta = b", 1..2, "\n  |\n7 |  a = b\n  |  ^", "after a tab"),
            (
                "日 = b",
                4..5,
                "\n  |\n7 | 日 = b\n  |      ^",
                "after a wide character",
            ),
            (
                "\u{1b} = b",
                4..5,
                "\n  |\n7 | \\u{1b} = b\n  |          ^",
                "after an escaped character",
            ),
            ("a =", 3..3, "\n  |\n7 | a =\n  |    ^", "behind the end"),
            (
                &long,
                95..96,
                "\n  |\n7 | … xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx! …\n  \
                 |                                                    ^",
                "far to the right",
            ),
            (
                &long,
                0..1,
                "\n  |\n7 | a = \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx …\n  | ^",
                "at the start of a long line",
            ),
        ];
        for (text, part, expected, reason) in cases {
            let excerpt = Excerpt {
                line: 7,
                text: text.to_owned(),
                part,
            };
            assert_eq!(excerpt.to_string(), expected, "{reason}");
        }
    }

    proptest! {
        #[test]
        fn an_excerpt_is_three_narrow_lines(
            text in "\\PC{0,120}", start in 0..130_usize, length in 0..130_usize
        ) {
            let part = start..start + length;
            let shown = Excerpt { line: 10, text, part }.to_string();
            prop_assert_eq!(shown.matches('\n').count(), 3);
            prop_assert!(shown.lines().all(|line| line.width() <= 65), "{shown}");
        }
    }
}
