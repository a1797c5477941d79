//! What a policy is attached to, as far as its content shows that.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::policy::Kind;
use crate::reading::{Effect, Item, Principal, Selector, Statement, read};

/// The kind of policy that follows from a document's content, if only one does.
///
/// A policy without principals is an identity's, and of those a managed policy has the lowest limit.
/// One that only denies, and that on everything to everybody, is a resource control policy. Any other
/// with principals is the policy of a resource of the one service that its actions name. A bucket's
/// policy is for that bucket alone, so one for all buckets or for two is taken for none: it may be that of an
/// endpoint.
pub(super) fn kind_of(json: &Value) -> Option<Kind> {
    let statements = read(json).statements;
    if statements.iter().all(|it| it.principals.is_none()) {
        return Some(Kind::Managed);
    }
    let services = services(&statements);
    let is_trust = statements.iter().all(|it| it.resources.is_none());
    if is_trust && services.contains("sts") {
        return Some(Kind::Trust);
    }
    if statements.iter().all(limits_everybody) {
        return Some(Kind::ResourceControl);
    }
    let mut kinds = Kind::ALL
        .into_iter()
        .filter(|kind| kind.service().is_some_and(|it| services.contains(it)));
    let kind = kinds.next().filter(|_| kinds.next().is_none())?;
    match kind {
        Kind::Trust => None,
        Kind::Bucket if !is_of_one_bucket(&statements) => None,
        _ => Some(kind),
    }
}

/// The services that the actions name, in lower case. Directory buckets have a prefix of their own.
fn services(statements: &[Statement]) -> BTreeSet<String> {
    let actions = statements.iter().filter_map(|it| it.actions.as_ref());
    let prefixes = actions
        .flat_map(|it| &it.items)
        .filter_map(|action| action.text.split_once(':'))
        .map(|(prefix, _)| prefix.to_ascii_lowercase());
    prefixes
        .map(|prefix| match prefix.as_str() {
            "s3express" => "s3".to_owned(),
            _ => prefix,
        })
        .collect()
}

fn limits_everybody(statement: &Statement) -> bool {
    let is_everybody = |it: &Principal| it.item.text == "*";
    let principals = statement.principals.as_ref();
    let is_everything = |it: &Selector<Item>| matches!(&it.items[..], [item] if item.text == "*");
    statement.effect == Some(Effect::Deny)
        && principals.is_some_and(|it| !it.negated && it.items.iter().all(is_everybody))
        && statement.resources.as_ref().is_some_and(is_everything)
}

fn is_of_one_bucket(statements: &[Statement]) -> bool {
    let resources = statements.iter().filter_map(|it| it.resources.as_ref());
    let buckets: BTreeSet<&str> = resources
        .flat_map(|it| &it.items)
        .map(|item| {
            let name = item.text.splitn(6, ':').nth(5).unwrap_or(&item.text);
            name.split('/').next().unwrap_or_default()
        })
        .collect();
    // The bucket's objects may be written with a wildcard right behind its name: `bucket*`.
    let mut names = buckets.iter().map(|it| it.trim_end_matches('*'));
    let first = names.next().unwrap_or_default();
    !first.is_empty() && names.all(|name| name == first)
}
