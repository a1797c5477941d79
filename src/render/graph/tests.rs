//! Snapshots of the graph in each form, and what no name may do to it.

use crate::engine::node::Node;
use crate::fakes::deployment::{laid_out, settings, site, with_audit_trail};
use crate::render::graph::{Graph, Vertex, dot, mermaid, svg_file};

fn two_regions() -> Graph {
    let settings = with_audit_trail(settings(&["eu-west-1", "us-east-1"]));
    let regions: Vec<String> = site(&settings)
        .regions
        .iter()
        .map(ToString::to_string)
        .collect();
    Graph::of(&laid_out(&settings), &regions)
}

/// The regions of the settings no longer name the region whose resources go.
#[test]
fn a_role_stands_in_the_region_that_it_is_there_for() {
    let (two, one) = (
        settings(&["eu-west-1", "us-east-1"]),
        settings(&["eu-west-1"]),
    );
    let mut nodes = laid_out(&one);
    let of_region = |node: &Node| node.region().is_some_and(|it| it.name() == "us-east-1");
    nodes.extend(laid_out(&two).into_iter().filter(of_region));
    let graph = Graph::of(&nodes, &["eu-west-1".to_owned()]);
    assert_eq!(graph.groups, ["Account", "eu-west-1", "us-east-1"]);
    let members = graph.in_group(2).map(|(_, vertex)| vertex.address.as_str());
    let members: Vec<&str> = members.collect();
    let expected = [
        "iam_role.firehose-us-east-1",
        "iam_role.eventbridge-us-east-1",
        "firehose_stream.eventbridge@us-east-1",
        "event_rule.stackstate@us-east-1",
        "event_target.firehose@us-east-1",
    ];
    assert_eq!(members, expected);
}

#[test]
fn the_graph_for_mermaid() {
    insta::assert_snapshot!(mermaid(&two_regions()));
}

#[test]
fn the_graph_for_graphviz() {
    insta::assert_snapshot!(dot(&two_regions()));
}

#[test]
fn the_graph_as_a_picture() {
    insta::assert_snapshot!(svg_file(&two_regions()).replace("><", ">\n<"));
}

fn forged(address: &str, needs: Vec<usize>) -> Vertex {
    Vertex {
        address: address.to_owned(),
        action: String::new(),
        group: 0,
        needs,
    }
}

#[test]
fn a_forged_plan_breaks_out_of_no_form() {
    let address = "a.\"];\n\\x-->y</text><script>\u{202e}";
    let graph = Graph {
        // In a circle, as only a forged file has it.
        vertices: vec![forged(address, vec![1]), forged(address, vec![0])],
        groups: vec![address.to_owned()],
    };
    let text = mermaid(&graph);
    assert_eq!(text.lines().count(), 7, "{text}");
    assert!(!text.contains("<") && !text.contains("\"];"), "{text}");
    let text = dot(&graph);
    assert!(text.contains("\\\"];\\\\n\\\\x"), "{text}");
    let text = svg_file(&graph);
    assert!(!text.contains("<script"), "{text}");
    assert!(!text.contains('\u{202e}'), "{text}");
}
