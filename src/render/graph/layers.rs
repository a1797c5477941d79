//! How deep each resource lies: the length of the longest chain of resources that it needs.

use crate::render::graph::Graph;

/// The depth of each resource of the graph; that of a resource without needs is 0.
pub(super) fn depths(graph: &Graph) -> Vec<usize> {
    let mut depths = vec![None; graph.vertices.len()];
    for index in 0..depths.len() {
        depth(graph, index, &mut depths);
    }
    depths.into_iter().map(Option::unwrap_or_default).collect()
}

/// A saved plan may be forged, and its needs may run in a circle: what is being measured counts as 0.
fn depth(graph: &Graph, index: usize, depths: &mut Vec<Option<usize>>) -> usize {
    if let Some(depth) = depths[index] {
        return depth;
    }
    depths[index] = Some(0);
    let needs = graph.vertices[index].needs.iter();
    let deepest = needs.map(|needed| depth(graph, *needed, depths) + 1).max();
    depths[index] = Some(deepest.unwrap_or_default());
    deepest.unwrap_or_default()
}
