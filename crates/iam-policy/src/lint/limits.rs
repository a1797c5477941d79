//! Whom a statement's conditions leave in: the keys that say who or what a request comes from.

use super::operator::Operator;
use crate::reading::Statement;

/// Keys that tell who makes the request or where it comes from. What S3 does not call public is in
/// "The meaning of public" of its user guide; the keys of organisations are AWS's later ones.
const WHO: [&str; 19] = [
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpcarn",
    "aws:sourcevpce",
    "aws:userid",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "kms:calleraccount",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
];

/// Keys that tell for whom a service makes the request.
const SOURCE: [&str; 4] = [
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
];

/// Keys that tell that the request comes from the own organisation.
const ORGANISATION: [&str; 2] = ["aws:principalorgid", "aws:principalorgpaths"];

/// Whether some condition leaves in only requests of certain principals or places.
pub(super) fn to_somebody(statement: &Statement) -> bool {
    demands_one_of(statement, &WHO)
}

/// Whether some condition leaves in only requests that a service makes for certain accounts.
pub(super) fn to_source(statement: &Statement) -> bool {
    demands_one_of(statement, &SOURCE)
}

/// Whether some condition leaves in only requests with a certain external ID.
pub(super) fn to_external_id(statement: &Statement) -> bool {
    demands_one_of(statement, &["sts:externalid"])
}

/// Whether some condition leaves in only requests from certain organisations.
pub(super) fn to_organisation(statement: &Statement) -> bool {
    demands_one_of(statement, &ORGANISATION)
}

fn demands_one_of(statement: &Statement, keys: &[&str]) -> bool {
    statement.conditions.iter().any(|condition| {
        keys.contains(&condition.key.to_ascii_lowercase().as_str())
            && Operator::parse(condition.operator).is_some_and(Operator::demands_match)
            && !condition
                .values
                .iter()
                .any(|value| matches_all(&value.text))
    })
}

/// Whether a value matches whatever there is, or an ARN of any account.
fn matches_all(value: &str) -> bool {
    let is_wild = |it: &str| !it.is_empty() && it.chars().all(|c| "*?:".contains(c));
    let parts: Vec<&str> = value.splitn(6, ':').collect();
    is_wild(value)
        || matches!(parts[..], ["arn", _, _, _, account, ..] if is_wild(account))
        || value.strip_prefix("arn:").is_some_and(is_wild)
        || ["0.0.0.0/0", "::/0"].contains(&value)
}
