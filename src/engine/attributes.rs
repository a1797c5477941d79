//! Attributes: the common form of the wanted and the observed state of a resource.
//!
//! Every kind lowers both its settings and AWS's answers to [`Attributes`]. Therefore comparison,
//! planning, rendering and waiting are written once for all kinds. A plan shows the names of the
//! attributes: `versioning`, `inline_policy[default]`, `tags[team]`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::engine::address::Address;
use crate::engine::document::Document;
use crate::engine::known::Known;
use crate::engine::structure;
use iam_policy::{DiffLine, Policy, redacted, same_meaning};

/// One attribute's value.
#[derive(Debug, Clone)]
pub enum Value {
    /// A value that compares by equality.
    Plain(Json),
    /// A policy document, which compares by meaning.
    Policy(Policy),
    /// A wanted policy with holes, which are filled when it is sent.
    Document(Document),
    /// A value that AWS will choose when another resource is created.
    KnownAfterApply,
}

impl Value {
    /// Whether both values mean the same in AWS. An unknown value equals no value.
    pub fn same(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Plain(a), Value::Plain(b)) => a == b,
            (Value::Policy(a), Value::Policy(b)) => same_meaning(a, b),
            (Value::Document(document), Value::Policy(policy))
            | (Value::Policy(policy), Value::Document(document)) => document.is(policy),
            (Value::Document(a), Value::Document(b)) => a.to_send().is_some_and(|a| b.is(&a)),
            _ => false,
        }
    }

    /// Whether both values would be written alike. Here two unknown values are alike.
    fn alike(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::KnownAfterApply, Value::KnownAfterApply) => true,
            (Value::Document(a), Value::Document(b)) => a.is_like(b),
            (a, b) => a.same(b),
        }
    }

    /// The policy to show a person, if the value is one.
    pub fn as_policy(&self) -> Option<Cow<'_, Policy>> {
        match self {
            Value::Policy(policy) => Some(Cow::Borrowed(policy)),
            Value::Document(document) => Some(Cow::Owned(document.to_compare())),
            Value::Plain(_) | Value::KnownAfterApply => None,
        }
    }

    /// The policy to send, if the value is one and nothing in it is unknown.
    pub fn to_send(&self) -> Option<Cow<'_, Policy>> {
        match self {
            Value::Policy(policy) => Some(Cow::Borrowed(policy)),
            Value::Document(document) => document.to_send().map(Cow::Owned),
            Value::Plain(_) | Value::KnownAfterApply => None,
        }
    }

    /// The text, if the value is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Plain(json) => json.as_str(),
            _ => None,
        }
    }

    /// The value for JSON output: without secrets, and `null` for a value that AWS will choose.
    pub fn to_json(&self) -> Json {
        match self {
            Value::Plain(json) => json.clone(),
            Value::Policy(policy) => redacted(policy.document()),
            Value::Document(document) => redacted(document.to_show().document()),
            Value::KnownAfterApply => Json::Null,
        }
    }
}

impl<T: Into<Json>> From<T> for Value {
    fn from(value: T) -> Self {
        Value::Plain(value.into())
    }
}

impl From<&Document> for Value {
    fn from(document: &Document) -> Self {
        match document.policy() {
            Some(policy) => Value::Policy(policy.clone()),
            None => Value::Document(document.clone()),
        }
    }
}

/// A resource's attributes by name. An attribute that AWS does not have is absent, not null.
pub type Attributes = BTreeMap<String, Value>;

/// The ARN of another resource as an attribute: unknown until AWS has chosen that ARN.
pub fn reference(known: &Known, address: &Address) -> Value {
    match known.get(address) {
        Some(arn) => arn.as_str().into(),
        None => Value::KnownAfterApply,
    }
}

/// One attribute whose observed and wanted values differ.
#[derive(Debug, Clone)]
pub struct Change {
    /// The attribute's name.
    pub attribute: String,
    /// The value in AWS, if there is one.
    pub before: Option<Value>,
    /// The wanted value, if one is wanted.
    pub after: Option<Value>,
}

impl Change {
    /// What differs, part by part, if the values have parts: the statements of a policy, the fields and
    /// entries of a list or an object. A policy cannot be compared with a value that is none.
    pub fn parts(&self) -> Option<Vec<DiffLine>> {
        let sides = [self.before.as_ref(), self.after.as_ref()];
        let policies = sides.map(|value| value.map(Value::as_policy));
        if let [Some(Some(_)) | None, Some(Some(_)) | None] = policies {
            let [before, after] = policies.map(Option::flatten);
            return Some(iam_policy::diff(before.as_deref(), after.as_deref()));
        }
        let plain = sides.map(|value| match value {
            Some(Value::Plain(json)) => Some(Some(json)),
            None => Some(None),
            Some(_) => None,
        });
        let [Some(before), Some(after)] = plain else {
            return None;
        };
        let has_parts = [before, after]
            .into_iter()
            .flatten()
            .any(structure::has_parts);
        has_parts.then(|| structure::differences(before, after))
    }

    /// What a person should know about the value in AWS beside the value: its deleted principals.
    pub fn note(&self) -> Option<String> {
        let Some(Value::Policy(policy)) = &self.before else {
            return None;
        };
        let deleted: Vec<&str> = policy.deleted_principals().into_iter().collect();
        let noun = match deleted.len() {
            0 => return None,
            1 => "principal",
            _ => "principals",
        };
        Some(format!("{noun} deleted: {}", deleted.join(", ")))
    }
}

impl PartialEq for Change {
    /// Two changes are equal if they have the same effect on the same state.
    fn eq(&self, other: &Self) -> bool {
        let same = |a: &Option<Value>, b: &Option<Value>| match (a, b) {
            (None, None) => true,
            (Some(a), Some(b)) => a.alike(b),
            _ => false,
        };
        self.attribute == other.attribute
            && same(&self.before, &other.before)
            && same(&self.after, &other.after)
    }
}

/// The attributes that differ, in the order of their names.
pub fn diff(before: &Attributes, after: &Attributes) -> Vec<Change> {
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .filter_map(|name| {
            let (before, after) = (before.get(name), after.get(name));
            match (before, after) {
                (Some(a), Some(b)) if a.same(b) => None,
                _ => Some(Change {
                    attribute: name.clone(),
                    before: before.cloned(),
                    after: after.cloned(),
                }),
            }
        })
        .collect()
}

/// The `key` of an attribute named `family[key]`, if `attribute` belongs to that family.
pub fn key_of<'a>(attribute: &'a str, family: &str) -> Option<&'a str> {
    attribute
        .strip_prefix(family)?
        .strip_prefix('[')?
        .strip_suffix(']')
}

/// The wanted tags among `changes`, as key and value.
pub fn changed_tags(changes: &[Change]) -> impl Iterator<Item = (&str, &str)> {
    changes.iter().filter_map(|change| {
        let key = key_of(&change.attribute, "tags")?;
        match &change.after {
            Some(Value::Plain(Json::String(value))) => Some((key, value.as_str())),
            _ => None,
        }
    })
}

/// Whether an attribute named exactly `name` is among `changes`.
pub fn touches(changes: &[Change], name: &str) -> bool {
    changes.iter().any(|change| change.attribute == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::document::Hole;

    fn attributes(pairs: &[(&str, Value)]) -> Attributes {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect()
    }

    #[test]
    fn diff_names_each_side_of_every_difference() {
        let before = attributes(&[("a", 1.into()), ("b", 2.into()), ("gone", 3.into())]);
        let after = attributes(&[
            ("a", 1.into()),
            ("b", 5.into()),
            ("new", Value::KnownAfterApply),
        ]);
        let changes = diff(&before, &after);
        let names: Vec<_> = changes.iter().map(|c| c.attribute.as_str()).collect();
        assert_eq!(names, ["b", "gone", "new"]);
        assert!(changes[1].after.is_none() && changes[2].before.is_none());
        assert!(diff(&before, &before).is_empty());
    }

    #[test]
    fn an_unknown_value_is_a_change_even_against_a_known_one() {
        let before = attributes(&[("key", "arn:old".into())]);
        let after = attributes(&[("key", Value::KnownAfterApply)]);
        assert_eq!(diff(&before, &after).len(), 1);
    }

    #[test]
    fn documents_are_the_same_if_they_are_sent_alike() {
        let of = |id: &str| {
            let policy = serde_json::json!({"Statement": {
                "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*",
                "Condition": {"StringEquals": {"sts:ExternalId": "${ExternalId}"}},
            }});
            let policy = Policy::from_value(policy).unwrap();
            let holes = BTreeMap::from([("ExternalId", Hole::Secret(id.to_owned().into()))]);
            Value::from(&Document::new(policy, &holes).unwrap())
        };
        assert!(
            of("a").same(&of("a")),
            "what was created is not written again"
        );
        assert!(!of("a").same(&of("b")), "another secret");
    }

    #[test]
    fn families_are_told_apart_by_their_whole_name() {
        assert_eq!(key_of("tags[a[b]]", "tags"), Some("a[b]"));
        assert_eq!(key_of("tagsx[a]", "tags"), None);
        assert_eq!(key_of("tags", "tags"), None);
    }
}
