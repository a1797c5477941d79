//! What a person, or a program, reads: plans and progress as text and as JSON.
//!
//! Everything here turns data into text. Only `main` and the progress renderer's writer print it.

pub mod json;
pub mod preflight;
pub mod progress;
pub mod text;

#[cfg(test)]
mod schema_tests;
#[cfg(test)]
mod snapshot_tests;

/// The JSON Schema of `provision plan --json`.
pub const PLAN_SCHEMA: &str = include_str!("../../docs/plan.schema.json");
