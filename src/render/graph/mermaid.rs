//! The graph for Mermaid, which GitHub and others draw.

use crate::render::graph::Graph;

/// The graph as a flowchart of Mermaid. An arrow leads from what is needed to what needs it.
pub fn mermaid(graph: &Graph) -> String {
    let mut text = String::from("flowchart LR\n");
    for (group, title) in graph.groups.iter().enumerate() {
        if graph.in_group(group).next().is_none() {
            continue;
        }
        text.push_str(&format!("  subgraph g{group}[\"{}\"]\n", escaped(title)));
        for (index, vertex) in graph.in_group(group) {
            let label = escaped(&vertex.address);
            text.push_str(&format!("    n{index}[\"{label}\"]\n"));
        }
        text.push_str("  end\n");
    }
    for (index, vertex) in graph.vertices.iter().enumerate() {
        for needed in &vertex.needs {
            text.push_str(&format!("  n{needed} --> n{index}\n"));
        }
    }
    text
}

/// Mermaid takes the number of a character between `#` and `;` ("Entity codes to escape characters").
/// Only what has no meaning in it stays as it is.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii_alphanumeric() || "._@- ".contains(character) {
            safe.push(character);
        } else {
            safe.push_str(&format!("#{};", u32::from(character)));
        }
    }
    safe
}
