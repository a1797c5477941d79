//! A report of findings as a person, a program and a code scanner read it.

mod json;
mod lines;
mod sarif;
mod text;

#[cfg(test)]
mod tests;

pub use json::report as json;
pub use sarif::{Tool, report as sarif};
pub use text::{Extent, report as text};
