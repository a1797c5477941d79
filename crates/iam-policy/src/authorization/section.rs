//! Reading the section of one service.
//!
//! A section is lines of fields with tabs between them:
//! - `k`, a condition key, its type;
//! - `r`, a resource type, its ARNs with `, ` between them, its condition keys;
//! - what the actions in the lines below it share: the first letter of their access level, their
//!   resource types (`!` marks those that every request names), their condition keys;
//! - an action, alone in its line.
//!
//! Keys and resource types are referred to by their number in the section, which starts at 0.

use super::condition_key::{ConditionKey, KeyType};
use super::{AccessLevel, Action, ActionResource, ResourceType, Service};

/// The service, or nothing if a line does not have the form above or refers to nothing.
pub(super) fn service(prefix: &'static str, section: &'static str) -> Option<Service> {
    let mut service = Service {
        prefix,
        actions: Vec::new(),
        resource_types: Vec::new(),
        condition_keys: Vec::new(),
    };
    let mut shared = None;
    for line in section.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        match fields[..] {
            ["k", name, kind] => service.condition_keys.push(key(name, kind)?),
            ["r", name, arns, keys] => service.resource_types.push(ResourceType {
                name,
                arns: arns.split(", ").collect(),
                keys: indices(keys, service.condition_keys.len())?,
            }),
            [level, resources, keys] => {
                let resources = action_resources(resources, service.resource_types.len())?;
                let keys = indices(keys, service.condition_keys.len())?;
                shared = Some((access_level(level)?, resources, keys));
            }
            [name] => {
                let (access, resources, keys) = shared.clone()?;
                service.actions.push(Action {
                    name,
                    access,
                    resources,
                    keys,
                });
            }
            _ => return None,
        }
    }
    service.actions.sort_by_key(|action| action.name);
    Some(service)
}

/// The condition keys of a section that has nothing else.
pub(super) fn keys(section: &'static str) -> Option<Vec<ConditionKey>> {
    let lines = section.lines();
    lines
        .map(|line| match line.split('\t').collect::<Vec<_>>()[..] {
            ["k", name, kind] => key(name, kind),
            _ => None,
        })
        .collect()
}

fn key(name: &'static str, kind: &str) -> Option<ConditionKey> {
    let (kind, multivalued) = match kind.strip_prefix("ArrayOf") {
        Some(kind) => (kind, true),
        None => (kind, false),
    };
    let kind = match kind {
        "String" => KeyType::String,
        "ARN" => KeyType::Arn,
        "Bool" => KeyType::Bool,
        "Numeric" => KeyType::Numeric,
        "Date" => KeyType::Date,
        "IPAddress" => KeyType::IpAddress,
        _ => return None,
    };
    Some(ConditionKey {
        name,
        kind,
        multivalued,
    })
}

fn access_level(letter: &str) -> Option<AccessLevel> {
    Some(match letter {
        "L" => AccessLevel::List,
        "R" => AccessLevel::Read,
        "W" => AccessLevel::Write,
        "T" => AccessLevel::Tagging,
        "P" => AccessLevel::PermissionsManagement,
        _ => return None,
    })
}

fn indices(field: &str, defined: usize) -> Option<Vec<usize>> {
    let numbers = field.split_ascii_whitespace();
    numbers.map(|number| index(number, defined)).collect()
}

fn action_resources(field: &str, defined: usize) -> Option<Vec<ActionResource>> {
    let items = field.split_ascii_whitespace();
    items
        .map(|item| {
            let number = item.strip_suffix('!');
            Some(ActionResource {
                index: index(number.unwrap_or(item), defined)?,
                required: number.is_some(),
            })
        })
        .collect()
}

fn index(number: &str, defined: usize) -> Option<usize> {
    number.parse().ok().filter(|&index| index < defined)
}
