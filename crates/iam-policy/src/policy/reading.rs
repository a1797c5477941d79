//! What has to be known to read a statement among others.

use std::collections::BTreeSet;

use super::statement::{Selector, Statement};
use crate::names::is_account_id;
use crate::reading::Version;

/// How the statements of a comparison are read.
#[derive(Clone, Copy)]
pub(super) struct Reading {
    /// Whether `${…}` is a variable.
    pub(super) version: Version,
    /// Whether an account's ID means the ARN of the account's root. An ID names no partition, so it can
    /// mean only one of them: if the statements have roots of several partitions, an ID means none.
    pub(super) roots_are_accounts: bool,
    /// Whether some statement has an action of STS, by which federated principals assume roles.
    pub(super) may_assume_roles: bool,
}

impl Reading {
    /// The reading of statements that are compared with each other.
    pub(super) fn of<'a>(
        version: Version,
        statements: impl Iterator<Item = &'a Statement> + Clone,
    ) -> Self {
        let principals = statements.clone().filter_map(|it| it.principals.as_ref());
        let roots = principals
            .flat_map(|it| &it.items)
            .filter_map(|it| root(it));
        let partitions: BTreeSet<&str> = roots.map(|(partition, _)| partition).collect();
        Reading {
            version,
            roots_are_accounts: partitions.len() <= 1,
            may_assume_roles: statements.map(|it| &it.actions).any(may_have_sts),
        }
    }
}

/// The partition and the account of a principal that is the root of an account.
pub(super) fn root(principal: &str) -> Option<(&str, &str)> {
    let (partition, rest) = principal.strip_prefix("AWS arn:")?.split_once(":iam::")?;
    let account = rest.strip_suffix(":root")?;
    let is_partition = !partition.is_empty() && !partition.contains(':');
    (is_partition && is_account_id(account)).then_some((partition, account))
}

fn may_have_sts(actions: &Selector) -> bool {
    actions.negated
        || actions.items.iter().any(|action| {
            let service = action.split(':').next().unwrap_or_default();
            service.contains(['*', '?']) || service.eq_ignore_ascii_case("sts")
        })
}
