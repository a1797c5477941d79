//! The graph for Graphviz.

use iam_policy::printable::harmless;

use crate::render::graph::Graph;

/// The graph in the language DOT. An arrow leads from what is needed to what needs it.
pub fn dot(graph: &Graph) -> String {
    let mut text = String::from(
        "digraph provision {\n  rankdir=LR;\n  node [shape=box, style=rounded, fontname=sans];\n  \
         graph [fontname=sans];\n",
    );
    for (group, title) in graph.groups.iter().enumerate() {
        if graph.in_group(group).next().is_none() {
            continue;
        }
        // Graphviz draws a frame around a subgraph whose name begins with `cluster`.
        text.push_str(&format!(
            "  subgraph cluster_{group} {{\n    label={};\n",
            quoted(title)
        ));
        for (index, vertex) in graph.in_group(group) {
            text.push_str(&format!(
                "    n{index} [label={}];\n",
                quoted(&vertex.address)
            ));
        }
        text.push_str("  }\n");
    }
    for (index, vertex) in graph.vertices.iter().enumerate() {
        for needed in &vertex.needs {
            text.push_str(&format!("  n{needed} -> n{index};\n"));
        }
    }
    text.push_str("}\n");
    text
}

/// A string of DOT. In a label a backslash has a meaning too.
fn quoted(text: &str) -> String {
    let text = harmless(text).replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{text}\"")
}
