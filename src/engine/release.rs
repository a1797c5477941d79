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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::holder::Holder;
    use crate::engine::observed::Present;
    use crate::fakes::{Fake, World, at, attributes, ours};

    #[test]
    fn a_holder_is_released_only_if_it_is_ours_and_is_deleted_or_gone() {
        let arn = "arn:aws:iam::123456789012:instance-profile/it";
        let present = || ours(attributes(&[("size", 1)]));
        let foreign = Present {
            owner: Owner::Foreign("it carries no tags".to_owned()),
            ..present()
        };
        let it = || Holder::new("instance-profile", "it");
        let cases = [
            (
                false,
                Some(arn),
                Observed::Present(present()),
                it(),
                true,
                "it is deleted",
            ),
            (
                false,
                Some(arn),
                Observed::Missing,
                it(),
                true,
                "it is gone already",
            ),
            (
                true,
                Some(arn),
                Observed::Present(present()),
                it(),
                false,
                "it is wanted",
            ),
            (
                false,
                Some(arn),
                Observed::Present(foreign),
                it(),
                false,
                "it is not managed by provision and stays",
            ),
            (
                false,
                None,
                Observed::Present(present()),
                it(),
                false,
                "its ARN is not known",
            ),
            (
                false,
                Some(arn),
                Observed::Present(present()),
                Holder::new("instance-profile", "its-neighbour"),
                false,
                "another name",
            ),
            (
                false,
                Some(arn),
                Observed::Present(present()),
                Holder::new("user", "it"),
                false,
                "another type",
            ),
        ];
        for (wanted, arn, observed, holder, released, why) in cases {
            let mut fake = Fake {
                wanted,
                ..Fake::new(&World::default(), "it")
            };
            fake.identity.arn = arn.map(ToOwned::to_owned);
            let observations = Observations::from([(at("it"), observed)]);
            let deleted = deleted(&[fake.node(&[])], &observations);
            let theirs = Holder::new("user", "theirs");
            let mut held = Observed::Present(Present {
                held_by: vec![holder.clone(), theirs.clone()],
                ..present()
            });
            release(&mut held, &deleted);
            let Observed::Present(held) = held else {
                panic!("{why}: it is present");
            };
            let expected = match released {
                true => vec![theirs],
                false => vec![holder, theirs],
            };
            assert_eq!(held.held_by, expected, "{why}");
        }
    }
}
