//! Reading the section of one service.
//!
//! A section is lines of fields with tabs between them:
//! - `k`, a condition key, its type, which begins with `ArrayOf` if a request can have several values;
//! - `r`, a resource type, its ARNs with `, ` between them, its condition keys;
//! - what the actions in the lines below it share: their resource types, their condition keys;
//! - an action, alone in its line.
//!
//! A reference to a key or a resource type is its number in the section, from 0.

use super::condition_key::{ConditionKey, KeyType};
use super::service::{Action, ResourceType, Service};

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
                condition_keys: indices(keys, service.condition_keys.len())?,
            }),
            [types, keys] => {
                let types = indices(types, service.resource_types.len())?;
                shared = Some((types, indices(keys, service.condition_keys.len())?));
            }
            [name] => {
                let (resource_types, condition_keys) = shared.clone()?;
                service.actions.push(Action {
                    name,
                    resource_types,
                    condition_keys,
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
    let (kind, is_multivalued) = match kind.strip_prefix("ArrayOf") {
        Some(of_each) => (of_each, true),
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
        is_multivalued,
    })
}

/// Numbers with spaces between them, each of something that is defined above.
fn indices(field: &str, defined: usize) -> Option<Vec<usize>> {
    let numbers = field.split_ascii_whitespace();
    numbers
        .map(|number| number.parse().ok().filter(|&index| index < defined))
        .collect()
}
