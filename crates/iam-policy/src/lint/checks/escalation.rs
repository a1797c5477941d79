//! Permissions with which an identity can give itself more than it has.
//!
//! Each way is a set of actions that together give an identity more permissions. The ways are known
//! from AWS's advice and from publications of security researchers. Only one policy is looked at, in
//! one account. A denial in the same policy and a required permissions boundary are considered.
//!
//! Actions on chosen ARNs alone are not reported, because the chosen roles may be harmless. They are
//! reported if the same policy can give those roles other permissions.

use super::escalation_ways::{
    CODE, CREDENTIALS, DIRECT, Direct, NEW_ROLE, PASSED, PASSED_ROLE, POLICY, RoleUser, TRUST,
    Target,
};
use crate::authorization::pattern_covers;
use crate::lint::finding::Finding;
use crate::lint::grants::{Grant, grants};
use crate::lint::rule::Rule;
use crate::lint::subject::Subject;

pub(super) const RULES: &[&Rule] = &[
    &POLICY,
    &CREDENTIALS,
    &TRUST,
    &NEW_ROLE,
    &PASSED_ROLE,
    &CODE,
];

pub(super) fn find(subject: &Subject, findings: &mut Vec<Finding>) {
    if !subject.kind.grants_to_identity() || is_administrator(subject, findings) {
        return;
    }
    for way in DIRECT {
        direct(subject, way, findings);
    }
    let roles = Roles::of(subject);
    new_role(&roles, findings);
    for user in PASSED {
        passed_role(subject, &roles, user, findings);
    }
}

/// Whether all of IAM is allowed on everything. Then every way is open, which is reported once. If
/// every action of every service is allowed, another rule reports that.
fn is_administrator(subject: &Subject, findings: &mut Vec<Finding>) -> bool {
    // The name with a wildcard is covered as any action is, but a list of exceptions may leave a
    // part of it out.
    let all = grants(subject, "iam:*").into_iter().find(|grant| {
        let statement = grant.statement;
        let listed = statement.actions.as_ref().is_some_and(|it| !it.negated);
        listed && grant.resource == "*" && statement.conditions.is_empty()
    });
    let Some(grant) = all else {
        return false;
    };
    let actions = grant.statement.actions.iter().flat_map(|it| &it.items);
    let everything = actions
        .filter(|it| it.path == grant.path)
        .any(|it| pattern_covers(&it.text, "*"));
    if !everything {
        let detail = format!("{} allows all of IAM on everything", grant.statement_name());
        findings.push(grant.statement.finding(&POLICY, grant.path, detail));
    }
    true
}

fn direct(subject: &Subject, way: &Direct, findings: &mut Vec<Finding>) {
    let granted = grants(subject, way.action).into_iter().find(|grant| {
        !grant.is_limited()
            && match way.target {
                Target::Any(service, beginning) => grant.reaches_any(service, beginning),
                Target::AnyOrOneself => {
                    grant.reaches_any("iam", "user/") || grant.reaches_oneself()
                }
            }
    });
    if let Some(grant) = granted {
        let detail = format!("{} {}", told(&[(way.action, &grant)]), way.effect);
        findings.push(grant.statement.finding(way.rule, grant.path, detail));
    }
}

/// The grants to create, empower and pass roles, without those whose limits make them harmless.
struct Roles<'a> {
    create: Vec<Grant<'a>>,
    /// Each with its action.
    empower: Vec<(&'static str, Grant<'a>)>,
    pass: Vec<Grant<'a>>,
}

impl<'a> Roles<'a> {
    fn of(subject: &'a Subject<'a>) -> Self {
        let unlimited = |action: &str| {
            let granted = grants(subject, action).into_iter();
            granted
                .filter(|grant| !grant.is_limited())
                .collect::<Vec<_>>()
        };
        let empower = ["iam:AttachRolePolicy", "iam:PutRolePolicy"];
        let empower = empower.into_iter().flat_map(|action| {
            unlimited(action)
                .into_iter()
                .map(move |grant| (action, grant))
        });
        Roles {
            create: unlimited("iam:CreateRole"),
            empower: empower.collect(),
            pass: unlimited("iam:PassRole"),
        }
    }
}

/// A new role can trust the identity itself and have any permission.
fn new_role(roles: &Roles, findings: &mut Vec<Finding>) {
    let pairs = roles.create.iter().flat_map(|create| {
        roles
            .empower
            .iter()
            .map(move |(action, empower)| (create, *action, empower))
    });
    let found = pairs
        .into_iter()
        .find(|(create, _, empower)| create.overlaps(empower));
    if let Some((create, action, empower)) = found {
        let steps = told(&[("iam:CreateRole", create), (action, empower)]);
        let detail =
            format!("{steps} make a role that the identity may assume and that may do everything");
        findings.push(create.statement.finding(&NEW_ROLE, create.path, detail));
    }
}

/// A service uses a role that the identity passes to it: any role of the account, or one to which
/// the same policy can give any permission.
fn passed_role(subject: &Subject, roles: &Roles, user: &RoleUser, findings: &mut Vec<Finding>) {
    let steps: Option<Vec<_>> = user
        .steps
        .iter()
        .map(|alternatives| {
            let mut alternatives = alternatives.iter();
            alternatives
                .find_map(|&action| Some((action, grants(subject, action).into_iter().next()?)))
        })
        .collect();
    let Some(steps) = steps else {
        return;
    };
    for pass in roles
        .pass
        .iter()
        .filter(|pass| pass.passes_to(user.service))
    {
        let overlaps = |grant: &Grant| pass.overlaps(grant);
        let empower = roles.empower.iter().find(|(_, grant)| overlaps(grant));
        let mut way = Vec::new();
        match empower {
            Some((action, grant)) => {
                let create = roles.create.iter().find(|grant| overlaps(grant));
                way.extend(create.map(|grant| ("iam:CreateRole", grant)));
                way.push((*action, grant));
            }
            None if pass.reaches_any("iam", "role/") => {}
            None => continue,
        }
        way.push(("iam:PassRole", pass));
        way.extend(steps.iter().map(|(action, grant)| (*action, grant)));
        let which = if empower.is_some() {
            "a role with any permission"
        } else {
            "any role of the account that trusts the service"
        };
        let detail = format!(
            "{} let the identity {} with {which}",
            told(&way),
            user.effect
        );
        findings.push(pass.statement.finding(&PASSED_ROLE, pass.path, detail));
        return;
    }
}

/// The actions, each with the statement in which it stands.
fn told(way: &[(&str, &Grant)]) -> String {
    let names: Vec<_> = way
        .iter()
        .map(|(action, grant)| format!("{action} ({})", grant.statement_name()))
        .collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
#[path = "escalation_tests.rs"]
mod tests;
