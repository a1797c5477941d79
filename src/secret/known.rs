//! The secrets of this process, which are taken out of everything that it prints.
//!
//! AWS may quote a request in an error, and with it the external ID. So whatever is printed or logged
//! passes [`hide`], whoever wrote it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Bound;
use std::sync::{PoisonError, RwLock};

/// What stands in the place of a secret. It is safe within JSON.
const HIDDEN: &str = "[hidden]";

/// The secrets, each with the number of those who hold it.
type Secrets = BTreeMap<String, usize>;

static KNOWN: RwLock<Secrets> = RwLock::new(Secrets::new());

/// Takes a secret out of everything that is printed, until this is dropped.
pub struct Remembered(Option<String>);

impl fmt::Debug for Remembered {
    /// Who holds credentials is shown with them, for example by the SDK.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Remembered(redacted)")
    }
}

impl Drop for Remembered {
    fn drop(&mut self) {
        let Some(secret) = &self.0 else { return };
        let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(holders) = known.get_mut(secret) {
            *holders -= 1;
            if *holders == 0 {
                known.remove(secret);
            }
        }
    }
}

/// From now on takes `secret` out of everything that is printed.
pub fn remember(secret: &str) {
    add(secret);
}

/// Takes `secret` out of everything that is printed, as long as what is returned is held.
#[must_use]
pub fn remember_while(secret: &str) -> Remembered {
    Remembered(add(secret).then(|| secret.to_owned()))
}

/// Adds a secret, if it is to be hidden.
///
/// A short or plain value, such as `prod` or an account's number, is a part of ordinary output. To
/// replace it would garble that, and the gaps would tell the value. So at least eight characters with
/// a digit and something else are wanted, or at least twenty that are not all digits.
fn add(secret: &str) -> bool {
    let digits = secret.chars().filter(char::is_ascii_digit).count();
    let length = secret.chars().count();
    let is_telling = length > digits && (length >= 8 && digits > 0 || length >= 20);
    if is_telling {
        let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
        *known.entry(secret.to_owned()).or_default() += 1;
    }
    is_telling
}

/// The text without the known secrets, also where they are percent-encoded or escaped.
pub fn hide(text: &str) -> Cow<'_, str> {
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    without(text, &known)
}

/// The text with the secrets replaced. Those that overlap are replaced together.
///
/// At each place all secrets are looked for at once, because a run over many accounts knows many.
fn without<'a>(text: &'a str, secrets: &Secrets) -> Cow<'a, str> {
    let mut replaced = String::new();
    // The end of the last secret, from where on the text is not copied yet.
    let mut end = 0;
    let beginnings = Beginnings::of(secrets);
    for (start, _) in text.char_indices() {
        let rest = &text[start..];
        if !beginnings.may_begin(rest) {
            continue;
        }
        let Some(length) = longest(rest, secrets) else {
            continue;
        };
        if start + length <= end {
            continue;
        }
        if start >= end {
            replaced.push_str(&text[end..start]);
            replaced.push_str(HIDDEN);
        }
        end = start + length;
    }
    match end {
        0 => Cow::Borrowed(text),
        _ => Cow::Owned(replaced + &text[end..]),
    }
}

/// How many bytes are looked at before a secret is searched for.
const LOOKED_AT: usize = 4;

/// The bytes that the secrets have at their first places. Of a thousand places of a plan they rule out nearly
/// all, also where many random secrets are known.
struct Beginnings([[bool; 256]; LOOKED_AT]);

impl Beginnings {
    fn of(secrets: &Secrets) -> Self {
        let mut bytes = [[false; 256]; LOOKED_AT];
        for secret in secrets.keys() {
            for (place, bytes) in bytes.iter_mut().enumerate() {
                match secret.as_bytes().get(place) {
                    Some(byte) => bytes[usize::from(*byte)] = true,
                    // Anything may follow a secret that ends here.
                    None => *bytes = [true; 256],
                }
            }
        }
        Beginnings(bytes)
    }

    /// Whether the text may begin with a secret. Where a character is written in another form, it may.
    fn may_begin(&self, text: &str) -> bool {
        for (byte, bytes) in text.bytes().zip(&self.0) {
            if matches!(byte, b'%' | b'\\' | b'&') {
                return true;
            }
            if !bytes[usize::from(byte)] {
                return false;
            }
        }
        true
    }
}

/// The length of the longest secret with which the text begins, each character in any of its forms.
fn longest(text: &str, secrets: &Secrets) -> Option<usize> {
    let mut longest = None;
    // What the text begins with, as far as a secret begins so, and the text after it.
    let mut begun = vec![(String::new(), text)];
    while let Some((before, rest)) = begun.pop() {
        for (character, rest) in forms(rest) {
            let mut read = before.clone();
            read.push(character);
            let from = (Bound::Included(read.as_str()), Bound::Unbounded);
            let secret = secrets.range::<str, _>(from).next();
            let Some((secret, _)) = secret.filter(|(secret, _)| secret.starts_with(&read)) else {
                continue;
            };
            if secret.len() == read.len() {
                longest = longest.max(Some(text.len() - rest.len()));
            }
            begun.push((read, rest));
        }
    }
    longest
}

/// Each character that the text may begin with, and the text after it: as it is, percent-encoded once or
/// twice, escaped as in JSON or in Rust any number of times, or as in XML.
fn forms(text: &str) -> impl Iterator<Item = (char, &str)> {
    let unescaped = text.trim_start_matches('\\');
    let escaped = (unescaped.len() < text.len()).then_some(unescaped);
    let forms = [
        first(text),
        percent_encoded(text),
        escaped.and_then(first),
        escaped.and_then(code_point),
        entity(text),
    ];
    forms.into_iter().flatten()
}

fn first(text: &str) -> Option<(char, &str)> {
    let mut rest = text.chars();
    Some((rest.next()?, rest.as_str()))
}

fn percent_encoded(text: &str) -> Option<(char, &str)> {
    let rest = text.strip_prefix('%')?;
    let (code, rest) = rest
        .strip_prefix("25")
        .unwrap_or(rest)
        .split_at_checked(2)?;
    Some((character(code, 16)?, rest))
}

fn code_point(text: &str) -> Option<(char, &str)> {
    let rest = text.strip_prefix('u')?;
    let (code, rest) = match rest.strip_prefix('{') {
        Some(rest) => rest.split_once('}')?,
        None => rest.split_at_checked(4)?,
    };
    Some((character(code, 16)?, rest))
}

fn entity(text: &str) -> Option<(char, &str)> {
    let (code, rest) = text.strip_prefix("&#")?.split_once(';')?;
    let character = match code.strip_prefix('x') {
        Some(code) => character(code, 16),
        None => character(code, 10),
    };
    Some((character?, rest))
}

/// The character with this code.
fn character(code: &str, radix: u32) -> Option<char> {
    let is_number = code.chars().all(|digit| digit.is_digit(radix));
    let code = is_number.then(|| u32::from_str_radix(code, radix).ok())?;
    char::from_u32(code?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sha2::{Digest, Sha256};

    use super::*;

    const SECRET: &str = "a/b+c=1";

    fn secrets(secrets: &[&str]) -> Secrets {
        secrets.iter().map(|it| ((*it).to_owned(), 1)).collect()
    }

    #[test]
    fn what_is_remembered_is_not_shown_by_debug() {
        let held = remember_while("wJalrXUtnFEMI/K7MDENG");
        assert!(!format!("{held:?}").contains("wJalr"), "{held:?}");
    }

    #[test]
    fn a_secret_is_found_in_every_form() {
        let cases = [
            ("x a/b+c=1 y", "x [hidden] y", "as it is"),
            ("a/b+c=1a/b+c=1", "[hidden][hidden]", "twice"),
            ("a%2Fb%2Bc%3D1", "[hidden]", "in a URL"),
            ("a%2fb%2bc%3d1", "[hidden]", "in a URL, in lower case"),
            (
                "a%252Fb%252Bc%253D1",
                "[hidden]",
                "in a document within a URL",
            ),
            ("%61%2F%62%2B%63%3D%31", "[hidden]", "with letters encoded"),
            ("\"a\\/b\\u002bc\\u003D1\"", "\"[hidden]\"", "in JSON"),
            ("a\\\\u002fb+c=1", "[hidden]", "escaped twice"),
            ("a\\\\/b+c=1", "[hidden]", "a slash escaped twice"),
            ("a&#47;b&#x2B;c=1", "[hidden]", "in XML"),
            ("a\\u{2f}b+c=1", "[hidden]", "as this program escapes"),
            ("aa/b+c=1", "a[hidden]", "after its own beginning"),
            ("a/b+c=2", "a/b+c=2", "another value"),
            ("a/b+c=", "a/b+c=", "a part"),
            ("%", "%", "an encoding without an end"),
            ("é\\", "é\\", "other characters"),
        ];
        for (text, expected, why) in cases {
            let replaced = without(text, &secrets(&[SECRET]));
            assert_eq!(replaced, expected, "{why}");
        }
    }

    #[test]
    fn every_part_of_every_secret_is_hidden() {
        let cases: [(&[&str], &str, &str, &str); 5] = [
            (&[], "abc", "abc", "there is none"),
            (&["ab", "cd"], "abxcd", "[hidden]x[hidden]", "two"),
            (
                &["bc", "abcd"],
                "abcde",
                "[hidden]e",
                "one within the other",
            ),
            (
                &["abc", "bcde"],
                "abcdef",
                "[hidden]f",
                "one overlaps the other",
            ),
            (
                &["abc", "abx", "ab"],
                "abd abx",
                "[hidden]d [hidden]",
                "with one beginning",
            ),
        ];
        for (known, text, expected, why) in cases {
            assert_eq!(without(text, &secrets(known)), expected, "{why}");
        }
    }

    /// A plan in 17 regions has some 200 KiB, and with 20 accounts under way 40 secrets of sessions are known.
    #[test]
    fn a_text_is_searched_only_where_a_secret_may_begin() {
        let keys = (0..40u8).map(|it| aws_smithy_types::base64::encode(Sha256::digest([it])));
        let known: Secrets = keys.map(|key| (key, 1)).collect();
        let text = "arn:aws:events:eu-west-1:123456789012:rule/integration-of-logs ".repeat(1_000);
        let used = allocation_counter::measure(|| assert_eq!(without(&text, &known), text));
        // Each search allocates.
        let most = text.len() as u64 / 4;
        assert!(used.count_total < most, "{} of {most}", used.count_total);
    }

    #[test]
    fn a_secret_is_forgotten_once_nobody_holds_it() {
        let secret = "a-secret-of-2-holders";
        let (first, second) = (remember_while(secret), remember_while(secret));
        drop(first);
        assert_eq!(hide(secret), HIDDEN);
        drop(second);
        assert_eq!(hide(secret), secret);
    }

    #[test]
    fn only_values_that_do_not_occur_otherwise_are_hidden() {
        let cases = [
            ("3f2b8c1d-known-test", true, "a random value"),
            (
                "known-test-without-any-digit",
                true,
                "a long one without digits",
            ),
            ("k1-test", false, "seven characters"),
            ("known-test", false, "words"),
            ("998877665544", false, "the number of an account"),
            ("99887766554433221100998877", false, "a number"),
        ];
        for (secret, is_hidden, why) in cases {
            remember(secret);
            let hidden = hide(&format!("<{secret}>")) == "<[hidden]>";
            assert_eq!(hidden, is_hidden, "{why}");
        }
    }

    proptest! {
        #[test]
        fn nothing_else_is_changed(text in any::<String>()) {
            prop_assume!(!text.contains(SECRET));
            let encoded = text.contains(['%', '\\', '&']);
            prop_assert!(encoded || without(&text, &secrets(&[SECRET])) == text);
        }
    }
}
