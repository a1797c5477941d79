//! What a check found: which rule, where, and what exactly stands there.

use super::place::Place;
use super::rule::Rule;

/// One finding in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule that is broken.
    pub rule: &'static Rule,
    /// The element concerned.
    pub place: Place,
    /// The name of the statement concerned, if it has one; safe to print.
    pub sid: Option<String>,
    /// A sentence without a full stop: what exactly was found. Safe to print, and without the
    /// external ID.
    pub detail: String,
}
