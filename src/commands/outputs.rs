//! What a person needs after an apply: to set up the agent, or the application.

use serde_json::{Map, Value as Json, json};

use crate::engine::known::Known;
use crate::failure::Failure;
use crate::systems::{Outputs, Site, System};
use crate::terminal;

/// Prints a section for each system, or one JSON event for all.
pub(super) fn print(
    systems: &[Box<dyn System>],
    site: &Site,
    known: &Known,
    as_json: bool,
) -> Result<(), Failure> {
    let sections = systems.iter().map(|system| system.outputs(site, known));
    if as_json {
        let values = sections.flat_map(|section| section.values);
        let outputs: Map<String, Json> = values
            .map(|(name, value)| (name.to_lowercase().replace(' ', "_"), value))
            .collect();
        let event = json!({"event": "outputs", "outputs": outputs});
        return terminal::print(&format!("{event}\n"));
    }
    let mut text = String::new();
    for Outputs { heading, values } in sections {
        text.push_str(&format!("\n{heading}\n"));
        for (name, value) in values {
            text.push_str(&format!("  {name:<12} {}\n", in_words(&value)));
        }
    }
    terminal::print(&text)
}

fn in_words(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Array(items) if items.is_empty() => "nobody".to_owned(),
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(in_words).collect();
            items.join(", ")
        }
        other => other.to_string(),
    }
}
