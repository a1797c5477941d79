//! What of a settings file may be shown beside an error.
//!
//! The file may hold the external ID, and a broken file may hold it anywhere: without its key, under a
//! misspelt one, or after a quote that is missing. Therefore a value is shown only where a key stands
//! before it that is known, and not the external ID's.

use std::ops::Range;

use toml_parser::Source;
use toml_parser::lexer::{Token, TokenKind};

use super::keys;
use crate::failure::Excerpt;

/// What stands in the place of a part that is not shown.
const HIDDEN: &str = "…";

/// The line of `text` where `span` starts, with what of the span stands in the line.
pub(super) fn excerpt(text: &str, span: &Range<usize>) -> Excerpt {
    let start = text.floor_char_boundary(span.start);
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let mut excerpt = Excerpt {
        line: text[..line_start].matches('\n').count() + 1,
        text: String::new(),
        part: 0..0,
    };
    let (mut part_start, mut part_end) = (None, 0);
    let mut characters = 0;
    for (token, is_shown) in shown(text) {
        let whole = token.span();
        let (from, to) = (whole.start().max(line_start), whole.end().min(line_end));
        if from >= to {
            continue;
        }
        let piece = text[from..to].trim_end_matches('\r');
        let places = if is_shown { piece } else { HIDDEN };
        let place = |at: usize| match (at <= from, is_shown) {
            (true, _) => characters,
            (false, true) => characters + text[from..at.min(to)].chars().count(),
            // A hidden part is meant as a whole.
            (false, false) => characters,
        };
        if start < to {
            part_start.get_or_insert(place(start));
        }
        if span.end > from {
            part_end = match span.end >= to || !is_shown {
                true => characters + places.chars().count(),
                false => place(span.end),
            };
        }
        excerpt.text.push_str(places);
        characters += places.chars().count();
    }
    let part_start = part_start.unwrap_or(characters);
    excerpt.part = part_start..part_end.max(part_start);
    excerpt
}

/// The tokens of the text, each with whether it may be shown.
fn shown(text: &str) -> Vec<(Token, bool)> {
    let tokens = Source::new(text).lex().into_vec();
    let mut reading = Reading::default();
    let mut shown = vec![true; tokens.len()];
    for (index, token) in tokens.iter().enumerate() {
        let written = &text[token.span().start()..token.span().end()];
        reading.take(index, token.kind(), written, &mut shown);
    }
    tokens.into_iter().zip(shown).collect()
}

/// What is known of the place in the file.
#[derive(Debug, Default)]
struct Reading<'a> {
    /// Whether the keys of the table are free, by its header or by its own key.
    free_header: bool,
    free_line: bool,
    in_header: bool,
    /// Whether the next part of the header is the name of a section, which may stand in quotes.
    names_section: bool,
    /// Whether a value that follows may be shown.
    shows_values: bool,
    /// Whether the line has more until now than what may be one key.
    is_begun: bool,
    /// How many lists and tables are open.
    depth: usize,
    /// The parts of what may be a key, with dots between them.
    key: Vec<(usize, &'a str)>,
    has_dot: bool,
}

impl<'a> Reading<'a> {
    fn take(&mut self, index: usize, kind: TokenKind, written: &'a str, shown: &mut [bool]) {
        use TokenKind::*;
        match kind {
            Whitespace | Eof => {}
            Dot => self.has_dot = true,
            Comment => shown[index] = false,
            Newline => {
                self.key.clear();
                self.is_begun = false;
                self.in_header = false;
                if self.depth == 0 {
                    self.shows_values = false;
                    self.free_line = false;
                }
            }
            LeftSquareBracket if !self.is_begun && self.depth == 0 && self.key.is_empty() => {
                self.in_header = true;
                self.free_header = false;
                self.names_section = false;
            }
            RightSquareBracket if self.in_header => {}
            LeftSquareBracket | LeftCurlyBracket => {
                self.depth += 1;
                self.begin();
            }
            RightSquareBracket | RightCurlyBracket => self.depth = self.depth.saturating_sub(1),
            Comma => self.begin(),
            Equals => self.end_key(shown),
            Atom | BasicString | LiteralString if self.in_header => {
                shown[index] = kind == Atom || self.names_section;
                self.names_section = keys::names_sections(written);
                self.free_header |= keys::is_free(written);
            }
            _ => {
                shown[index] = self.shows_values;
                if is_secret(written) {
                    self.shows_values = false;
                }
                // Two words without a dot between them are no key.
                if !self.key.is_empty() && !std::mem::take(&mut self.has_dot) {
                    self.begin();
                }
                self.key.push((index, written));
            }
        }
    }

    /// From here on another key may follow, or a value of a list.
    fn begin(&mut self) {
        self.key.clear();
        self.is_begun = true;
    }

    /// What was read since the last separator is a key, if it looks like one.
    fn end_key(&mut self, shown: &mut [bool]) {
        let names: Vec<&str> = self.key.iter().map(|(_, name)| unquoted(name)).collect();
        let last = names.last().copied().unwrap_or_default();
        self.free_line |= names.iter().any(|name| keys::is_free(name));
        let is_free = self.free_header || self.free_line;
        let is_free = is_free && !names.iter().any(|name| is_secret(name));
        self.shows_values = keys::is_shown(last) || is_free;
        // A key that is not known is shown where only a key can stand.
        let is_key = !self.is_begun && self.depth == 0 || is_free || keys::is_key(last);
        for (index, _) in &self.key {
            shown[*index] = is_key;
        }
        self.begin();
    }
}

fn unquoted(name: &str) -> &str {
    name.trim_matches(['"', '\''])
}

/// Whether what follows may be the external ID, however its key is written.
fn is_secret(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.contains("external") || text.contains("secret")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_shown_after_a_key_that_is_known() {
        let cases = [
            (
                "account = \"1\" # id",
                "account = \"1\" …",
                "a comment may hold anything",
            ),
            ("regions = [\"a\", 'b']", "regions = [\"a\", 'b']", "a list"),
            ("[stackstate]", "[stackstate]", "a header"),
            ("[\"a\"]", "[…]", "a header in quotes"),
            (
                "[fleet.account.\"1\"]",
                "[fleet.account.\"1\"]",
                "the name of a section",
            ),
            ("expect = { min = 1 }", "expect = { min = 1 }", "a range"),
            ("external_id = \"a\"", "external_id = …", "the secret"),
            (
                "external_id = a=b",
                "external_id = …=…",
                "the secret without quotes",
            ),
            (
                "external_id = {a=b",
                "external_id = {…=…",
                "the secret as a key",
            ),
            ("external_id a = b", "… … = …", "a separator is missing"),
            (
                "externalid = \"a\"",
                "externalid = …",
                "its key is misspelt",
            ),
            ("id = \"a\"", "id = …", "an unknown key"),
            ("\"a\"", "…", "no key"),
            (
                "trust = \"external\" \"a\"",
                "trust = \"external\" …",
                "two values",
            ),
            (
                "stackstate = { external_id = \"a\", trust = \"ec2\" }",
                "stackstate = { external_id = …, trust = \"ec2\" }",
                "a section in one line",
            ),
            (
                "tags = { team = \"a\" }",
                "tags = { team = \"a\" }",
                "free keys",
            ),
            ("tags.team = \"a\"", "tags.team = \"a\"", "with a dot"),
            (
                "tags = { external_id = \"a\" }",
                "tags = { external_id = … }",
                "misplaced",
            ),
            (
                "regions = [\"a\" external_id = \"b\"",
                "regions = [\"a\" external_id = …",
                "unclosed",
            ),
        ];
        for (text, expected, reason) in cases {
            assert_eq!(excerpt(text, &(0..1)).text, expected, "{reason}");
        }
    }

    #[test]
    fn the_part_of_the_line_is_marked() {
        let text =
            "account = \"1\"\r\n[stackstate]\nexternal_id = \"a\" # b\ntags = { é = \"ab\" }";
        let cases = [
            (0..7, (1, "account = \"1\"", 0..7), "a key"),
            (10..13, (1, "account = \"1\"", 10..13), "a value"),
            (42..45, (3, "external_id = … …", 14..15), "a hidden value"),
            (
                64..68,
                (4, "tags = { é = \"ab\" }", 13..17),
                "behind a wide character",
            ),
            (0..40, (1, "account = \"1\"", 0..13), "more than a line"),
            (
                500..501,
                (4, "tags = { é = \"ab\" }", 19..19),
                "behind the end",
            ),
        ];
        for (span, (line, text_shown, part), reason) in cases {
            let excerpt = excerpt(text, &span);
            assert_eq!(excerpt.line, line, "{reason}");
            assert_eq!(excerpt.text, text_shown, "{reason}");
            assert_eq!(excerpt.part, part, "{reason}");
        }
    }
}
