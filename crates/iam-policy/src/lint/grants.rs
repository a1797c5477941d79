//! The actions that a policy of an identity allows and does not deny again, and the conditions that
//! matter for permissions on permissions.

use super::operator::Operator;
use super::subject::Subject;
use crate::authorization::{pattern_covers, patterns_overlap, service};
use crate::printable::printable;
use crate::reading::{Condition, Effect, Item, Path, Selector, Statement};

/// Resources of a service whose ARNs' last part begins alike, or the one of that name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Type {
    pub(super) service: &'static str,
    pub(super) beginning: &'static str,
    is_whole: bool,
}

impl Type {
    pub(super) const fn new(service: &'static str, beginning: &'static str) -> Self {
        Type {
            service,
            beginning,
            is_whole: false,
        }
    }

    pub(super) const fn named(service: &'static str, name: &'static str) -> Self {
        Type {
            service,
            beginning: name,
            is_whole: true,
        }
    }

    /// Whether a resource stands for all of them. Nothing has the name that is tried, so only a
    /// wildcard matches it.
    fn is_covered_by(self, resource: &str) -> bool {
        let (service, name) = service_and_name(resource);
        let end = if self.is_whole { "" } else { "\u{1}" };
        pattern_covers(service, self.service)
            && pattern_covers(name, &format!("{}{end}", self.beginning))
    }
}

pub(super) const ROLE: Type = Type::new("iam", "role/");
pub(super) const USER: Type = Type::new("iam", "user/");

/// Condition keys that choose what an action works on or whom it serves, so a statement that demands
/// a value of one is like a statement on chosen ARNs. A template of AWS fixes a role's trust and
/// policies; a grant for a service of AWS is of no use to the identity.
const CHOOSING: [&str; 10] = [
    "cloudformation:rolearn",
    "cloudformation:templateurl",
    "ec2:managedresourceoperator",
    "ecs:cluster",
    "ecs:container-name",
    "iam:roletemplatearn",
    "kms:grantisforawsresource",
    "kms:viaservice",
    "secretsmanager:name",
    "secretsmanager:secretid",
];

const CLOUDFORMATION: &str = "cloudformation.amazonaws.com";

/// An action that a statement allows on one of its resources.
#[derive(Clone, Copy)]
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

    /// Whether it can be used on every resource of a type, such as every role. Chosen ARNs and ARNs of
    /// a naming pattern may be harmless and do not count.
    pub(super) fn reaches_every(&self, what: Type) -> bool {
        let excluded = self.statement.resources.iter().filter(|it| it.negated);
        let mut excluded = excluded.flat_map(|it| &it.items);
        what.is_covered_by(self.resource) && !excluded.any(|it| what.is_covered_by(&it.text))
    }

    /// Whether some resource of that type is among those that it is for.
    pub(super) fn may_be(&self, what: Type) -> bool {
        let excluded = self.statement.resources.iter().filter(|it| it.negated);
        let mut excluded = excluded.flat_map(|it| &it.items);
        let (service, name) = service_and_name(self.resource);
        patterns_overlap(service, what.service)
            && patterns_overlap(name, &format!("{}*", what.beginning))
            && !excluded.any(|it| what.is_covered_by(&it.text))
    }

    /// Whether it can be for a resource of the service, of whatever type.
    pub(super) fn is_for_service(&self, service: &str) -> bool {
        patterns_overlap(service_and_name(self.resource).0, service)
    }

    /// Whether the statement allows every action on every resource, which a rule of its own reports.
    pub(super) fn is_of_everything(&self) -> bool {
        let actions = self.statement.actions.iter().filter(|it| !it.negated);
        let mut actions = actions.flat_map(|it| &it.items);
        self.resource == "*"
            && actions.any(|it| it.path == self.path && pattern_covers(&it.text, "*:*"))
    }

    /// Whether it is for the user that has the policy.
    pub(super) fn reaches_oneself(&self) -> bool {
        self.resource.ends_with("user/${aws:username}")
    }

    /// Whether a condition limits what the action gives: only with a permissions boundary, only chosen
    /// policies, only resources with a tag, or only what another key chooses; or whether requests
    /// never meet it.
    pub(super) fn is_limited(&self, action: &str) -> bool {
        // Whoever may take away one boundary alone may take that one away.
        let takes_away = action.starts_with("iam:Delete");
        self.statement.conditions.iter().any(|condition| {
            let key = condition.key.to_ascii_lowercase();
            let operator = Operator::parse(condition.operator);
            let demands = operator.is_some_and(Operator::demands_match);
            let mut values = condition.values.iter();
            match key.as_str() {
                // A boundary that may be an administrator's bounds nothing.
                "iam:permissionsboundary" | "iam:policyarn" => {
                    demands && !takes_away && !values.any(|it| is_powerful_policy(&it.text))
                }
                // CloudFormation makes whatever call its template asks for.
                "aws:calledvia" | "aws:calledviafirst" | "aws:calledvialast" => {
                    demands && !values.any(|it| pattern_covers(&it.text, CLOUDFORMATION))
                }
                key if CHOOSING.contains(&key) => {
                    demands && values.all(|it| !["*", "false"].contains(&it.text.as_ref()))
                }
                key if key.contains(":resourcetag/") => {
                    let is_null = operator.is_some_and(|it| it.name == "Null");
                    demands || is_null && values.all(|it| it.text.eq_ignore_ascii_case("false"))
                }
                _ => demands && lacks(action, &key),
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

/// Whether no request for the action has the key: one of its service that other actions have, or one
/// for the tags of a request.
fn lacks(action: &str, key: &str) -> bool {
    let Some((prefix, name)) = action.split_once(':') else {
        return false;
    };
    let is_of_tags = key == "aws:tagkeys" || key.starts_with("aws:requesttag/");
    let is_of_service = key.split_once(':').is_some_and(|(it, _)| it == prefix);
    (is_of_tags || is_of_service)
        && service(prefix).is_some_and(|service| {
            let has_key = |action| {
                let mut keys = service.condition_keys_of(action);
                keys.any(|of_action| of_action.matches(key))
            };
            service.action(name).is_some_and(|it| !has_key(it))
                && (is_of_tags || service.actions.iter().any(has_key))
        })
}

/// The service and the last part of an ARN; what is missing may be anything.
fn service_and_name(resource: &str) -> (&str, &str) {
    let mut parts = resource.splitn(6, ':');
    let service = parts.nth(2).unwrap_or("*");
    (service, parts.nth(2).unwrap_or("*"))
}

/// Whether a pattern of policy ARNs matches one of AWS's policies that allow everything, or everything
/// of IAM.
fn is_powerful_policy(pattern: &str) -> bool {
    let policies = ["AdministratorAccess", "IAMFullAccess"];
    policies
        .iter()
        .any(|name| pattern_covers(pattern, &format!("arn:aws:iam::aws:policy/{name}")))
}
