//! One statement of a policy.

use std::fmt;

use serde_json::Value;

use super::secret::redacted;
use crate::json;
use crate::reading::{self, Effect, Path};

/// A statement as it was written, and its parts.
///
/// `Debug` shows the statement without the external ID.
#[derive(Clone)]
pub struct Statement {
    source: Value,
    sid: Option<String>,
    pub(super) effect: Effect,
    /// Each item is the kind of principal, a space, and the principal: `Service s3.amazonaws.com`. What
    /// is written `"*"`, without a kind, is `*`.
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
    pub(super) values: Vec<Scalar>,
}

/// One value of a condition.
#[derive(Clone)]
pub(super) struct Scalar {
    pub(super) text: String,
    /// Whether it was written as a number with a fraction or an exponent, of which the value is known
    /// and not the digits.
    pub(super) is_fraction: bool,
}

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

    /// The statement of those parts; none without an effect and actions.
    pub(crate) fn from_parts(parts: &reading::Statement<'_>) -> Option<Self> {
        Some(Statement {
            source: parts.json.clone(),
            sid: parts.sid.map(ToOwned::to_owned),
            effect: parts.effect?,
            principals: parts.principals.as_ref().map(|principals| Selector {
                negated: principals.negated,
                items: principals
                    .items
                    .iter()
                    .map(|it| principal(it, principals.path))
                    .collect(),
            }),
            actions: selector(parts.actions.as_ref()?),
            resources: parts.resources.as_ref().map(selector),
            conditions: parts.conditions.iter().map(condition).collect(),
        })
    }

    /// The statement with `text` of each string value in its place, as in `Policy::with_texts`.
    pub(super) fn with_texts(&self, text: &impl Fn(&str) -> String) -> Self {
        let all = |texts: &[String]| texts.iter().map(|own| text(own)).collect();
        let selected = |selector: &Selector| Selector {
            negated: selector.negated,
            items: all(&selector.items),
        };
        let sid = self.sid.as_deref().map(text);
        let conditions = self.conditions.iter().map(|condition| Condition {
            values: condition
                .values
                .iter()
                .map(|value| Scalar {
                    text: text(&value.text),
                    ..value.clone()
                })
                .collect(),
            ..condition.clone()
        });
        Statement {
            source: json::with_texts(&self.source, text),
            sid: sid.filter(|sid| !sid.is_empty()),
            effect: self.effect,
            principals: self.principals.as_ref().map(selected),
            actions: selected(&self.actions),
            resources: self.resources.as_ref().map(selected),
            conditions: conditions.collect(),
        }
    }
}

fn principal(principal: &reading::Principal<'_>, element: Path<'_>) -> String {
    let text = &principal.item.text;
    // What has a kind is deeper than the element.
    if principal.item.path == element {
        return text.clone().into_owned();
    }
    format!("{} {text}", principal.kind)
}

fn selector(selector: &reading::Selector<'_, reading::Item<'_>>) -> Selector {
    Selector {
        negated: selector.negated,
        items: selector
            .items
            .iter()
            .map(|item| item.text.clone().into_owned())
            .collect(),
    }
}

fn condition(condition: &reading::Condition<'_>) -> Condition {
    Condition {
        operator: condition.operator.to_owned(),
        key: condition.key.to_owned(),
        values: condition.values.iter().map(scalar).collect(),
    }
}

fn scalar(item: &reading::Item<'_>) -> Scalar {
    Scalar {
        text: item.text.clone().into_owned(),
        is_fraction: item.is_fraction(),
    }
}

impl fmt::Debug for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Statement")
            .field(&redacted(&self.source))
            .finish()
    }
}
