//! What a person needs after an apply, to configure the agent or Audit Trail.

use serde_json::{Map, Value as Json, json};

use crate::engine::known::Known;
use crate::failure::Failure;
use crate::render::wrap::fitted;
use crate::systems::{Outputs, Site, System};
use crate::terminal;
use iam_policy::printable::printable;

/// Prints the outputs: a section for each system, or one JSON event for all.
pub(super) fn print(
    systems: &[Box<dyn System>],
    site: &Site,
    known: &Known,
    as_json: bool,
) -> Result<(), Failure> {
    let sections = systems.iter().map(|system| system.outputs(site, known));
    if as_json {
        let outputs = sections.flat_map(|section| section.outputs);
        let outputs: Map<String, Json> = outputs
            .map(|output| (output.key.to_owned(), output.value))
            .collect();
        let event = json!({"event": "outputs", "outputs": outputs});
        return terminal::print_event(event);
    }
    let mut text = String::new();
    for Outputs { heading, outputs } in sections {
        text.push_str(&format!("\n{heading}\n"));
        for output in outputs {
            text.push_str(&format!(
                "  {:<14} {}\n",
                output.name,
                in_words(&output.value)
            ));
        }
    }
    terminal::print(&fitted(&text, &std::io::stdout()))
}

fn in_words(value: &Json) -> String {
    match value {
        Json::String(text) => printable(text),
        Json::Array(items) if items.is_empty() => "nobody".to_owned(),
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(in_words).collect();
            items.join(", ")
        }
        other => printable(&other.to_string()),
    }
}
