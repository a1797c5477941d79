//! IAM policy documents: reading, filling in, comparing and explaining them.
//!
//! A document of a blueprint goes through [`json::parse`], [`placeholders::replace`] and
//! [`partition::rewrite`] and becomes a [`Policy`]; what AWS returns becomes a [`Policy`] directly.
//! [`same_meaning`] then decides whether anything has to be written, and [`diff()`] tells a person
//! what. Everything here is pure and synchronous.
//!
//! The external ID is a secret. It is part of the documents themselves, but no `Debug`, no error
//! and no [`DiffLine`] shows it; [`redacted`] takes it out of a document that is to be printed.

mod compare;
mod diff;
mod document;
mod elements;
mod fit;
pub mod json;
mod kind;
mod pairing;
pub mod partition;
pub mod placeholders;
mod secret;
mod statement;
mod template;
mod unique_id;

#[cfg(test)]
mod compare_tests;
#[cfg(test)]
mod diff_tests;
#[cfg(test)]
mod document_tests;
#[cfg(test)]
mod properties;

pub use compare::same_meaning;
pub use diff::{DiffLine, Sign, diff};
pub use document::{DOCUMENT_ELEMENTS, Policy, PolicyError, Version};
pub use fit::{Fit, FitError, Fitted, fit};
pub use kind::Kind;
pub use secret::redacted;
pub use statement::{Effect, PRINCIPAL_KINDS, STATEMENT_ELEMENTS, Statement};
pub use template::Template;
pub use unique_id::is_unique_id;
