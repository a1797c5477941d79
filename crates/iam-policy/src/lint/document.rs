//! A policy document as the checks see it: its statements' parts, each with its place.
//!
//! [`crate::policy::Policy`] stops at the first element that AWS would refuse. A check wants all
//! of them, and the rest of the document too; so what has the wrong form is left out here, and
//! only the grammar's checks look at the JSON itself.

use serde_json::Value;

use super::finding::Finding;
use super::place::Place;
use super::rule::Rule;
use crate::names::{AccountId, Partition};
use crate::policy::{Effect, Kind, redacted};
use crate::printable::printable;

/// Where a document is to be used, as far as that is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Home {
    /// The partition, if known.
    pub partition: Option<Partition>,
    /// The account that the policy belongs to, if known.
    pub account: Option<AccountId>,
}

/// A policy document to check.
#[derive(Debug, Clone)]
pub struct Document {
    /// What the policy is attached to.
    pub kind: Kind,
    /// Where it is to be used.
    pub home: Home,
    /// The document itself, in whatever form it has, without the external ID.
    pub json: Value,
    /// Its characters without white space between its tokens.
    pub size: usize,
    /// The statements that are objects.
    pub statements: Vec<Statement>,
}

/// A statement's parts.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Where it stands.
    pub place: Place,
    /// Its name, if it has one that is not empty; as it was written, thus not safe to print.
    pub sid: Option<String>,
    /// What it does, if that is one of the two words.
    pub effect: Option<Effect>,
    /// `Principal` or `NotPrincipal`.
    pub principals: Option<Selector<Principal>>,
    /// `Action` or `NotAction`.
    pub actions: Option<Selector<Item>>,
    /// `Resource` or `NotResource`.
    pub resources: Option<Selector<Item>>,
    /// One for each key under each operator.
    pub conditions: Vec<Condition>,
}

/// What an element, or its `Not…` twin, lists.
#[derive(Debug, Clone)]
pub struct Selector<T> {
    /// Where the element stands.
    pub place: Place,
    /// Whether it is the `Not…` twin, so that everything except the items is selected.
    pub negated: bool,
    /// What is listed, in its order.
    pub items: Vec<T>,
}

/// A string of the document: not safe to print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Where it stands.
    pub place: Place,
    /// The string.
    pub text: String,
}

/// One principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// `AWS`, `Service`, `Federated` or `CanonicalUser`, or what stands in their place. A bare `*`
    /// is of the kind `AWS`.
    pub kind: String,
    /// Who it is.
    pub item: Item,
}

/// One key under one operator.
#[derive(Debug, Clone)]
pub struct Condition {
    /// Where the values stand.
    pub place: Place,
    /// The operator, with prefix and suffix.
    pub operator: String,
    /// The key.
    pub key: String,
    /// The values; a boolean or number as the string of the same spelling.
    pub values: Vec<Item>,
}

impl Document {
    /// Reads what can be read. The external ID is left out, so that no finding can hold it.
    #[must_use]
    pub fn new(kind: Kind, home: Home, json: &Value) -> Self {
        let size = json.to_string().chars().count();
        let json = redacted(json);
        let place = Place::default().key("Statement");
        let statements = match json.get("Statement") {
            Some(Value::Array(items)) => items
                .iter()
                .enumerate()
                .filter_map(|(index, item)| Statement::read(item, place.index(index)))
                .collect(),
            Some(single) => Statement::read(single, place).into_iter().collect(),
            None => Vec::new(),
        };
        Document {
            kind,
            home,
            json,
            size,
            statements,
        }
    }

    /// A finding that concerns the document as a whole.
    #[must_use]
    pub fn finding(&self, rule: &'static Rule, place: Place, detail: impl Into<String>) -> Finding {
        Finding {
            rule,
            place,
            sid: None,
            detail: detail.into(),
        }
    }
}

impl Statement {
    fn read(json: &Value, place: Place) -> Option<Self> {
        let members = json.as_object()?;
        let element = |name: &str, twin: &str| match (members.get(name), members.get(twin)) {
            (Some(value), _) => Some((value, place.key(name), false)),
            (None, Some(value)) => Some((value, place.key(twin), true)),
            (None, None) => None,
        };
        let selector = |name, twin| {
            element(name, twin).map(|(value, place, negated)| Selector {
                items: items(value, &place),
                place,
                negated,
            })
        };
        let sid = members.get("Sid").and_then(Value::as_str);
        Some(Statement {
            sid: sid.filter(|sid| !sid.is_empty()).map(str::to_owned),
            effect: match members.get("Effect").and_then(Value::as_str) {
                Some("Allow") => Some(Effect::Allow),
                Some("Deny") => Some(Effect::Deny),
                _ => None,
            },
            principals: element("Principal", "NotPrincipal").map(|(value, place, negated)| {
                Selector {
                    items: principals(value, &place),
                    place,
                    negated,
                }
            }),
            actions: selector("Action", "NotAction"),
            resources: selector("Resource", "NotResource"),
            conditions: members
                .get("Condition")
                .map_or_else(Vec::new, |value| conditions(value, &place.key("Condition"))),
            place,
        })
    }

    /// Whether the statement allows what it matches.
    #[must_use]
    pub fn allows(&self) -> bool {
        self.effect == Some(Effect::Allow)
    }

    /// A finding in this statement. The detail is a sentence without a full stop, and whatever it
    /// quotes of the document went through [`printable`].
    #[must_use]
    pub fn finding(
        &self,
        rule: &'static Rule,
        place: &Place,
        detail: impl Into<String>,
    ) -> Finding {
        Finding {
            rule,
            place: place.clone(),
            sid: self.sid.as_deref().map(printable),
            detail: detail.into(),
        }
    }
}

/// A string, or the strings of a list.
fn items(value: &Value, place: &Place) -> Vec<Item> {
    each(value, place)
        .into_iter()
        .filter_map(|(value, place)| {
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Bool(_) | Value::Number(_) => value.to_string(),
                Value::Null | Value::Array(_) | Value::Object(_) => return None,
            };
            Some(Item { place, text })
        })
        .collect()
}

/// The value, or the items of the list that it is.
pub(super) fn each<'a>(value: &'a Value, place: &Place) -> Vec<(&'a Value, Place)> {
    match value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| (item, place.index(index)))
            .collect(),
        single => vec![(single, place.clone())],
    }
}

fn principals(value: &Value, place: &Place) -> Vec<Principal> {
    let of_kind = |kind: &str, value, place: &Place| {
        let of_kind = items(value, place).into_iter().map(|item| Principal {
            kind: kind.to_owned(),
            item,
        });
        of_kind.collect::<Vec<_>>()
    };
    match value {
        Value::Object(kinds) => kinds
            .iter()
            .flat_map(|(kind, value)| of_kind(kind, value, &place.key(kind)))
            .collect(),
        other => of_kind("AWS", other, place),
    }
}

fn conditions(value: &Value, place: &Place) -> Vec<Condition> {
    let mut conditions = Vec::new();
    for (operator, keys) in value.as_object().into_iter().flatten() {
        let place = place.key(operator);
        for (key, values) in keys.as_object().into_iter().flatten() {
            let place = place.key(key);
            conditions.push(Condition {
                values: items(values, &place),
                operator: operator.clone(),
                key: key.clone(),
                place,
            });
        }
    }
    conditions
}
