//! Text in lines that fit a terminal.
//!
//! What a person copies is never broken: an ARN and a path are single words, and a command in
//! backticks counts as one word. Such a word has a line to itself where it does not fit.

use std::io::IsTerminal;
use std::os::fd::AsFd;

use terminal_size::{Width, terminal_size_of};
use unicode_width::UnicodeWidthStr;

/// The columns of a pipe or a file, and of the terminals of old.
pub const USUAL: usize = 80;
/// The narrowest lines that are made. On a narrower terminal the terminal itself breaks them.
const NARROWEST: usize = 60;
/// The longest lines that are made. The eye does not find the next line after a longer one.
const WIDEST: usize = 120;

/// The width of the text for this stream: `COLUMNS`, the width of its terminal, or [`USUAL`].
pub fn columns(stream: &impl AsFd) -> usize {
    let given = std::env::var("COLUMNS").ok();
    let given = given.and_then(|columns| columns.parse().ok());
    let of_terminal = || terminal_size_of(stream).map(|(Width(columns), _)| columns.into());
    given
        .or_else(of_terminal)
        .unwrap_or(USUAL)
        .clamp(NARROWEST, WIDEST)
}

/// The columns that a text of one line takes. ANSI styles take none.
pub fn width_of(text: &str) -> usize {
    if text.contains('\u{1b}') {
        anstream::adapter::strip_str(text).to_string().width()
    } else {
        text.width()
    }
}

/// A text in lines of at most `width` columns. A longer word has a line to itself. A line of the text
/// that fits stays as it is; the parts of a broken one keep its indentation.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    text.split('\n')
        .flat_map(|line| {
            let words = line.trim_start_matches(' ');
            let indent = &line[..line.len() - words.len()];
            lines(indent, indent, words, width)
        })
        .collect()
}

/// A text as it is printed to this stream: in lines that fit its terminal. A pipe or a file gets it as it
/// is, since what reads there looks for whole lines.
pub fn fitted(text: &str, stream: &(impl AsFd + IsTerminal)) -> String {
    if stream.is_terminal() {
        prompted(text, columns(stream))
    } else {
        text.to_owned()
    }
}

/// A text in lines, with the spaces at its end: what is typed behind a question stands off from it.
fn prompted(text: &str, width: usize) -> String {
    let words = text.trim_end_matches(' ');
    wrapped(words, width).join("\n") + &text[words.len()..]
}

/// A text with a hanging indent: its first line stands after `first`, each other one after `rest`.
/// Every line has at most `width` columns, except for a longer word, and ends with a line break.
pub fn hanging(first: &str, rest: &str, text: &str, width: usize) -> String {
    let mut hanging = String::new();
    for (index, line) in text.split('\n').enumerate() {
        let first = if index == 0 { first } else { rest };
        for line in lines(first, rest, line, width) {
            hanging.push_str(&line);
            hanging.push('\n');
        }
    }
    hanging
}

fn lines(first: &str, rest: &str, text: &str, width: usize) -> Vec<String> {
    let whole = format!("{first}{text}");
    if text.is_empty() {
        return vec![first.trim_end().to_owned()];
    }
    if width_of(&whole) <= width {
        return vec![whole];
    }
    let mut lines = Vec::new();
    let mut line = first.to_owned();
    // A label stands alone where that gives its first word more room; an indentation never does.
    let mut may_end = width_of(first) > width_of(rest);
    for word in words(text) {
        let gap = if may_end && !line.ends_with(' ') {
            " "
        } else {
            ""
        };
        if may_end && width_of(&line) + gap.len() + width_of(word) > width {
            lines.push(line.trim_end().to_owned());
            line = format!("{rest}{word}");
        } else {
            line.push_str(gap);
            line.push_str(word);
        }
        may_end = true;
    }
    lines.push(line);
    lines
}

/// The words between spaces. What stands between two backticks belongs to one word.
pub(super) fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut start, mut is_quoted) = (0, false);
    for (at, character) in text.char_indices() {
        match character {
            '`' => is_quoted = !is_quoted && text[at + 1..].contains('`'),
            ' ' if !is_quoted => {
                words.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    words.push(&text[start..]);
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_answer_stands_off_from_a_question_of_any_length() {
        let cases = [
            ("Sure? Type yes: ", "Sure? Type yes: ", "a line that fits"),
            (
                "\nApply 13 changes in 771100220033? Type yes: ",
                "\nApply 13 changes in\n771100220033? Type yes: ",
                "a line that is broken",
            ),
        ];
        for (question, expected, reason) in cases {
            assert_eq!(prompted(question, 25), expected, "{reason}");
        }
    }

    #[test]
    fn text_is_broken_between_words() {
        let cases: [(&str, &str, usize, &[&str]); 11] = [
            ("short", "a b c", 10, &["a b c"]),
            ("exact", "ab cd", 5, &["ab cd"]),
            ("between words", "ab cd ef", 6, &["ab cd", "ef"]),
            (
                "an ARN is copied, so that it stays whole on a line of its own",
                "see arn:aws:iam::123456789012:role/R now",
                20,
                &["see", "arn:aws:iam::123456789012:role/R", "now"],
            ),
            (
                "a command is copied too",
                "run `provision plan --region eu-west-1`, then",
                20,
                &["run", "`provision plan --region eu-west-1`,", "then"],
            ),
            (
                "a lone backtick quotes nothing",
                "a ` b c d",
                5,
                &["a ` b", "c d"],
            ),
            (
                "wide characters take two columns",
                "日本 語",
                5,
                &["日本", "語"],
            ),
            (
                "styles take none",
                "\u{1b}[1mab\u{1b}[0m cd",
                5,
                &["\u{1b}[1mab\u{1b}[0m cd"],
            ),
            (
                "line breaks and indentation stay",
                "a:\n  b c d\n\ne",
                5,
                &["a:", "  b c", "  d", "", "e"],
            ),
            (
                "so does a space at the end, after which a person types",
                "a: ",
                6,
                &["a: "],
            ),
            ("columns of a line that fits stay", "a    b", 6, &["a    b"]),
        ];
        for (reason, text, width, lines) in cases {
            assert_eq!(wrapped(text, width), lines, "{reason}");
        }
    }

    #[test]
    fn further_lines_are_indented() {
        assert_eq!(hanging("- ", "  ", "ab cd ef", 7), "- ab cd\n  ef\n");
        assert_eq!(hanging("- ", "  ", "ab\ncd", 7), "- ab\n  cd\n");
        assert_eq!(hanging("Reason: ", "  ", "ab", 80), "Reason: ab\n");
        assert_eq!(hanging("See: ", "  ", "abcde f", 8), "See:\n  abcde\n  f\n");
    }

    proptest! {
        #[test]
        fn no_line_is_too_long_unless_it_is_one_word(
            text in "[a-z日`: ]{0,80}", indent in 0_usize..6, width in 10_usize..40,
        ) {
            let indent = " ".repeat(indent);
            let hanging = hanging(&indent, &indent, &text, width);
            for line in hanging.lines() {
                prop_assert!(width_of(line) <= width || words(line).len() == 1, "{line:?}");
            }
            let squeezed = |text: &str| words(text).join(" ");
            prop_assert_eq!(squeezed(&hanging.replace('\n', " ")), squeezed(&text));
        }
    }
}
