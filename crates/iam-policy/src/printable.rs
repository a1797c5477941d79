//! Text from outside, made safe to print.

/// The text with every character escaped that could move the cursor, hide text or reverse its order. A
/// policy may be written by an attacker, and a person decides by what the terminal shows of it.
///
/// Backslashes are doubled, so different texts stay different.
pub fn printable(text: &str) -> String {
    escaped(text, |character| character == '\\' || deceives(character))
}

/// A message of one line, made safe to print, that quotes text from elsewhere. Parts that are
/// [`printable`] already stay as they are.
pub fn harmless(text: &str) -> String {
    escaped(text, deceives)
}

/// JSON of the same meaning, made safe to print: what [`printable`] escapes is escaped as JSON does,
/// which any reader of JSON takes back.
pub fn printable_json(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for character in json.chars() {
        // Within a string a line break is escaped already.
        if character != '\n' && deceives(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                safe.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            safe.push(character);
        }
    }
    safe
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
    use super::{harmless, printable, printable_json};

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
    fn a_text_that_quotes_another_keeps_what_is_escaped_already_and_is_one_line() {
        let quoting = format!("one\nline: {}, \u{7f}\u{202e}", printable("a\nb"));
        assert_eq!(harmless(&quoting), "one\\nline: a\\nb, \\u{7f}\\u{202e}");
    }

    #[test]
    fn json_keeps_its_meaning_and_deceives_nobody() {
        let value = serde_json::json!({
            "a\u{202e}\u{85}": ["\u{9b}1m\u{1b}[2J\n\u{2028}", "Zürich \\ \u{e0041}\u{1f600}"],
        });
        for json in [format!("{value}"), format!("{value:#}")] {
            let safe = printable_json(&json);
            let deceiving = |it: char| it != '\n' && super::deceives(it);
            assert!(!safe.contains(deceiving), "{safe}");
            assert_eq!(
                serde_json::from_str::<serde_json::Value>(&safe).unwrap(),
                value
            );
            assert!(safe.contains("Zürich"), "{safe}");
        }
    }
}
