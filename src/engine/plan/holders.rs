//! What of ours holds something else of ours, and goes with it.

use crate::engine::Holder;
use crate::engine::ownership::Owner;
use crate::engine::plan::{Node, Observations};
use crate::engine::resource::Observed;
use crate::kinds::iam::instance_profile;

/// The instance profiles that go or are gone: AWS may show for a while that they carry a role.
pub fn going(nodes: &[Node], observed: &Observations) -> Vec<Holder> {
    let stays = |node: &Node| {
        let observed = observed.get(node.address());
        let foreign = |owner: &Owner| matches!(owner, Owner::Foreign(_));
        node.wanted || matches!(observed, Some(Observed::Present(it)) if foreign(&it.owner))
    };
    let profiles = nodes.iter();
    let profiles = profiles.filter(|it| it.address().kind == instance_profile::KIND && !stays(it));
    profiles
        .map(|node| Holder::InstanceProfile(node.resource.name().to_owned()))
        .collect()
}

/// Takes what goes out of what holds the resource.
pub fn release(observed: &mut Observed, going: &[Holder]) {
    if let Observed::Present(present) = observed {
        present.held_by.retain(|holder| !going.contains(holder));
    }
}
