//! Text from outside, made safe to print.

/// The text with every character escaped that could move the cursor, hide text or reverse its order. A
/// policy may be written by an attacker, and a person decides by what the terminal shows of it.
///
/// Backslashes are doubled, so different texts stay different.
pub fn printable(text: &str) -> String {
    escaped(text, |character| character == '\\' || deceives(character))
}

/// A message, made safe to print, that quotes text from elsewhere. Line breaks are kept, and so are
/// parts that are [`printable`] already.
pub fn harmless(text: &str) -> String {
    escaped(text, |character| character != '\n' && deceives(character))
}

fn escaped(text: &str, is_escaped: impl Fn(char) -> bool) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        if is_escaped(character) {
            safe.extend(character.escape_default());
        } else {
            safe.push(character);
        }
    }
    safe
}

fn deceives(character: char) -> bool {
    character.is_control() || is_invisible(character)
}

/// Zero-width and direction characters, line separators, and the tag block.
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::{harmless, printable};

    #[test]
    fn only_characters_that_could_deceive_are_escaped() {
        let cases = [
            ("s3:Get*", "s3:Get*", "plain text stays"),
            ("Zürich", "Zürich", "letters of other languages stay"),
            ("a\u{1b}[2Jb", "a\\u{1b}[2Jb", "an escape sequence"),
            ("a\nb\tc", "a\\nb\\tc", "a line break would forge a line"),
            ("\u{9b}1m", "\\u{9b}1m", "a C1 control"),
            ("a\u{202e}b", "a\\u{202e}b", "a right-to-left override"),
            (
                "a\\nb",
                "a\\\\nb",
                "a backslash, which could feign an escape",
            ),
            ("a\u{200b}b", "a\\u{200b}b", "a zero-width space"),
        ];
        for (text, expected, reason) in cases {
            assert_eq!(printable(text), expected, "{reason}");
        }
    }

    #[test]
    fn a_text_that_quotes_another_keeps_its_lines_and_what_is_escaped_already() {
        let quoting = format!("two\nlines: {}, \u{7f}\u{202e}", printable("a\nb"));
        assert_eq!(harmless(&quoting), "two\nlines: a\\nb, \\u{7f}\\u{202e}");
    }
}
