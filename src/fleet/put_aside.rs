//! What is another in each account although the same is meant: its number, its regions, and the ids that AWS
//! makes up.

use crate::names::Region;

/// The beginnings of IAM's unique ids. Source: "IAM identifiers", "Unique identifiers", in the IAM User Guide.
const UNIQUE_IDS: [&str; 12] = [
    "ABIA", "ACCA", "AGPA", "AIDA", "AIPA", "AKIA", "ANPA", "ANVA", "APKA", "AROA", "ASCA", "ASIA",
];

/// The text with a word in place of the account's number, of each region by its place in the list, and of
/// each id that AWS makes up.
pub(super) fn put_aside(text: &str, account: &str, regions: &[&str]) -> String {
    replaced(text, |word| {
        if word == account {
            return Some("<account>".to_owned());
        }
        let place = regions.iter().position(|it| *it == word);
        place.map(|place| format!("<region {place}>"))
    })
}

/// The text with `id` in place of each id that AWS makes up.
pub fn without_ids(text: &str, id: &str) -> String {
    replaced(text, |_| None).replace("<id>", id)
}

/// The text with what `word_for` says in place of an account's number or the name of a region, and with
/// another word in place of ids that AWS makes up.
pub(super) fn replaced(text: &str, word_for: impl Fn(&str) -> Option<String>) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    let mut before: Option<char> = None;
    while let Some(character) = rest.chars().next() {
        let begins = !before.is_some_and(|it| it.is_ascii_alphanumeric());
        let (word, length) = match begins.then(|| made_up(rest)).flatten() {
            Some(length) => (Some("<id>".to_owned()), length),
            None if begins => {
                let length = number(rest).or_else(|| region(rest)).unwrap_or(0);
                (word_for(&rest[..length]), length)
            }
            None => (None, 0),
        };
        let taken = match word {
            Some(word) => {
                replaced.push_str(&word);
                length
            }
            None => {
                replaced.push(character);
                character.len_utf8()
            }
        };
        before = rest[..taken].chars().next_back();
        rest = &rest[taken..];
    }
    replaced
}

/// The length of an id that AWS made up, if the text begins with one: that of a key, or of an identity.
fn made_up(text: &str) -> Option<usize> {
    let word = alphanumeric(text);
    let is_hex = |part: &str| part.bytes().all(|it| it.is_ascii_hexdigit());
    if word == 8 {
        let lengths = [8, 4, 4, 4, 12];
        let id = text.get(..36)?;
        let parts: Vec<&str> = id.split('-').collect();
        let fits = parts.len() == 5
            && parts
                .iter()
                .zip(lengths)
                .all(|(part, length)| part.len() == length && is_hex(part));
        return (fits && ends(text, 36)).then_some(36);
    }
    if let Some(id) = text.strip_prefix("mrk-") {
        let id = id.get(..32)?;
        return (is_hex(id) && ends(text, 36)).then_some(36);
    }
    // 16 to 128 characters; AWS's own have 20 or 21.
    let is_unique = word >= 16
        && UNIQUE_IDS.iter().any(|it| text.starts_with(it))
        && text[..word]
            .bytes()
            .all(|it| it.is_ascii_digit() || it.is_ascii_uppercase());
    is_unique.then_some(word)
}

/// The length of an account's number.
fn number(text: &str) -> Option<usize> {
    let number = text.get(..12)?;
    (number.bytes().all(|it| it.is_ascii_digit()) && ends(text, 12)).then_some(12)
}

/// The length of what has the form of a region's name.
fn region(text: &str) -> Option<usize> {
    let is_part = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
    let end = text.find(|it| !is_part(it)).unwrap_or(text.len());
    // A name ends behind its first number.
    let digit = text[..end].find(|it: char| it.is_ascii_digit())?;
    let digits = text[digit..end]
        .bytes()
        .take_while(u8::is_ascii_digit)
        .count();
    let length = digit + digits;
    let name = &text[..length];
    (Region::has_form(name) && ends(text, length)).then_some(length)
}

fn alphanumeric(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_alphanumeric).count()
}

/// Whether no letter or digit follows the first `length` bytes.
fn ends(text: &str, length: usize) -> bool {
    !text[length..].starts_with(|it: char| it.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_another_in_each_account_is_put_aside() {
        let rows = [
            (
                "stackstate-logs-111111111111",
                "stackstate-logs-<account>",
                "the end of a bucket's name",
            ),
            ("111111111111", "<account>", "the number alone"),
            ("1111111111112", "1111111111112", "a longer number"),
            (
                "arn:aws:iam::222222222222:root",
                "arn:aws:iam::222222222222:root",
                "somebody else",
            ),
            (
                "s3.eu-west-1.amazonaws.com",
                "s3.<region 0>.amazonaws.com",
                "an end point",
            ),
            (
                "R-us-east-1-blue",
                "R-<region 1>-blue",
                "a region within a name",
            ),
            ("eu-west-1a", "eu-west-1a", "a zone"),
            (
                "eu-west-2",
                "eu-west-2",
                "a region that the account does not have",
            ),
            (
                "us-gov-east-1",
                "us-gov-east-1",
                "a longer name with the same end",
            ),
            (
                "key/01234567-89ab-cdef-0123-456789abcdef",
                "key/<id>",
                "a key",
            ),
            (
                "key/mrk-0123456789abcdef0123456789abcdef",
                "key/<id>",
                "a multi-region key",
            ),
            (
                "01234567-89ab-cdef-0123-456789abcdefg",
                "01234567-89ab-cdef-0123-456789abcdefg",
                "longer than an id",
            ),
            ("\"AROAKSCDLFT9R5DQP782U\"", "\"<id>\"", "a deleted role"),
            ("AROADMAP", "AROADMAP", "a word that begins so"),
            ("é111111111111é", "é<account>é", "other characters"),
        ];
        for (text, expected, reason) in rows {
            let found = put_aside(text, "111111111111", &["eu-west-1", "us-east-1"]);
            assert_eq!(found, expected, "{reason}");
        }
    }

    /// What is no region's name has no nearest name looked for, which costs far more than the rest.
    #[test]
    fn a_long_text_costs_little() {
        let text = "ec2-logs-1 ".repeat(1_000);
        let used = allocation_counter::measure(|| {
            put_aside(&text, "111111111111", &["eu-west-1"]);
        });
        assert_eq!(used.count_total, 1);
    }

    proptest! {
        #[test]
        fn any_text_is_scanned_to_its_end(text in "[a-zé0-9-]{0,40}") {
            prop_assert_eq!(replaced(&text, |_| None).replace("<id>", "").is_empty(), text.is_empty() || replaced(&text, |_| None) == "<id>");
        }
    }
}
