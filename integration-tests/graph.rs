//! `graph`: what is created in which order, from the settings alone.

use crate::harness::{Account, MAIN, OTHER};

#[test]
fn the_graph_is_of_the_settings_and_asks_aws_for_nothing_but_the_account() {
    let account = Account::new(&[MAIN, OTHER]);
    let forms = [
        ("mermaid", "flowchart LR\n"),
        ("dot", "digraph provision {\n"),
        ("svg", "<svg xmlns="),
    ];
    for (format, start) in forms {
        let args = ["graph", "--format", format, "--account", &account.id];
        let graph = account.provision(&args).exits(0);
        assert!(graph.calls.is_empty(), "AWS is not asked: {graph}");
        assert!(graph.stdout.starts_with(start), "{graph}");
    }
    let graph = account.provision(&["graph"]).exits(0);
    assert_eq!(graph.calls.len(), 1, "{graph}");

    // Exactly the resources of a plan are in it.
    let plan = account.provision(&["plan", "--json"]).exits(0).json();
    let resources = plan["resources"].as_array().unwrap();
    for resource in resources {
        let label = format!("[\"{}\"]", resource["address"].as_str().unwrap());
        assert_eq!(graph.stdout.matches(&label).count(), 1, "{graph}");
    }
    let groups = graph.stdout.matches("subgraph").count();
    assert_eq!(
        graph.stdout.matches("[\"").count(),
        resources.len() + groups,
        "{graph}"
    );
}
