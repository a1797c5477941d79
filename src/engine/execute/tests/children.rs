//! A child is decided again together with its parent, whose changes it may make.

use super::stale::aged;
use super::*;
use crate::engine::holder::Holder;
use crate::engine::narrow::narrow;

/// A parent `a` and its child, both unwanted. The child exists, with that size.
fn with_child(world: &World, size: i32) -> Vec<Node> {
    let child = Fake {
        parent: Some(at("a")),
        ..Fake::new(world, "child")
    };
    let present = Present {
        owner: Owner::Parent,
        ..ours(attributes(&[("size", size)]))
    };
    world.put(&at("child"), Observed::Present(present));
    vec![
        Fake::new(world, "a").unwanted().node(&[]),
        child.unwanted().node(&[("a", Milestone::Exists)]),
    ]
}

#[tokio::test(start_paused = true)]
async fn a_child_is_decided_again_with_the_planned_action_of_its_parent() {
    let world = World::default();
    world.put(&at("a"), drifted());
    let nodes = with_child(&world, 9);
    let results = aged(&world, nodes, || {}).await;
    assert_eq!(outcomes(&results), ["a done", "child done"]);
    assert_eq!(world.writes(), ["Delete child", "Delete a"]);
}

#[tokio::test(start_paused = true)]
async fn a_child_is_deleted_alone_if_the_plan_is_narrowed_to_it() {
    let world = World::default();
    world.put(&at("a"), drifted());
    let mut run = Run::new(&world, with_child(&world, 9));
    narrow(&mut run.approved.plan, &run.nodes, vec![at("child")]);
    tokio::time::advance(FRESH).await;
    assert_eq!(outcomes(&run.execute().await), ["child done"]);
    assert_eq!(world.writes(), ["Delete child"]);
}

#[tokio::test(start_paused = true)]
async fn a_child_is_not_deleted_if_its_parent_is_no_longer_to_be_deleted_as_approved() {
    let parent = |holders: &[&'static str]| Present {
        held_by: holders
            .iter()
            .map(|name| Holder::new("target", *name))
            .collect(),
        ..ours(attributes(&[("size", 1)]))
    };
    let foreign = Present {
        owner: Owner::Foreign("it carries no tags".to_owned()),
        ..parent(&[])
    };
    let cases = [
        (
            "others came to use the parent",
            false,
            parent(&[]),
            parent(&["theirs"]),
            "it is blocked now (also used by target/theirs, which provision does not manage; detach it there, or run \
             `provision destroy --detach-foreign`)",
        ),
        (
            "the parent became someone else's",
            false,
            parent(&[]),
            foreign,
            "now: no change (it is not managed by provision and stays: it carries no tags)",
        ),
        (
            "a person agreed that one holder loses it, and another came",
            true,
            parent(&["theirs"]),
            parent(&["late", "theirs"]),
            "the deletion would now detach others too (also used by target/late, which provision does not manage)",
        ),
    ];
    for (why, detach_foreign, before, after, now) in cases {
        let world = World::default();
        world.put(&at("a"), Observed::Present(before));
        let nodes = with_child(&world, 1);
        let observed = ["a", "child"].map(|name| (at(name), world.read(&at(name))));
        let consent = Consent {
            detach_foreign,
            ..Consent::default()
        };
        let run = Run::of(nodes, observed.into(), consent);
        world.put(&at("a"), Observed::Present(after));
        tokio::time::advance(FRESH).await;
        let results = run.execute().await;
        assert_eq!(
            failure(&results, "child"),
            format!(
                "fake.a changed after the plan to delete it was made\n\
                 Caused by:\n  1: {now}\n\
                 Hint: Run the same command again and look at its new plan"
            ),
            "{why}"
        );
        assert_eq!(world.writes(), Vec::<String>::new(), "{why}");
    }
}
