//! Removes from the holders of a resource those that are deleted with it.

use crate::engine::node::{Node, Observations};
use crate::engine::observed::Observed;
use crate::engine::ownership::Owner;

/// The ARNs of the resources that the run deletes or that are gone already. AWS may show for a
/// while that such a resource still uses another one.
pub fn deleted(nodes: &[Node], observed: &Observations) -> Vec<String> {
    let stays = |node: &&Node| {
        let observed = observed.get(node.address());
        let foreign = |owner: &Owner| matches!(owner, Owner::Foreign(_));
        node.is_wanted() || matches!(observed, Some(Observed::Present(it)) if foreign(&it.owner))
    };
    let deleted = nodes.iter().filter(|node| !stays(node));
    deleted
        .filter_map(|node| node.resource.identity().arn.clone())
        .collect()
}

/// Removes from the holders of a resource those whose ARN is among `deleted`.
pub fn release(observed: &mut Observed, deleted: &[String]) {
    if let Observed::Present(present) = observed {
        let holders = &mut present.held_by;
        holders.retain(|holder| !deleted.iter().any(|arn| holder.is(arn)));
    }
}
