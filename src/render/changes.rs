//! The text of what changes at a resource, and of what differs between two policies.

use anstyle::Style;
use iam_policy::printable::printable;
use iam_policy::{DiffLine, Sign};

use crate::engine::attributes::{Change, Value};
use crate::engine::known::KNOWN_AFTER_APPLY;
use crate::engine::structure::in_words;
use crate::render::text::{ADDED, CHANGED, QUIET, REMOVED};
use crate::render::wrap::hanging;

/// The changes, the trust policy first and the tags last, indented by `indent` columns.
pub fn changes(changes: &[Change], indent: usize, width: usize) -> String {
    let mut sorted: Vec<&Change> = changes.iter().collect();
    sorted.sort_by_key(|change| match change.attribute.as_str() {
        "trust_policy" => 0,
        name if name.starts_with("tags[") => 2,
        _ => 1,
    });
    let sorted = sorted.into_iter();
    sorted.map(|change| one(change, indent, width)).collect()
}

fn one(change: &Change, indent: usize, width: usize) -> String {
    let sign = match (&change.before, &change.after) {
        (None, _) => Sign::Added,
        (_, None) => Sign::Removed,
        _ => Sign::Changed,
    };
    let name = printable(&change.attribute);
    let note = change.note().map(|note| format!(" ({note})"));
    let note = note.unwrap_or_default();
    if let Some(parts) = change.parts() {
        let heading = line(sign, indent, &format!("{name}{note}"), width);
        return heading + &policy_diff(&parts, indent + 2, width);
    }
    let values = match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!("{} -> {}", value(before), value(after)),
        (Some(only), None) | (None, Some(only)) => value(only),
        (None, None) => String::new(),
    };
    line(sign, indent, &format!("{name}: {values}{note}"), width)
}

/// The differences between two policies, or other parts of a value, one line for each, indented by
/// `indent` columns.
pub fn policy_diff(lines: &[DiffLine], indent: usize, width: usize) -> String {
    let lines = lines.iter();
    let text = lines.map(|part| {
        let indent = indent + 2 * usize::from(part.depth);
        line(part.sign, indent, &part.text, width)
    });
    text.collect()
}

fn line(sign: Sign, indent: usize, text: &str, width: usize) -> String {
    let (style, sign): (Style, char) = match sign {
        Sign::Added => (ADDED, '+'),
        Sign::Removed => (REMOVED, '-'),
        Sign::Changed => (CHANGED, '~'),
    };
    let first = format!("{:indent$}{style}{sign}{style:#} ", "");
    hanging(&first, &" ".repeat(indent + 4), text, width)
}

fn value(value: &Value) -> String {
    match value {
        Value::KnownAfterApply => format!("{QUIET}{KNOWN_AFTER_APPLY}{QUIET:#}"),
        Value::Plain(json) => in_words(json),
        Value::Policy(_) | Value::Document(_) => {
            let statements = value
                .as_policy()
                .map_or(0, |policy| policy.statements().len());
            let noun = match statements {
                1 => "statement",
                _ => "statements",
            };
            format!("(a policy with {statements} {noun})")
        }
    }
}
