//! A condition in the form in which equal meaning is equal text.
//!
//! "IAM JSON policy elements: Condition operators" in the IAM User Guide documents each of these:
//! - a boolean or a whole number is the same as its text;
//! - `ArnEquals` and `ArnLike` behave identically, and so do their negations;
//! - `StringLike` differs from `StringEquals` in wildcards alone;
//! - a negated operator is also true if the request lacks the key, as with `IfExists`.
//!
//! The case of an operator or of a boolean is not documented to be ignored, so it counts.

use std::collections::BTreeMap;

use super::reading::Reading;
use super::statement::{Condition, Scalar, Statement};
use super::values::canonical_value;

#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CanonicalCondition {
    pub(super) operator: String,
    pub(super) key: String,
    /// Each with whether it is a number with a fraction, which is not documented to be the same as any
    /// text.
    pub(super) values: Vec<(String, bool)>,
    /// How many conditions of the statement differ from this one in the case of operator and key alone,
    /// itself included. AWS does not document what two of these mean, so they are compared as they
    /// are written.
    twins: usize,
}

/// The conditions of a statement in canonical form, sorted and each once, with what was written.
pub(super) fn conditions(
    statement: &Statement,
    reading: Reading,
) -> Vec<(CanonicalCondition, &Condition)> {
    let name = |it: &Condition| [&it.operator, &it.key].map(|it| it.to_ascii_lowercase());
    let mut twins = BTreeMap::new();
    for condition in &statement.conditions {
        *twins.entry(name(condition)).or_default() += 1;
    }
    let written = statement.conditions.iter();
    let mut conditions: Vec<_> = written
        .map(|it| (canonical(it, twins[&name(it)], reading), it))
        .collect();
    conditions.sort_by(|(a, _), (b, _)| a.cmp(b));
    conditions.dedup_by(|(a, _), (b, _)| a == b);
    conditions
}

fn canonical(condition: &Condition, twins: usize, reading: Reading) -> CanonicalCondition {
    let operator = canonical_operator(&condition.operator, &condition.values);
    let values = condition.values.iter();
    let mut values: Vec<_> = values
        .map(|value| canonical_scalar(&operator, value, reading))
        .collect();
    values.sort();
    values.dedup();
    CanonicalCondition {
        values,
        key: if twins > 1 {
            condition.key.clone()
        } else {
            condition.key.to_ascii_lowercase()
        },
        operator,
        twins,
    }
}

/// A condition's value in the form in which the canonical operator compares it, and whether it is a
/// number with a fraction that is compared as something else than a number.
pub(super) fn canonical_scalar(operator: &str, value: &Scalar, reading: Reading) -> (String, bool) {
    let base = operator.split_once(':').map_or(operator, |(_, base)| base);
    let text = canonical_value(base, &value.text, reading.version);
    (text, value.is_fraction && !base.starts_with("Numeric"))
}

fn canonical_operator(operator: &str, values: &[Scalar]) -> String {
    let mut canonical = operator
        .replace("ArnEquals", "ArnLike")
        .replace("ArnNotEquals", "ArnNotLike");
    let is_plain = |value: &Scalar| !value.text.contains(['*', '?']) && !value.text.contains("${");
    if !values.is_empty() && values.iter().all(is_plain) {
        canonical = canonical
            .replace("StringLike", "StringEquals")
            .replace("StringNotLike", "StringNotEquals");
    }
    match canonical.strip_suffix("IfExists") {
        Some(base) if NEGATED.contains(&base) => base.to_owned(),
        _ => canonical,
    }
}

/// The negated operators, without those that a set operator stands before.
const NEGATED: [&str; 7] = [
    "ArnNotLike",
    "DateNotEquals",
    "NotIpAddress",
    "NumericNotEquals",
    "StringNotEquals",
    "StringNotEqualsIgnoreCase",
    "StringNotLike",
];
