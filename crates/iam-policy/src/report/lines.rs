//! Text in lines that fit a terminal.

use std::fmt::Write as _;

use anstyle::Style;

/// Appends a text in lines of at most `width` columns: the first after `first`, each other one
/// indented as far. A word is never broken, because an ARN or a path is copied.
pub(super) fn hanging(text: &mut String, first: &str, style: Style, words: &str, width: usize) {
    let indent = " ".repeat(first.chars().count());
    let mut lead = first;
    for line in lines(words, width.saturating_sub(indent.len())) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{lead}{style}{line}{style:#}");
        lead = &indent;
    }
}

fn lines(words: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
