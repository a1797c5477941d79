//! The secrets of this process, which are taken out of everything that it prints.
//!
//! AWS may quote a request in an error, and with it the external ID. So whatever is printed or logged
//! passes [`hide`], whoever wrote it.

use std::borrow::Cow;
use std::sync::{PoisonError, RwLock};

/// What stands in the place of a secret. It is safe within JSON.
const HIDDEN: &str = "[hidden]";

static KNOWN: RwLock<Vec<String>> = RwLock::new(Vec::new());

/// From now on takes `secret` out of everything that is printed.
///
/// A short or plain value, such as `prod` or an account's number, is a part of ordinary output. To
/// replace it would garble that, and the gaps would tell the value. So at least eight characters with
/// a digit and something else are wanted, or at least twenty that are not all digits.
pub fn remember(secret: &str) {
    let digits = secret.chars().filter(char::is_ascii_digit).count();
    let length = secret.chars().count();
    let is_telling = length > digits && (length >= 8 && digits > 0 || length >= 20);
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    if is_telling && !known.iter().any(|it| it == secret) {
        known.push(secret.to_owned());
        // A secret that holds another one is to be found first.
        known.sort_by_key(|it| std::cmp::Reverse(it.len()));
    }
}

/// The text without the known secrets, also where they are percent-encoded or escaped.
pub fn hide(text: &str) -> Cow<'_, str> {
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    let mut text = Cow::Borrowed(text);
    for secret in known.iter() {
        if let Some(replaced) = without(&text, secret) {
            text = Cow::Owned(replaced);
        }
    }
    text
}

/// The text with `secret` replaced; `None` if the secret is not in it.
fn without(text: &str, secret: &str) -> Option<String> {
    let mut replaced = String::new();
    let (mut kept, mut rest) = (0, 0);
    while let Some(character) = text[rest..].chars().next() {
        match length_of(&text[rest..], secret) {
            Some(length) => {
                replaced.push_str(&text[kept..rest]);
                replaced.push_str(HIDDEN);
                rest += length;
                kept = rest;
            }
            None => rest += character.len_utf8(),
        }
    }
    (kept > 0).then(|| replaced + &text[kept..])
}

/// The length of `secret` at the start of the text, each character in any of its forms.
fn length_of(text: &str, secret: &str) -> Option<usize> {
    let mut rest = text;
    for wanted in secret.chars() {
        rest = after(rest, wanted)?;
    }
    Some(text.len() - rest.len())
}

/// The text after a character: as it is, percent-encoded once or twice, escaped as in JSON or in Rust
/// any number of times, or as in XML.
fn after(text: &str, wanted: char) -> Option<&str> {
    if let Some(rest) = text.strip_prefix(wanted) {
        return Some(rest);
    }
    let code = u32::from(wanted);
    if let Some(rest) = text.strip_prefix('%') {
        let rest = rest.strip_prefix("25").unwrap_or(rest);
        return after_code(rest, &format!("{code:02x}"), "");
    }
    if text.starts_with('\\') {
        let rest = text.trim_start_matches('\\');
        return rest.strip_prefix(wanted).or_else(|| {
            let code_point = rest.strip_prefix('u')?;
            match code_point.strip_prefix('{') {
                Some(rest) => after_code(rest, &format!("{code:x}"), "}"),
                None => after_code(code_point, &format!("{code:04x}"), ""),
            }
        });
    }
    let rest = text.strip_prefix("&#")?;
    match rest.strip_prefix('x') {
        Some(rest) => after_code(rest, &format!("{code:x}"), ";"),
        None => after_code(rest, &code.to_string(), ";"),
    }
}

/// The text after a number, whose letters have no case, and its end.
fn after_code<'a>(text: &'a str, code: &str, end: &str) -> Option<&'a str> {
    let (found, rest) = text.split_at_checked(code.len())?;
    found
        .eq_ignore_ascii_case(code)
        .then(|| rest.strip_prefix(end))?
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECRET: &str = "a/b+c=1";

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
            let replaced = without(text, SECRET);
            assert_eq!(replaced.as_deref().unwrap_or(text), expected, "{why}");
        }
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
            prop_assert!(encoded || without(&text, SECRET).is_none());
        }
    }
}
