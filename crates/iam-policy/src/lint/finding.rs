//! A finding: the rule, the place, and what exactly was found there.

use super::rule::Rule;
use crate::printable::printable;
use crate::reading::{Path, Place, Statement};

/// One finding in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule that is broken.
    pub rule: &'static Rule,
    /// The element concerned.
    pub place: Place,
    /// The name of the statement concerned, if it has one; safe to print.
    pub sid: Option<String>,
    /// A clause without a full stop: what exactly was found. Safe to print, and without the
    /// external ID.
    pub detail: String,
}

impl Statement<'_> {
    /// A finding in this statement. Whatever the detail quotes of the document went through
    /// [`printable`].
    pub(super) fn finding(
        &self,
        rule: &'static Rule,
        path: Path<'_>,
        detail: impl Into<String>,
    ) -> Finding {
        Finding {
            rule,
            place: path.place(),
            sid: self.sid.map(printable),
            detail: detail.into(),
        }
    }
}
