//! One statement of a policy, read strictly.

use std::fmt;

use serde_json::{Map, Value};

use super::document::PolicyError;
use super::secret::redacted;
use crate::printable::printable;

/// What a statement does with the requests that it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// The statement allows them.
    Allow,
    /// The statement denies them, whatever allows them.
    Deny,
}

impl fmt::Display for Effect {
    /// The word that policies use.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Effect::Allow => "Allow",
            Effect::Deny => "Deny",
        })
    }
}

/// A statement as it was written, and its parts.
///
/// `Debug` shows the statement without the external ID.
#[derive(Clone)]
pub struct Statement {
    source: Value,
    sid: Option<String>,
    pub(super) effect: Effect,
    /// Each item is the kind of principal, a space, and the principal: `Service s3.amazonaws.com`.
    pub(super) principals: Option<Selector>,
    pub(super) actions: Selector,
    pub(super) resources: Option<Selector>,
    pub(super) conditions: Vec<Condition>,
}

/// What an element and its `Not…` twin select.
#[derive(Clone)]
pub(super) struct Selector {
    /// Whether everything except the items is selected.
    pub(super) negated: bool,
    pub(super) items: Vec<String>,
}

/// One key under one operator, with its values as strings.
#[derive(Clone)]
pub(super) struct Condition {
    pub(super) operator: String,
    pub(super) key: String,
    pub(super) values: Vec<String>,
}

/// The elements that a statement may have.
pub const STATEMENT_ELEMENTS: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

/// The kinds of principals that a statement may name.
pub const PRINCIPAL_KINDS: [&str; 4] = ["AWS", "Service", "Federated", "CanonicalUser"];

impl Statement {
    /// The statement as it was written.
    #[must_use]
    pub fn document(&self) -> &Value {
        &self.source
    }

    /// The statement's name, if it has one that is not empty.
    #[must_use]
    pub fn sid(&self) -> Option<&str> {
        self.sid.as_deref()
    }

    /// What the statement does with the requests that it matches.
    #[must_use]
    pub fn effect(&self) -> Effect {
        self.effect
    }

    /// Reads a statement that stands at `place`.
    pub(super) fn read(source: &Value, place: &str) -> Result<Self, PolicyError> {
        let members = object(source, place)?;
        only(members, &STATEMENT_ELEMENTS, place)?;
        let sid = match members.get("Sid") {
            None => None,
            Some(Value::String(sid)) => Some(sid.clone()).filter(|sid| !sid.is_empty()),
            Some(_) => return Err(PolicyError::at(format!("{place}.Sid"), "must be a string")),
        };
        let effect = match members.get("Effect").and_then(Value::as_str) {
            Some("Allow") => Effect::Allow,
            Some("Deny") => Effect::Deny,
            _ => {
                let place = format!("{place}.Effect");
                return Err(PolicyError::at(place, "must be \"Allow\" or \"Deny\""));
            }
        };
        let actions = selector(members, "Action", "NotAction", place, strings)?
            .ok_or_else(|| PolicyError::at(place, "needs one of Action and NotAction"))?;
        Ok(Statement {
            source: source.clone(),
            sid,
            effect,
            principals: selector(members, "Principal", "NotPrincipal", place, principals)?,
            actions,
            resources: selector(members, "Resource", "NotResource", place, strings)?,
            conditions: match members.get("Condition") {
                None => Vec::new(),
                Some(value) => conditions(value, &format!("{place}.Condition"))?,
            },
        })
    }
}

impl fmt::Debug for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Statement")
            .field(&redacted(&self.source))
            .finish()
    }
}

/// The value as an object, or an error that names the place.
pub(super) fn object<'a>(
    value: &'a Value,
    place: &str,
) -> Result<&'a Map<String, Value>, PolicyError> {
    value
        .as_object()
        .ok_or_else(|| PolicyError::at(place, "must be an object"))
}

/// Refuses every key that is not accepted: AWS would refuse it, and a misspelled element would
/// otherwise silently mean nothing.
pub(super) fn only(
    members: &Map<String, Value>,
    accepted: &[&str],
    place: &str,
) -> Result<(), PolicyError> {
    match members.keys().find(|key| !accepted.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => {
            let (key, accepted) = (printable(key), accepted.join(", "));
            let problem = format!("unknown element \"{key}\"; accepted are {accepted}");
            Err(PolicyError::at(place, problem))
        }
    }
}

/// At most one of an element and its negated twin.
fn selector(
    members: &Map<String, Value>,
    plain: &str,
    negated: &str,
    place: &str,
    read: fn(&Value, &str) -> Result<Vec<String>, PolicyError>,
) -> Result<Option<Selector>, PolicyError> {
    let (name, value, is_negated) = match (members.get(plain), members.get(negated)) {
        (None, None) => return Ok(None),
        (Some(value), None) => (plain, value, false),
        (None, Some(value)) => (negated, value, true),
        (Some(_), Some(_)) => {
            let problem = format!("has both {plain} and {negated}, but only one is possible");
            return Err(PolicyError::at(place, problem));
        }
    };
    Ok(Some(Selector {
        negated: is_negated,
        items: read(value, &format!("{place}.{name}"))?,
    }))
}

/// A string, or a list of strings.
fn strings(value: &Value, place: &str) -> Result<Vec<String>, PolicyError> {
    one_or_many(value, place, "a string", |item| {
        item.as_str().map(str::to_owned)
    })
}

fn one_or_many(
    value: &Value,
    place: &str,
    wanted: &str,
    read: fn(&Value) -> Option<String>,
) -> Result<Vec<String>, PolicyError> {
    let Value::Array(items) = value else {
        let problem = || PolicyError::at(place, format!("must be {wanted} or a list of these"));
        return Ok(vec![read(value).ok_or_else(problem)?]);
    };
    let mut read_items = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let problem = || PolicyError::at(format!("{place}[{index}]"), format!("must be {wanted}"));
        read_items.push(read(item).ok_or_else(problem)?);
    }
    Ok(read_items)
}

/// `"*"`, or an object of lists by kind of principal.
fn principals(value: &Value, place: &str) -> Result<Vec<String>, PolicyError> {
    let kinds = match value {
        Value::String(everyone) if everyone == "*" => return Ok(vec!["AWS *".to_owned()]),
        Value::Object(kinds) => kinds,
        _ => return Err(PolicyError::at(place, "must be \"*\" or an object")),
    };
    only(kinds, &PRINCIPAL_KINDS, place)?;
    let mut items = Vec::new();
    for (kind, value) in kinds {
        for principal in strings(value, &format!("{place}.{kind}"))? {
            items.push(format!("{kind} {principal}"));
        }
    }
    Ok(items)
}

fn conditions(value: &Value, place: &str) -> Result<Vec<Condition>, PolicyError> {
    let mut conditions = Vec::new();
    for (operator, keys) in object(value, place)? {
        let place = format!("{place}.{}", printable(operator));
        for (key, values) in object(keys, &place)? {
            let place = format!("{place}[\"{}\"]", printable(key));
            conditions.push(Condition {
                operator: operator.clone(),
                key: key.clone(),
                values: one_or_many(values, &place, SCALAR, scalar)?,
            });
        }
    }
    Ok(conditions)
}

const SCALAR: &str = "a string, a boolean or a number below 2^53";

/// A condition's value as AWS compares it: a boolean or a number means the string of the same
/// spelling. A larger number would have lost digits when it was read, and is refused.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) if number.is_f64() => number
            .as_f64()
            .filter(|number| number.abs() < 9_007_199_254_740_992.0)
            .map(|_| number.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
