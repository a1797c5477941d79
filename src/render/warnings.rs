//! The warnings, which stand directly above the question.

use anstyle::{AnsiColor, Style};
use serde_json::{Value as Json, json};

use crate::engine::warning::Warning;
use crate::render::wrap::hanging;
use iam_policy::printable::printable;

const WARNING: Style = AnsiColor::Yellow.on_default().bold();

/// An empty line and one paragraph for each warning, in lines of at most `width` columns; empty if there are
/// none.
pub fn text(warnings: &[Warning], width: usize) -> String {
    let mut text = String::new();
    for (index, warning) in warnings.iter().enumerate() {
        if index == 0 {
            text.push('\n');
        }
        let about = warning.address.as_ref();
        let about = about.map_or_else(String::new, |address| format!("{address}: "));
        let label = format!("{WARNING}Warning:{WARNING:#} ");
        let message = printable(&format!("{about}{}.", warning.message));
        text.push_str(&hanging(&label, "         ", &message, width));
    }
    text
}

/// The warnings in the JSON of a plan.
pub fn json(warnings: &[Warning]) -> Json {
    let warnings = warnings.iter().map(|warning| {
        json!({
            "address": warning.address.as_ref().map(ToString::to_string),
            "message": warning.message,
        })
    });
    warnings.collect()
}
