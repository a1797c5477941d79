//! What can be wrong with the form of a document, whatever it is attached to.
//!
//! What AWS asks for is in "Grammar of the IAM JSON policy language" of the IAM User Guide.

use super::path::Path;

/// Something that is wrong with the form of a document.
pub(crate) struct Problem<'a> {
    pub(crate) fault: Fault,
    /// The element concerned.
    pub(crate) path: Path<'a>,
    /// The name of the statement concerned, as it was written, if it has one that is not empty.
    pub(crate) sid: Option<&'a str>,
    /// What is wrong and what is accepted: a clause to follow the place, safe to print and without any
    /// value of a condition.
    pub(crate) text: String,
}

/// The ways in which the form can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    UnknownElement,
    MissingElement,
    /// An element and its `Not…` twin.
    ElementPair,
    WrongType,
    InvalidEffect,
    InvalidVersion,
    /// A list, an object or a text.
    EmptyElement,
    /// Two operators or keys of a condition that differ in their case alone.
    KeysDifferInCase,
}

impl Fault {
    /// Whether a document with this fault is no policy. What is empty selects or limits nothing,
    /// and each of two keys limits on its own: both have a meaning that can be compared.
    pub(crate) fn leaves_no_meaning(self) -> bool {
        !matches!(self, Fault::EmptyElement | Fault::KeysDifferInCase)
    }
}
