//! The parts of a document, as far as they could be read.
//!
//! None of them has a `Debug` form, because a condition's value may be an external ID.

use std::borrow::Cow;

use serde_json::Value;

use super::path::Path;
use super::problem::Problem;
use super::words::{Effect, Version};

/// A document taken apart.
pub(crate) struct Document<'a> {
    /// The version that it names, if that is one.
    pub(crate) version: Option<Version>,
    /// The statements that are objects.
    pub(crate) statements: Vec<Statement<'a>>,
    /// What is wrong with the form, in the document's order.
    pub(crate) problems: Vec<Problem<'a>>,
}

/// A statement's parts.
pub(crate) struct Statement<'a> {
    pub(crate) json: &'a Value,
    pub(crate) path: Path<'a>,
    /// The name, if it has one that is not empty; as it was written, thus not safe to print.
    pub(crate) sid: Option<&'a str>,
    /// The effect, if it is one of the two words.
    pub(crate) effect: Option<Effect>,
    /// `Principal` or `NotPrincipal`.
    pub(crate) principals: Option<Selector<'a, Principal<'a>>>,
    /// `Action` or `NotAction`.
    pub(crate) actions: Option<Selector<'a, Item<'a>>>,
    /// `Resource` or `NotResource`.
    pub(crate) resources: Option<Selector<'a, Item<'a>>>,
    /// One for each key under each operator.
    pub(crate) conditions: Vec<Condition<'a>>,
}

impl Statement<'_> {
    /// Whether the statement allows what it matches.
    pub(crate) fn allows(&self) -> bool {
        self.effect == Some(Effect::Allow)
    }
}

/// What an element, or its `Not…` twin, lists.
pub(crate) struct Selector<'a, T> {
    pub(crate) path: Path<'a>,
    /// Whether it is the `Not…` twin, which selects everything except the items.
    pub(crate) negated: bool,
    /// What is listed, in the document's order.
    pub(crate) items: Vec<T>,
}

/// A string of the document: not safe to print.
pub(crate) struct Item<'a> {
    pub(crate) path: Path<'a>,
    pub(crate) text: Cow<'a, str>,
}

impl Item<'_> {
    /// Whether it is a JSON number with a fraction or an exponent. Only booleans and numbers are not
    /// borrowed from the document.
    pub(crate) fn is_fraction(&self) -> bool {
        match &self.text {
            Cow::Borrowed(_) => false,
            Cow::Owned(text) => {
                !matches!(text.as_str(), "true" | "false") && text.contains(['.', 'e'])
            }
        }
    }
}

/// One principal.
pub(crate) struct Principal<'a> {
    /// `AWS`, `Service`, `Federated` or `CanonicalUser`, or an unknown word. A bare `*` is of the
    /// kind `AWS`.
    pub(crate) kind: &'a str,
    pub(crate) item: Item<'a>,
}

/// One key under one operator.
pub(crate) struct Condition<'a> {
    /// Where the values are.
    pub(crate) path: Path<'a>,
    /// The operator, with prefix and suffix.
    pub(crate) operator: &'a str,
    pub(crate) key: &'a str,
    /// The values; a boolean or number as the string of the same spelling.
    pub(crate) values: Vec<Item<'a>>,
}
