//! A report of findings as a person, a program and a code scanner read it.

mod json;
mod sarif;
mod text;

#[cfg(test)]
mod tests;

pub use json::report as json;
pub use sarif::{Tool, report as sarif};
pub use text::report as text;

/// One or several of something, in words.
fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
