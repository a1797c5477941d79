//! Makes policy documents from permissions.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use crate::engine::permission::{Condition, Permission};
use crate::failure::Failure;
use iam_policy::{Kind, Policy, PolicyError, fit};

/// The permissions of one purpose under the same conditions.
#[derive(Debug)]
struct Group<'a> {
    purpose: &'static str,
    conditions: BTreeSet<&'a Condition>,
    /// Each action with the resources that it is needed on.
    actions: Vec<(&'static str, BTreeSet<&'a str>)>,
}

/// The policy that allows exactly `permissions`. It has one statement for each purpose, with
/// actions and resources in order. Actions that are needed on different resources of one kind get
/// statements of their own, and so do actions under different conditions.
///
/// # Errors
/// Permissions that do not form a policy, which would be a bug of this program.
pub fn policy(permissions: &[Permission]) -> Result<Policy, Failure> {
    let mut statements: Vec<Json> = Vec::new();
    let mut sids = BTreeSet::new();
    for group in groups(permissions) {
        for (actions, resources) in by_resources(&group.actions) {
            let mut members = Map::new();
            members.insert("Sid".to_owned(), unused(group.purpose, &mut sids).into());
            members.insert("Effect".to_owned(), "Allow".into());
            members.insert("Action".to_owned(), one_or_many(actions));
            members.insert("Resource".to_owned(), one_or_many(resources));
            if !group.conditions.is_empty() {
                members.insert("Condition".to_owned(), condition(&group.conditions));
            }
            statements.push(Json::Object(members));
        }
    }
    document(statements)
}

/// The policy, in as many documents as AWS's limit on their length requires.
///
/// One document without Sids is preferred to several. Several documents keep their Sids, and each
/// statement is put into the first document that has room for it. A statement that is too long by
/// itself is split by its resources.
///
/// # Errors
/// A statement that is too long even for a document of its own.
pub fn documents(permissions: &[Permission]) -> Result<Vec<Policy>, Failure> {
    let whole = policy(permissions)?;
    if let Ok(fitted) = fit(&whole, Kind::Managed.limit()) {
        return Ok(vec![fitted.policy]);
    }
    let mut packed: Vec<Vec<Json>> = Vec::new();
    for statement in whole.statements() {
        for part in parts(statement.document())? {
            let room = packed.iter_mut().find(|statements| {
                let all = statements.iter().chain([&part]).cloned().collect();
                fits(all)
            });
            match room {
                Some(statements) => statements.push(part),
                None => packed.push(vec![part]),
            }
        }
    }
    packed.into_iter().map(document).collect()
}

/// The statement, or several statements with as many of its resources as fit a document.
fn parts(statement: &Json) -> Result<Vec<Json>, Failure> {
    if fits(vec![statement.clone()]) {
        return Ok(vec![statement.clone()]);
    }
    let resources = statement["Resource"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let sid = statement["Sid"].as_str().unwrap_or_default();
    // Tries the longest parts first, and parts of one resource last.
    for length in (1..resources.len()).rev() {
        let chunks = resources.chunks(length).enumerate();
        let parts: Vec<Json> = chunks
            .map(|(index, resources)| {
                let mut part = statement.clone();
                part["Sid"] = format!("{sid}Part{}", index + 1).into();
                part["Resource"] = resources.into();
                part
            })
            .collect();
        if parts.iter().all(|part| fits(vec![part.clone()])) {
            return Ok(parts);
        }
    }
    Err(Failure::new(format!(
        "the statement {sid} is longer than a managed policy may be"
    )))
}

fn fits(statements: Vec<Json>) -> bool {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    document.to_string().chars().count() <= Kind::Managed.limit()
}

fn document(statements: Vec<Json>) -> Result<Policy, Failure> {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    Policy::from_value(document).map_err(|error: PolicyError| {
        Failure::new("the permissions give no policy").because(error.to_string())
    })
}

fn groups(permissions: &[Permission]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group> = Vec::new();
    for permission in permissions {
        let conditions: BTreeSet<&Condition> = permission.conditions.iter().collect();
        let found = groups
            .iter_mut()
            .find(|group| group.purpose == permission.purpose && group.conditions == conditions);
        let resources = permission.resources.iter().map(String::as_str);
        let Some(group) = found else {
            groups.push(Group {
                purpose: permission.purpose,
                conditions,
                actions: vec![(permission.action, resources.collect())],
            });
            continue;
        };
        let action = group.actions.iter_mut();
        match action
            .into_iter()
            .find(|(action, _)| *action == permission.action)
        {
            Some((_, known)) => known.extend(resources),
            None => group.actions.push((permission.action, resources.collect())),
        }
    }
    groups
}

/// Actions with their resources, in as few rows as possible without allowing more. Actions on the
/// same resources share a row. Actions on resources of different kinds share a row too, since an
/// action has no effect on a resource of another kind.
fn by_resources<'a>(
    actions: &[(&'static str, BTreeSet<&'a str>)],
) -> Vec<(BTreeSet<&'a str>, BTreeSet<&'a str>)> {
    let mut exact: Vec<(BTreeSet<&str>, BTreeSet<&str>)> = Vec::new();
    for (action, resources) in actions {
        match exact.iter_mut().find(|(_, known)| known == resources) {
            Some((actions, _)) => {
                actions.insert(action);
            }
            None => exact.push((BTreeSet::from([*action]), resources.clone())),
        }
    }
    let mut rows: Vec<(BTreeSet<&str>, BTreeSet<&str>)> = Vec::new();
    for (actions, resources) in exact {
        let kinds: BTreeSet<_> = resources.iter().map(|arn| kind(arn)).collect();
        let has_room = |(_, others): &&mut (BTreeSet<&str>, BTreeSet<&str>)| {
            !resources.contains("*") && others.iter().all(|arn| !kinds.contains(&kind(arn)))
        };
        match rows.iter_mut().find(has_room) {
            Some((all_actions, all_resources)) => {
                all_actions.extend(actions);
                all_resources.extend(resources);
            }
            None => rows.push((actions, resources)),
        }
    }
    rows
}

/// The service and the resource type in an ARN. The ARN of a bucket or an object has no type; that
/// of an object has a slash.
fn kind(arn: &str) -> (&str, &str) {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts[..] {
        [_, _, "s3", _, _, name] => (
            "s3",
            if name.contains('/') {
                "object"
            } else {
                "bucket"
            },
        ),
        [_, _, service, _, _, resource] => {
            (service, resource.split('/').next().unwrap_or_default())
        }
        _ => ("*", "*"),
    }
}

/// A Sid from the purpose, with a number if the policy has that Sid already.
fn unused(purpose: &str, sids: &mut BTreeSet<String>) -> String {
    let mut sid = purpose.to_owned();
    let mut number = 2;
    while !sids.insert(sid.clone()) {
        sid = format!("{purpose}{number}");
        number += 1;
    }
    sid
}

fn one_or_many(items: BTreeSet<&str>) -> Json {
    let items: Vec<&str> = items.into_iter().collect();
    match items.as_slice() {
        [only] => (*only).into(),
        _ => items.into(),
    }
}

fn condition(conditions: &BTreeSet<&Condition>) -> Json {
    let mut operators: Map<String, Json> = Map::new();
    for condition in conditions {
        let keys = operators.entry(condition.operator).or_insert(json!({}));
        keys[condition.key.as_str()] = condition.value.as_str().into();
    }
    Json::Object(operators)
}
