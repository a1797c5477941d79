//! The actions that a policy of an identity allows and does not deny again, and the conditions that
//! matter for permissions on permissions.

use super::operator::Operator;
use super::subject::Subject;
use crate::authorization::{pattern_covers, patterns_overlap};
use crate::printable::printable;
use crate::reading::{Condition, Effect, Item, Path, Selector, Statement};

/// An action that a statement allows on one of its resources.
pub(super) struct Grant<'a> {
    pub(super) statement: &'a Statement<'a>,
    /// Where the action is.
    pub(super) path: Path<'a>,
    /// The resource, which is `*` for `NotResource`.
    pub(super) resource: &'a str,
}

/// Where `action`, which has no wildcard, is allowed and not denied again.
pub(super) fn grants<'a>(subject: &'a Subject<'a>, action: &str) -> Vec<Grant<'a>> {
    let mut grants = Vec::new();
    for statement in subject.statements.iter().filter(|it| it.allows()) {
        let (Some(path), Some(resources)) = (selected(statement, action), &statement.resources)
        else {
            continue;
        };
        let listed = resources.items.iter().map(|it| it.text.as_ref());
        let listed: Vec<_> = if resources.negated {
            vec!["*"]
        } else {
            listed.collect()
        };
        for resource in listed {
            if !is_denied(subject, action, resource) {
                grants.push(Grant {
                    statement,
                    path,
                    resource,
                });
            }
        }
    }
    grants
}

/// Where a statement selects an action, if it does.
fn selected<'a>(statement: &Statement<'a>, action: &str) -> Option<Path<'a>> {
    let actions = statement.actions.as_ref()?;
    let item = actions
        .items
        .iter()
        .find(|it| pattern_covers(&it.text, action));
    match (item, actions.negated) {
        (Some(item), false) => Some(item.path),
        (None, true) => Some(actions.path),
        _ => None,
    }
}

/// Whether a Deny covers the action on all of the resource, without a condition or with conditions on
/// the permissions boundary alone.
fn is_denied(subject: &Subject, action: &str, resource: &str) -> bool {
    subject.statements.iter().any(|statement| {
        statement.effect == Some(Effect::Deny)
            && selected(statement, action).is_some()
            && statement.conditions.iter().all(is_without_boundary)
            && statement
                .resources
                .as_ref()
                .is_some_and(|it| all_selected(it, resource))
    })
}

fn all_selected(resources: &Selector<Item>, resource: &str) -> bool {
    let mut items = resources.items.iter();
    if resources.negated {
        return items.all(|it| !arns_overlap(&it.text, resource));
    }
    items.any(|it| pattern_covers(&it.text, resource))
}

/// Whether a condition is met by requests without the required permissions boundary.
fn is_without_boundary(condition: &Condition) -> bool {
    condition
        .key
        .eq_ignore_ascii_case("iam:PermissionsBoundary")
        && Operator::parse(condition.operator).is_some_and(|operator| {
            operator.quantifier.is_none()
                && (operator.name.contains("Not")
                    || operator.name == "Null"
                        && condition.values.iter().any(|it| it.text == "true"))
        })
}

/// Whether some ARN matches both, compared part by part, because a wildcard for the account matches
/// no more than the account.
fn arns_overlap(a: &str, b: &str) -> bool {
    let part = |arn: &str, index: usize| {
        let mut parts = arn.splitn(6, ':');
        parts.nth(index).unwrap_or("*").to_owned()
    };
    (0..6).all(|index| patterns_overlap(&part(a, index), &part(b, index)))
}

impl Grant<'_> {
    /// Whether both can be for the same resource.
    pub(super) fn overlaps(&self, other: &Grant) -> bool {
        arns_overlap(self.resource, other.resource)
    }

    /// Whether it can be used on everything of a service whose ARN's last part has that beginning,
    /// such as every role. Chosen ARNs and ARNs of a naming pattern may be harmless and do not count.
    pub(super) fn reaches_any(&self, service: &str, beginning: &str) -> bool {
        let mut parts = self.resource.splitn(6, ':');
        let of_service = parts.nth(2).unwrap_or("*");
        let name = parts.nth(2).unwrap_or("*");
        // Nothing has such a name, so only a wildcard matches it.
        let some_name = format!("{beginning}\u{1}");
        self.resource == "*"
            || pattern_covers(of_service, service) && pattern_covers(name, &some_name)
    }

    /// Whether it is for the user that has the policy.
    pub(super) fn reaches_oneself(&self) -> bool {
        self.resource.ends_with("user/${aws:username}")
    }

    /// Whether a condition limits the permissions that it can give: only with a permissions boundary,
    /// only chosen policies, or only resources with a tag.
    pub(super) fn is_limited(&self) -> bool {
        self.statement.conditions.iter().any(|condition| {
            let key = condition.key.to_ascii_lowercase();
            let demands = Operator::parse(condition.operator).is_some_and(Operator::demands_match);
            let grants_all = || {
                condition
                    .values
                    .iter()
                    .any(|it| is_powerful_policy(&it.text))
            };
            demands
                && match key.as_str() {
                    // A boundary that may be an administrator's bounds nothing.
                    "iam:permissionsboundary" | "iam:policyarn" => !grants_all(),
                    _ => key.contains(":resourcetag/"),
                }
        })
    }

    /// Whether a role may be passed to the service with that principal.
    pub(super) fn passes_to(&self, service: &str) -> bool {
        let mut conditions = self.statement.conditions.iter();
        conditions.all(|condition| {
            let is_it = condition.key.eq_ignore_ascii_case("iam:PassedToService");
            match Operator::parse(condition.operator).filter(|it| is_it && it.name != "Null") {
                None => true,
                Some(operator) => {
                    let named = condition
                        .values
                        .iter()
                        .any(|it| pattern_covers(&it.text, service));
                    named != operator.name.contains("Not")
                }
            }
        })
    }

    /// The statement's Sid, or its place.
    pub(super) fn statement_name(&self) -> String {
        match self.statement.sid {
            Some(sid) => printable(sid),
            None => self.statement.path.place().to_string(),
        }
    }
}

/// Whether a pattern of policy ARNs matches one of AWS's policies that allow everything, or everything
/// of IAM.
fn is_powerful_policy(pattern: &str) -> bool {
    let policies = ["AdministratorAccess", "IAMFullAccess"];
    policies
        .iter()
        .any(|name| pattern_covers(pattern, &format!("arn:aws:iam::aws:policy/{name}")))
}
