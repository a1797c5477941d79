//! The form of what an element lists.

use std::borrow::Cow;

use serde_json::Value;

/// What an element lists.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// Strings, which are to have at least one character.
    Text,
    /// The values of a condition.
    Scalar,
}

impl Form {
    pub(super) fn wanted(self) -> &'static str {
        match self {
            Form::Text => "a string",
            Form::Scalar => "a string, a boolean or a number below 2^53",
        }
    }

    /// The text of a value of this form. AWS compares a boolean or a number as the string of the
    /// same spelling. A larger number has lost digits when it was read.
    pub(super) fn text(self, value: &Value) -> Option<Cow<'_, str>> {
        match (self, value) {
            (_, Value::String(text)) => Some(Cow::Borrowed(text)),
            (Form::Text, _) => None,
            (Form::Scalar, Value::Number(number)) => {
                let is_exact = |number: f64| number.abs() < 9_007_199_254_740_992.0;
                let kept_digits = !number.is_f64() || number.as_f64().is_some_and(is_exact);
                kept_digits.then(|| Cow::Owned(number.to_string()))
            }
            (Form::Scalar, Value::Bool(value)) => Some(Cow::Owned(value.to_string())),
            (Form::Scalar, Value::Null | Value::Array(_) | Value::Object(_)) => None,
        }
    }
}
