//! Values of conditions that work, and could be written so that a reader sees what they do.

use std::net::IpAddr;

use crate::lint::finding::Finding;
use crate::lint::operator::{Operator, Quantifier, Type};
use crate::lint::rule::{Rule, Severity};
use crate::lint::subject::Subject;
use crate::printable::printable;
use crate::reading::{Condition, Statement};

pub(super) const RULES: &[&Rule] = &[
    &EPOCH_DATE,
    &ADDRESS_HOST_BITS,
    &REDUNDANT_NUMBER,
    &WILDCARD_ONLY_VALUE,
];

const CHECKS: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html";

static EPOCH_DATE: Rule = Rule {
    code: "epoch-date",
    severity: Severity::Suggestion,
    risk: "Nobody sees from seconds since 1970 which day is meant.",
    remedy: "Write the date as in 2026-01-31T23:59:59Z.",
    reference: CHECKS,
};

static ADDRESS_HOST_BITS: Rule = Rule {
    code: "address-host-bits",
    severity: Severity::Suggestion,
    risk: "AWS ignores the bits of an address after those that the range fixes, so the range is wider than its address suggests.",
    remedy: "Write the first address of the range, or a longer prefix if one address is meant.",
    reference: CHECKS,
};

static REDUNDANT_NUMBER: Rule = Rule {
    code: "redundant-number",
    severity: Severity::Suggestion,
    risk: "One of several limits is enough for a match, so only the widest has an effect.",
    remedy: "Keep the one limit that is meant.",
    reference: CHECKS,
};

static WILDCARD_ONLY_VALUE: Rule = Rule {
    code: "wildcard-only-value",
    severity: Severity::Suggestion,
    risk: "A wildcard by itself matches every value, so the condition asks no more than whether the request has the key.",
    remedy: "Remove the condition, or write it as Null, which says so.",
    reference: CHECKS,
};

pub(super) fn find(subject: &Subject, findings: &mut Vec<Finding>) {
    for statement in &subject.statements {
        for condition in &statement.conditions {
            let Some(operator) = Operator::parse(condition.operator) else {
                continue;
            };
            match operator.compares {
                Type::Date => dates(statement, condition, findings),
                Type::Address => addresses(statement, condition, findings),
                Type::Number => numbers(statement, condition, operator, findings),
                _ if operator.has_wildcards() => {
                    wildcards(statement, condition, operator, findings);
                }
                _ => {}
            }
        }
    }
}

fn dates(statement: &Statement, condition: &Condition, findings: &mut Vec<Finding>) {
    // The values of this key are seconds.
    if condition.key.eq_ignore_ascii_case("aws:EpochTime") {
        return;
    }
    for value in &condition.values {
        if !value.text.is_empty() && value.text.bytes().all(|byte| byte.is_ascii_digit()) {
            let detail = format!("\"{}\" is a number of seconds", printable(&value.text));
            findings.push(statement.finding(&EPOCH_DATE, value.path, detail));
        }
    }
}

fn addresses(statement: &Statement, condition: &Condition, findings: &mut Vec<Finding>) {
    for value in &condition.values {
        if let Some(first) = first_of_range(&value.text) {
            let detail = format!("\"{}\" is the range {first}", printable(&value.text));
            findings.push(statement.finding(&ADDRESS_HOST_BITS, value.path, detail));
        }
    }
}

/// The range with its first address, if a text is a range that begins with another address.
fn first_of_range(text: &str) -> Option<String> {
    let (address, bits) = text.split_once('/')?;
    let bits: u32 = bits.parse().ok()?;
    let first = match address.parse().ok()? {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32_u32.checked_sub(bits)?).unwrap_or(0);
            IpAddr::from((u32::from(address) & mask).to_be_bytes())
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX
                .checked_shl(128_u32.checked_sub(bits)?)
                .unwrap_or(0);
            IpAddr::from((u128::from(address) & mask).to_be_bytes())
        }
    };
    (address.parse() != Ok(first)).then(|| format!("{first}/{bits}"))
}

fn numbers(
    statement: &Statement,
    condition: &Condition,
    operator: Operator,
    findings: &mut Vec<Finding>,
) {
    let widest = if operator.name.starts_with("NumericLessThan") {
        f64::max
    } else if operator.name.starts_with("NumericGreaterThan") {
        f64::min
    } else {
        return;
    };
    let numbers = condition.values.iter().map(|it| it.text.parse::<f64>());
    let Ok(numbers) = numbers.collect::<Result<Vec<_>, _>>() else {
        return;
    };
    if let Some(widest) = numbers.iter().copied().reduce(widest)
        && numbers.len() > 1
    {
        let detail = format!("only {widest} of the values has an effect");
        findings.push(statement.finding(&REDUNDANT_NUMBER, condition.path, detail));
    }
}

fn wildcards(
    statement: &Statement,
    condition: &Condition,
    operator: Operator,
    findings: &mut Vec<Finding>,
) {
    let is_wild = |text: &str| !text.is_empty() && text.chars().all(|c| c == '*');
    let Some(value) = condition.values.iter().find(|it| is_wild(&it.text)) else {
        return;
    };
    let effect = if operator.is_negated() {
        "is true only for a request without the key"
    } else if operator.if_exists || operator.quantifier == Some(Quantifier::All) {
        "is always true"
    } else {
        "is true for every request that has the key"
    };
    let detail = format!(
        "{} {} \"{}\" {effect}",
        printable(condition.operator),
        printable(condition.key),
        value.text
    );
    findings.push(statement.finding(&WILDCARD_ONLY_VALUE, value.path, detail));
}
