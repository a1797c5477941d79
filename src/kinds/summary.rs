//! Parts of the summaries of several kinds.

use crate::engine::attributes::{Attributes, Value};

/// The text of an attribute; empty if there is none.
pub fn text<'a>(attributes: &'a Attributes, name: &str) -> &'a str {
    let text = attributes.get(name).and_then(Value::as_text);
    text.unwrap_or_default()
}

/// The number of the statements of all policies among the attributes that `is_counted` chooses by their
/// names.
pub fn statements(attributes: &Attributes, is_counted: impl Fn(&str) -> bool) -> String {
    let policies = attributes.iter().filter(|(name, _)| is_counted(name));
    let counts = policies.filter_map(|(_, value)| Some(value.as_policy()?.statements().len()));
    match counts.sum::<usize>() {
        1 => "1 statement".to_owned(),
        count => format!("{count} statements"),
    }
}

/// The last part of an ARN: the name of what it leads to.
pub fn name_in(arn: &str) -> &str {
    arn.rsplit(['/', ':']).next().unwrap_or_default()
}
