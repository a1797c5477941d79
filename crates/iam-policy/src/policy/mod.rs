//! Policies: comparing, diffing, fitting to a size limit, and filling in placeholders.
//!
//! The external ID is a secret. It is part of the documents themselves, but no `Debug`, no error
//! and no [`DiffLine`] shows it; [`redacted`] takes it out of a document that is to be printed.

mod canonical;
mod compare;
mod conditions;
mod cover;
mod denials;
mod diff;
mod document;
mod elements;
mod fit;
mod kind;
mod moves;
mod pairing;
pub mod partition;
pub mod placeholders;
mod reading;
mod secret;
mod statement;
mod summary;
mod template;
mod trust;
mod unique_id;
mod values;
mod variables;
mod words;

#[cfg(test)]
mod compare_tests;
#[cfg(test)]
mod diff_tests;
#[cfg(test)]
mod document_tests;
#[cfg(test)]
mod properties;

pub(crate) use canonical::Canonical;
pub use compare::same_meaning;
pub(crate) use cover::resource_covers;
pub use denials::lost_denials;
pub use diff::{DiffLine, Sign, diff};
pub use document::{Policy, PolicyError};
pub use fit::{Fit, FitError, Fitted, fit};
pub use kind::Kind;
pub use secret::redacted;
pub use statement::Statement;
pub use summary::summary;
pub use template::Template;
pub use trust::trusted;
pub(crate) use unique_id::is_unique_id;
pub use words::in_words;
