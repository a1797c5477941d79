//! The output: plans, checks and progress as text, as JSON and as a page.
//!
//! Everything here turns data into text. Other modules print the text.

pub mod changes;
pub mod config;
pub mod differences;
pub mod ending;
pub mod fleet;
pub mod graph;
pub mod html;
pub mod json;
pub mod kind_words;
pub mod markdown;
pub mod markup;
mod narrowed;
pub mod plan;
pub mod plan_document;
pub mod plan_findings;
pub mod preflight;
pub mod progress;
pub mod question;
pub mod status;
pub mod text;
pub mod verify;
pub mod waiting;
pub mod warnings;
pub mod wrap;

#[cfg(test)]
mod markdown_tests;
#[cfg(test)]
mod progress_tests;
#[cfg(test)]
mod schema_tests;
#[cfg(test)]
mod snapshot_tests;
#[cfg(test)]
mod verify_tests;
