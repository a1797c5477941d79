//! Which requests the conditions of a statement let through: the keys that show where a request comes
//! from.

use super::operator::Operator;
use crate::reading::Statement;

/// Keys that show who makes the request or where it comes from: those of "The meaning of public" in
/// the user guide of S3, and the later ones for organisations.
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

/// Keys that show for whom a service makes the request.
const SOURCE: [&str; 4] = [
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
];

/// Keys that show that the request comes from a certain organisation.
const ORGANISATION: [&str; 2] = ["aws:principalorgid", "aws:principalorgpaths"];

/// Whether some condition lets through only requests of certain principals or places.
pub(super) fn to_somebody(statement: &Statement) -> bool {
    demands_one_of(statement, &WHO)
}

/// Whether some condition lets through only requests that a service makes for certain accounts.
pub(super) fn to_source(statement: &Statement) -> bool {
    demands_one_of(statement, &SOURCE)
}

/// Whether some condition lets through only requests with a certain external ID.
pub(super) fn to_external_id(statement: &Statement) -> bool {
    demands_one_of(statement, &["sts:externalid"])
}

/// Whether some condition lets through only requests from certain organisations.
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

/// Whether a value matches everything, or ARNs of every account.
fn matches_all(value: &str) -> bool {
    let is_wild = |it: &str| !it.is_empty() && it.chars().all(|c| "*?:".contains(c));
    let parts: Vec<&str> = value.splitn(6, ':').collect();
    is_wild(value)
        || matches!(parts[..], ["arn", _, _, _, account, ..] if is_wild(account))
        || value.strip_prefix("arn:").is_some_and(is_wild)
        || ["0.0.0.0/0", "::/0"].contains(&value)
}
