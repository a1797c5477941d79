//! Permissions with which an identity can give itself more than it has.
//!
//! Each way is a set of actions that together give an identity more permissions. The ways are known
//! from AWS's advice and from publications of security researchers. Only one policy is looked at, in
//! one account. A denial in the same policy and a required permissions boundary are considered.
//!
//! Actions on chosen ARNs alone are not reported, because the chosen roles may be harmless. They are
//! reported if the same policy can give those roles other permissions.

use super::escalation_rules::{
    CODE, CREDENTIALS, NEW_ROLE, PASSED_ROLE, POLICY, RESOURCE_POLICY, SECRETS, TRUST,
};
use super::escalation_ways::{On, Step, WAYS, Way};
use super::partly::has_too_many_grants;
use super::whole_services;
use crate::authorization::pattern_covers;
use crate::lint::finding::Finding;
use crate::lint::grants::{Grant, ROLE, Type, USER, grants};
use crate::lint::rule::Rule;
use crate::lint::subject::Subject;

pub(super) const RULES: &[&Rule] = &[
    &POLICY,
    &CREDENTIALS,
    &TRUST,
    &NEW_ROLE,
    &PASSED_ROLE,
    &CODE,
    &RESOURCE_POLICY,
    &SECRETS,
];

/// One entry such as `lambda:*` opens several ways; so many of the further ones are named.
const NAMED_FURTHER: usize = 4;

pub(super) fn find(subject: &Subject, findings: &mut Vec<Finding>) {
    if !subject.kind.grants_to_identity()
        || has_too_many_grants(subject)
        || is_administrator(subject, findings)
    {
        return;
    }
    let roles = Roles::of(subject);
    let open: Vec<Open> = WAYS
        .iter()
        .filter_map(|way| match way.passed_to {
            [] => direct(subject, way),
            _ => passed_role(subject, &roles, way),
        })
        .filter(|open| !open.is_told_elsewhere())
        .collect();
    let mut by_entry: Vec<Vec<&Open>> = Vec::new();
    for way in &open {
        let mut entries = by_entry.iter_mut();
        match entries.find(|ways| ways[0].is_reported_with(way)) {
            Some(ways) => ways.push(way),
            None => by_entry.push(vec![way]),
        }
    }
    findings.extend(by_entry.iter().filter_map(|ways| told_together(ways)));
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

/// A way that is open.
struct Open<'a> {
    rule: &'static Rule,
    /// Every action with its grant.
    actions: Vec<(&'static str, Grant<'a>)>,
    /// At which of the actions it is reported.
    at: usize,
    /// Which of the actions tells it from others that are reported there.
    named: usize,
    gain: String,
}

impl<'a> Open<'a> {
    fn place(&self) -> &Grant<'a> {
        &self.actions[self.at].1
    }

    /// Whether the entry is for a whole service, which a rule of its own reports as such.
    fn is_told_elsewhere(&self) -> bool {
        let (action, grant) = &self.actions[self.at];
        self.rule.code == RESOURCE_POLICY.code && whole_services::reports(grant, action)
    }

    fn is_reported_with(&self, other: &Open) -> bool {
        self.rule.code == other.rule.code && self.place().path == other.place().path
    }
}

/// One finding for all ways of one rule that an entry of the policy opens.
fn told_together(ways: &[&Open]) -> Option<Finding> {
    let (first, further) = ways.split_first()?;
    let mut detail = format!("{} {}", told(&first.actions), first.gain);
    if !further.is_empty() {
        let named = further.iter().take(NAMED_FURTHER);
        let mut names: Vec<_> = named
            .map(|way| way.actions[way.named].0.to_owned())
            .collect();
        if let Some(more @ 1..) = further.len().checked_sub(NAMED_FURTHER) {
            names.push(format!("{more} more"));
        }
        detail = format!(
            "{detail}; the entry also opens the ways by {}",
            listed(&names)
        );
    }
    let place = first.place();
    Some(place.statement.finding(first.rule, place.path, detail))
}

/// A way without a passed role.
fn direct<'a>(subject: &'a Subject<'a>, way: &Way) -> Option<Open<'a>> {
    let mut actions = Vec::new();
    complete(subject, way.steps, &mut actions).then(|| Open {
        rule: way.rule,
        actions,
        at: 0,
        named: 0,
        gain: way.gain.to_owned(),
    })
}

/// Whether grants can be chosen for the rest of the steps; they are added to those chosen so far.
fn complete<'a>(
    subject: &'a Subject<'a>,
    steps: &[&[Step]],
    chosen: &mut Vec<(&'static str, Grant<'a>)>,
) -> bool {
    let Some((step, rest)) = steps.split_first() else {
        return true;
    };
    for (action, grant) in step.iter().flat_map(|step| open_by(subject, step)) {
        let fits = step.iter().all(|step| !matches!(step.on, On::SameRoles))
            || chosen.iter().all(|(_, other)| other.overlaps(&grant));
        if fits {
            chosen.push((action, grant));
            if complete(subject, rest, chosen) {
                return true;
            }
            chosen.pop();
        }
    }
    false
}

/// The grants of a step's action that serve the way.
fn open_by<'a>(subject: &'a Subject<'a>, step: &Step) -> Vec<(&'static str, Grant<'a>)> {
    let action = step.action;
    let mut granted = grants(subject, action);
    granted.retain(|grant| !grant.is_of_everything());
    if let On::Something = step.on {
        let service = action.split(':').next().unwrap_or_default();
        granted.retain(|grant| grant.is_for_service(service));
    } else {
        granted.retain(|grant| !grant.is_limited(action));
    }
    match step.on {
        On::Every(types) => {
            let reached = |what: &Type| granted.iter().any(|grant| grant.reaches_every(*what));
            if !types.iter().all(reached) {
                granted.clear();
            }
            granted.retain(|grant| types.iter().any(|what| grant.reaches_every(*what)));
        }
        On::EveryOrOneself => {
            granted.retain(|grant| grant.reaches_every(USER) || grant.reaches_oneself());
        }
        On::SameRoles => granted.retain(|grant| grant.may_be(ROLE)),
        On::Something => {}
    }
    granted.into_iter().map(|grant| (action, grant)).collect()
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
        let on_roles = |action| {
            let step = Step {
                action,
                on: On::SameRoles,
            };
            open_by(subject, &step)
        };
        let grants = |action| on_roles(action).into_iter().map(|(_, grant)| grant);
        Roles {
            create: grants("iam:CreateRole").collect(),
            empower: ["iam:AttachRolePolicy", "iam:PutRolePolicy"]
                .into_iter()
                .flat_map(on_roles)
                .collect(),
            pass: grants("iam:PassRole").collect(),
        }
    }
}

/// A service uses a role that the identity passes to it: any role of the account, or one to which
/// the same policy can give any permission.
fn passed_role<'a>(subject: &'a Subject<'a>, roles: &Roles<'a>, way: &Way) -> Option<Open<'a>> {
    let passes = |pass: &&Grant| way.passed_to.iter().any(|service| pass.passes_to(service));
    let mut passing = roles.pass.iter().filter(passes).peekable();
    passing.peek()?;
    let mut steps = Vec::new();
    if !complete(subject, way.steps, &mut steps) {
        return None;
    }
    passing.find_map(|pass| {
        let overlaps = |grant: &Grant| pass.overlaps(grant);
        let empower = roles.empower.iter().find(|(_, grant)| overlaps(grant));
        let mut actions = Vec::new();
        let which = match empower {
            Some((action, grant)) => {
                let create = roles.create.iter().find(|grant| overlaps(grant));
                actions.extend(create.map(|grant| ("iam:CreateRole", *grant)));
                actions.push((*action, *grant));
                "a role with any permission"
            }
            None if pass.reaches_every(ROLE) => "any role of the account that trusts the service",
            None => return None,
        };
        actions.push(("iam:PassRole", *pass));
        actions.extend(steps.iter().copied());
        Some(Open {
            rule: way.rule,
            at: actions.len() - steps.len() - 1,
            named: actions.len() - steps.len(),
            actions,
            gain: format!("let the identity {} with {which}", way.gain),
        })
    })
}

/// The actions, each with the statement in which it stands.
fn told(actions: &[(&str, Grant)]) -> String {
    let names: Vec<_> = actions
        .iter()
        .map(|(action, grant)| format!("{action} ({})", grant.statement_name()))
        .collect();
    listed(&names)
}

fn listed(names: &[String]) -> String {
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
#[path = "escalation_tests.rs"]
mod tests;
