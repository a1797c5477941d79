//! Which resources of ours hold others of ours, and are deleted with them.

use crate::engine::node::{Node, Observations};
use crate::engine::observed::Observed;
use crate::engine::ownership::Owner;

/// The ARNs of the resources that are deleted or are gone. AWS may show for a while that such a
/// resource holds another one.
pub fn going(nodes: &[Node], observed: &Observations) -> Vec<String> {
    let stays = |node: &&Node| {
        let observed = observed.get(node.address());
        let foreign = |owner: &Owner| matches!(owner, Owner::Foreign(_));
        node.is_wanted() || matches!(observed, Some(Observed::Present(it)) if foreign(&it.owner))
    };
    let going = nodes.iter().filter(|node| !stays(node));
    going
        .filter_map(|node| node.resource.identity().arn.clone())
        .collect()
}

/// Removes from the holders of a resource those that are `going`.
pub fn release(observed: &mut Observed, going: &[String]) {
    if let Observed::Present(present) = observed {
        let holders = &mut present.held_by;
        holders.retain(|holder| !going.iter().any(|arn| holder.is(arn)));
    }
}
