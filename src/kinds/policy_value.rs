//! The policies that AWS answers with.

use iam_policy::Policy;

use crate::engine::attributes::Value;
use crate::text_file::LARGEST_POLICY;

/// A policy as AWS answers it. IAM percent-encodes it by RFC 3986.
///
/// A text that does not parse as a policy differs from every wanted policy. The text is not shown,
/// since a secret in it could not be found and hidden.
pub(crate) fn policy_value(text: &str) -> Value {
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8_lossy();
    // A document that is not encoded starts with a brace. Decoding could change it.
    let text = if text.trim_start().starts_with('{') {
        text
    } else {
        &*decoded
    };
    if text.len() as u64 > LARGEST_POLICY {
        return format!("(not a policy: it has {} bytes)", text.len()).into();
    }
    match Policy::parse(text) {
        Ok(policy) => Value::Policy(policy),
        Err(error) => format!("(not a policy: {error})").into(),
    }
}
