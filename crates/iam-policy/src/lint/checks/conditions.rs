//! Conditions that AWS refuses, or that do not test what they seem to.

use std::net::IpAddr;

use crate::lint::finding::Finding;
use crate::lint::operator::{Operator, Quantifier, Type};
use crate::lint::rule::{Rule, Severity};
use crate::lint::subject::Subject;
use crate::printable::printable;
use crate::reading::{Condition, Item, Statement};

pub(super) const RULES: &[&Rule] = &[
    &UNKNOWN_OPERATOR,
    &NULL_IF_EXISTS,
    &OPERATOR_VALUE,
    &MALFORMED_CONDITION_KEY,
    &LITERAL_WILDCARD,
    &FOR_ALL_VALUES_ALLOW,
    &PRIVATE_SOURCE_IP,
];

const OPERATORS: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html";

static UNKNOWN_OPERATOR: Rule = Rule {
    code: "unknown-operator",
    severity: Severity::Error,
    risk: "AWS refuses a condition operator that it does not know.",
    remedy: "Correct the spelling, for example StringEquals, ForAnyValue:StringLike or BoolIfExists.",
    reference: OPERATORS,
};

static NULL_IF_EXISTS: Rule = Rule {
    code: "null-if-exists",
    severity: Severity::Error,
    risk: "AWS refuses IfExists on Null, which already asks whether the key is there.",
    remedy: "Write Null.",
    reference: OPERATORS,
};

static OPERATOR_VALUE: Rule = Rule {
    code: "operator-value",
    severity: Severity::Error,
    risk: "A value that the operator cannot read never matches, or AWS refuses the policy.",
    remedy: "Write the value in the form that the finding names, or choose another operator.",
    reference: OPERATORS,
};

static MALFORMED_CONDITION_KEY: Rule = Rule {
    code: "malformed-condition-key",
    severity: Severity::Error,
    risk: "AWS refuses a condition key without a prefix, because every key belongs to a service or to aws.",
    remedy: "Write the key with its prefix, for example aws:SourceAccount.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html",
};

static LITERAL_WILDCARD: Rule = Rule {
    code: "literal-wildcard",
    severity: Severity::Warning,
    risk: "StringEquals and StringNotEquals compare * and ? as the characters that they are, so the condition hardly ever does what it seems to.",
    remedy: "Use StringLike or StringNotLike, or write the value in full.",
    reference: OPERATORS,
};

static FOR_ALL_VALUES_ALLOW: Rule = Rule {
    code: "for-all-values-allow",
    severity: Severity::Security,
    risk: "ForAllValues is true for a request that has no such key, so the statement allows that request too.",
    remedy: "Add {\"Null\": {\"KEY\": \"false\"}} for the same key, or use an operator without ForAllValues.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html",
};

static PRIVATE_SOURCE_IP: Rule = Rule {
    code: "private-source-ip",
    severity: Severity::Error,
    risk: "aws:SourceIp is always a public address, so a private one never matches.",
    remedy: "Write the public address, or use aws:VpcSourceIp with aws:SourceVpc for requests through a VPC endpoint.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html",
};

/// Multi-valued keys with which ForAllValues lets no more through than it seems to. A request without
/// tag keys sets no tag. Every grant of a key names its operations, and every change of a hosted zone
/// its records: "CreateGrant" in the API reference of KMS, and "Using IAM policy conditions for
/// fine-grained access control" in the guide of Route 53.
const HARMLESS_WHERE_ABSENT: [&str; 5] = [
    "aws:tagkeys",
    "kms:grantoperations",
    "route53:changeresourcerecordsetsactions",
    "route53:changeresourcerecordsetsnormalizedrecordnames",
    "route53:changeresourcerecordsetsrecordtypes",
];

pub(super) fn find(subject: &Subject, findings: &mut Vec<Finding>) {
    for statement in &subject.statements {
        for condition in &statement.conditions {
            check(statement, condition, findings);
        }
    }
}

fn check(statement: &Statement, condition: &Condition, findings: &mut Vec<Finding>) {
    let (operator, key) = (printable(condition.operator), printable(condition.key));
    if !has_prefix(condition.key) {
        let detail = format!("\"{key}\" has no prefix");
        findings.push(statement.finding(&MALFORMED_CONDITION_KEY, condition.path, detail));
    }
    let Some(read) = Operator::parse(condition.operator) else {
        let detail = format!("there is no operator \"{operator}\"");
        findings.push(statement.finding(&UNKNOWN_OPERATOR, condition.path, detail));
        return;
    };
    if read.name == "Null" && read.if_exists {
        let detail = format!("the operator is \"{operator}\"");
        findings.push(statement.finding(&NULL_IF_EXISTS, condition.path, detail));
    }
    if read.quantifier == Some(Quantifier::All)
        && statement.allows()
        && !HARMLESS_WHERE_ABSENT.contains(&condition.key.to_ascii_lowercase().as_str())
        && !demands_presence(statement, condition.key)
    {
        let detail = format!("no other condition requires that a request has {key}");
        findings.push(statement.finding(&FOR_ALL_VALUES_ALLOW, condition.path, detail));
    }
    for value in &condition.values {
        if let Some((rule, problem)) = problem(read, condition, value) {
            let detail = format!("{operator} {key}: \"{}\" {problem}", printable(&value.text));
            findings.push(statement.finding(rule, value.path, detail));
        }
    }
}

/// Whether a key has the form `prefix:name`; the name may be a tag's key after a slash.
fn has_prefix(key: &str) -> bool {
    key.split_once(':')
        .is_some_and(|(prefix, name)| !prefix.is_empty() && !name.is_empty())
}

fn demands_presence(statement: &Statement, key: &str) -> bool {
    statement.conditions.iter().any(|it| {
        let demands = it.operator.eq_ignore_ascii_case("Null")
            && it
                .values
                .iter()
                .all(|value| value.text.eq_ignore_ascii_case("false"))
            || Operator::parse(it.operator).is_some_and(Operator::demands_match);
        demands && it.key.eq_ignore_ascii_case(key)
    })
}

fn problem(
    operator: Operator,
    condition: &Condition,
    value: &Item,
) -> Option<(&'static Rule, &'static str)> {
    let text = value.text.as_ref();
    // What a variable becomes is known only when a request is made.
    if text.contains("${") {
        return None;
    }
    let wrong = |form| Some((&OPERATOR_VALUE, form));
    match operator.compares {
        Type::Text if !operator.name.ends_with("Like") && text.contains(['*', '?']) => {
            Some((&LITERAL_WILDCARD, "is compared literally"))
        }
        Type::Bool if !["true", "false"].contains(&text.to_ascii_lowercase().as_str()) => {
            wrong("is neither true nor false")
        }
        Type::Number if !is_number(text) => wrong("is not a number"),
        Type::Date if !is_date(text) => {
            wrong("is not a date such as 2026-01-31T23:59:59Z or seconds since 1970")
        }
        Type::Binary if !is_base64(text) => wrong("is not Base64"),
        Type::Arn if text != "*" && text.splitn(6, ':').count() < 6 => {
            wrong("is not an ARN of six fields")
        }
        Type::Arn if text != "*" && !text.starts_with("arn:") => wrong("is not an ARN"),
        Type::Address => match address(text) {
            None => wrong("is not an address or a range such as 203.0.113.0/24"),
            Some(address) if is_source_ip(condition.key) && is_private(address) => {
                Some((&PRIVATE_SOURCE_IP, "is a private address"))
            }
            Some(_) => None,
        },
        _ => None,
    }
}

fn is_source_ip(key: &str) -> bool {
    key.eq_ignore_ascii_case("aws:SourceIp")
}

fn is_number(text: &str) -> bool {
    let is_numeric = |c: char| c.is_ascii_digit() || "+-.eE".contains(c);
    text.chars().all(is_numeric) && text.parse::<f64>().is_ok()
}

/// A date of the forms that W3C's profile of ISO 8601 has, which AWS takes, or whole seconds.
fn is_date(text: &str) -> bool {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return true;
    }
    let (day, time) = text
        .split_once('T')
        .map_or((text, None), |(day, time)| (day, Some(time)));
    let parts: Vec<&str> = day.split('-').collect();
    let widths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    let is_day = [&[4, 2][..], &[4, 2, 2][..]].contains(&&widths[..])
        && parts
            .iter()
            .all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    let is_time = time.is_none_or(|time| {
        let has_zone = time.ends_with('Z') || time.contains(['+', '-']);
        let is_clock = |c: char| c.is_ascii_digit() || ":.+-Z".contains(c);
        has_zone && time.len() >= 6 && time.chars().all(is_clock)
    });
    is_day && is_time
}

fn is_base64(text: &str) -> bool {
    let unpadded = text.trim_end_matches('=');
    text.len().is_multiple_of(4)
        && text.len() - unpadded.len() <= 2
        && unpadded
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+/".contains(c))
}

/// The address of an address or a range in CIDR notation.
fn address(text: &str) -> Option<IpAddr> {
    let (address, bits) = text
        .split_once('/')
        .map_or((text, None), |(a, b)| (a, Some(b)));
    let address: IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let fits = bits.is_none_or(|bits| bits.parse::<u8>().is_ok_and(|bits| bits <= most));
    fits.then_some(address)
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_private() || v4.is_loopback() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_unique_local() || v6.is_loopback() || v6.is_unicast_link_local(),
    }
}
