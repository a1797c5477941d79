//! Calls whose answer is an error although they may have had their effect.

use super::*;
use crate::aws::RETRY_LIMIT;
use crate::engine::holder::Holder;
use crate::engine::release::{deleted, release};

fn one(world: &World) -> Run {
    Run::new(world, vec![Fake::new(world, "a").node(&[])])
}

#[tokio::test(start_paused = true)]
async fn a_create_whose_answer_was_lost_goes_on_if_the_resource_exists() {
    for (why, effect, error) in [
        (
            "the answer was lost",
            Effect::Done,
            lost as fn() -> crate::fakes::CallError,
        ),
        (
            "the SDK's second attempt found the resource of the first",
            Effect::Done,
            || refusal("EntityAlreadyExists", "the name is taken"),
        ),
    ] {
        let world = World::default();
        world.lag(Duration::from_secs(2));
        world.fail(Verb::Create, "a", 1, effect, error);
        let results = one(&world).execute().await;
        assert_eq!(outcomes(&results), ["a done"], "{why}");
        assert_eq!(world.count("Create a"), 1, "{why}");
    }
}

#[tokio::test(start_paused = true)]
async fn attributes_that_a_lost_create_did_not_set_are_updated() {
    let world = World::default();
    let fake = Fake {
        desired: attributes(&[("mode", 2), ("size", 1)]),
        late: vec!["mode"],
        ..Fake::new(&world, "a")
    };
    world.fail(Verb::Create, "a", 1, Effect::Done, lost);
    let results = Run::new(&world, vec![fake.node(&[])]).execute().await;
    assert_eq!(outcomes(&results), ["a done"]);
    assert_eq!(world.writes(), ["Create a", "Update a"]);
}

#[tokio::test(start_paused = true)]
async fn a_new_resource_is_updated_once_all_of_aws_knows_it() {
    let unknown = || refusal("NotFoundException", "it does not exist");
    let create = |times| {
        let world = World::default();
        let fake = Fake {
            desired: attributes(&[("mode", 2), ("size", 1)]),
            late: vec!["mode"],
            ..Fake::new(&world, "a")
        };
        world.fail(Verb::Update, "a", times, Effect::None, unknown);
        let run = Run::new(&world, vec![fake.node(&[])]);
        async move { (world, run.execute().await) }
    };
    let (world, results) = create(3).await;
    assert_eq!(outcomes(&results), ["a done"], "the resource was only new");
    assert_eq!(world.count("Create a"), 1);

    let (_, results) = create(1000).await;
    assert_eq!(outcomes(&results), ["a failed"], "the retries end");
    assert!(failure(&results, "a").contains("NotFoundException: it does not exist"));
}

#[tokio::test(start_paused = true)]
async fn a_child_whose_create_answer_was_lost_belongs_to_its_parent() {
    let world = World::default();
    let child = Fake {
        parent: Some(at("a")),
        ..Fake::new(&world, "child")
    };
    world.fail(Verb::Create, "child", 1, Effect::Done, lost);
    let nodes = vec![
        Fake::new(&world, "a").node(&[]),
        child.node(&[("a", Milestone::Exists)]),
    ];
    let results = Run::new(&world, nodes).execute().await;
    assert_eq!(outcomes(&results), ["a done", "child done"]);
}

#[tokio::test(start_paused = true)]
async fn a_resource_that_someone_else_created_meanwhile_is_not_touched() {
    let world = World::default();
    let run = one(&world);
    let theirs = Present {
        owner: Owner::Foreign("it carries no tags".to_owned()),
        ..ours(attributes(&[("size", 9)]))
    };
    world.put(&at("a"), Observed::Present(theirs));
    let results = run.execute().await;
    assert_eq!(
        failure(&results, "a"),
        "fake.a changed after the plan to create it was made\n\
         Caused by:\n  1: someone else created it meanwhile\n\
         Hint: Run the same command again and look at its new plan"
    );
    assert_eq!(outcomes(&results), ["a failed"]);
    assert_eq!(world.writes(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_create_without_an_answer_or_a_resource_is_unknown() {
    let world = World::default();
    world.fail(Verb::Create, "a", 1, Effect::None, lost);
    let begun = Instant::now();
    let results = one(&world).execute().await;
    assert_eq!(outcomes(&results), ["a unknown"]);
    assert!(begun.elapsed() >= FIND_LIMIT, "it was looked for");
    assert_eq!(
        failure(&results, "a"),
        "fake:CreateThing failed on fake.a\nCaused by:\n  1: no answer came\n\
         Hint: Run the same command again: it finds out what happened and goes on from there"
    );
    assert_eq!(world.count("Create a"), 1, "it is not sent again");
}

#[tokio::test(start_paused = true)]
async fn a_taken_name_without_a_resource_fails_with_the_error_of_aws() {
    let world = World::default();
    world.fail(Verb::Create, "a", 1, Effect::None, || {
        refusal("EntityAlreadyExists", "the name is taken")
    });
    let results = one(&world).execute().await;
    assert_eq!(outcomes(&results), ["a failed"]);
    assert!(failure(&results, "a").contains("EntityAlreadyExists: the name is taken"));
}

/// The outcomes of an update and a deletion whose answers were lost after `effect`.
async fn lost_writes(effect: Effect) -> Vec<String> {
    let world = World::default();
    world.put(&at("changed"), drifted());
    world.put(&at("gone"), drifted());
    world.fail(Verb::Update, "changed", 1, effect, lost);
    world.fail(Verb::Delete, "gone", 1, effect, lost);
    let nodes = vec![
        Fake::new(&world, "changed").node(&[]),
        Fake::new(&world, "gone").unwanted().node(&[]),
    ];
    outcomes(&Run::new(&world, nodes).execute().await)
}

#[tokio::test(start_paused = true)]
async fn an_update_or_deletion_without_an_answer_is_observed_before_it_is_unknown() {
    let done = lost_writes(Effect::Done).await;
    assert_eq!(done, ["changed done", "gone done"], "they were carried out");
    let unknown = lost_writes(Effect::None).await;
    assert_eq!(unknown, ["changed unknown", "gone unknown"]);
}

#[tokio::test(start_paused = true)]
async fn a_deletion_without_an_answer_is_done_if_nothing_of_this_account_is_left() {
    let cases = [
        (
            Observed::Taken("another account has the name".to_owned()),
            "the name was free, and is another account's now",
        ),
        (
            Observed::Impossible("no such user".to_owned()),
            "what it belonged to is gone too",
        ),
    ];
    for (now, why) in cases {
        let world = World::default();
        world.put(&at("gone"), drifted());
        world.fail(Verb::Delete, "gone", 1, Effect::None, lost);
        let run = Run::new(&world, vec![Fake::new(&world, "gone").unwanted().node(&[])]);
        world.put(&at("gone"), now);
        assert_eq!(outcomes(&run.execute().await), ["gone done"], "{why}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_create_is_not_followed_by_a_read() {
    let world = World::default();
    world.fail(Verb::Create, "a", 1, Effect::None, || {
        refusal("LimitExceeded", "no more of these")
    });
    let results = one(&world).execute().await;
    assert_eq!(outcomes(&results), ["a failed"]);
    assert_eq!(world.log(), ["Create a"]);
}

#[tokio::test(start_paused = true)]
async fn an_outdated_update_reads_again_and_writes_the_remaining_changes() {
    let outdated = || refusal("ConcurrentModificationException", "it has a newer version");
    let run = |times| {
        let world = World::default();
        world.put(&at("a"), drifted());
        world.fail(Verb::Update, "a", times, Effect::None, outdated);
        let run = one(&world);
        async move { (world, run.execute().await) }
    };
    let (world, results) = run(2).await;
    assert_eq!(outcomes(&results), ["a done"]);
    assert_eq!(
        world.log()[..5],
        [
            "Update a",
            "Observe a",
            "Observe a done",
            "Update a",
            "Observe a"
        ],
        "it is read anew each time"
    );
    assert_eq!(world.writes(), ["Update a"]);

    let (world, results) = run(100).await;
    assert_eq!(outcomes(&results), ["a failed"]);
    assert_eq!(world.count("Update a"), UPDATE_ROUNDS, "the retries end");
    let failure = failure(&results, "a");
    assert!(
        failure.contains("ConcurrentModificationException: it has a newer version"),
        "{failure}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_resource_in_use_is_deleted_once_aws_sees_that_nothing_uses_it() {
    let conflict = || refusal("DeleteConflict", "must detach all policies first");
    let run = |times| {
        let world = World::default();
        world.put(&at("a"), drifted());
        world.fail(Verb::Delete, "a", times, Effect::None, conflict);
        let run = Run::new(&world, vec![Fake::new(&world, "a").unwanted().node(&[])]);
        async move { (world, run.execute().await) }
    };
    let (world, results) = run(20).await;
    assert_eq!(outcomes(&results), ["a done"]);
    assert_eq!(world.writes(), ["Delete a"]);

    let begun = Instant::now();
    let (_, results) = run(1000).await;
    let took = begun.elapsed();
    assert!(took >= RETRY_LIMIT, "{took:?}");
    assert!(took < RETRY_LIMIT + Duration::from_secs(5), "{took:?}");
    assert_eq!(
        failure(&results, "a"),
        "fake:DeleteThing failed on fake.a\n\
         Caused by:\n  1: DeleteConflict: must detach all policies first\n\
         Hint: Something still uses the resource: end that use, then run again"
    );
}

#[tokio::test(start_paused = true)]
async fn a_resource_that_others_began_to_use_is_deleted_only_with_consent() {
    for (detach_foreign, outcome) in [(false, "a failed"), (true, "a done")] {
        let world = World::default();
        world.put(&at("a"), drifted());
        world.fail(Verb::Delete, "a", 1, Effect::None, || {
            refusal("DeleteConflict", "must remove roles from instance profile")
        });
        let mut run = Run::new(&world, vec![Fake::new(&world, "a").unwanted().node(&[])]);
        run.approved.consent.detach_foreign = detach_foreign;
        let held = Present {
            held_by: vec![Holder::new("instance-profile", "theirs")],
            ..ours(attributes(&[("size", 9)]))
        };
        world.put(&at("a"), Observed::Present(held));
        let results = run.execute().await;
        assert_eq!(outcomes(&results), [outcome]);
        if !detach_foreign {
            let failure = failure(&results, "a");
            assert!(
                failure.contains(
                    "also used by instance-profile/theirs, which provision does not manage"
                ),
                "{failure}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_deleted_resource_holds_nothing_although_aws_still_shows_it() {
    let world = World::default();
    let role = Present {
        held_by: vec![Holder::new("instance-profile", "ours")],
        ..ours(attributes(&[("size", 1)]))
    };
    let mut profile = Fake::new(&world, "ours").unwanted();
    profile.identity.arn = Some("arn:aws:iam::123456789012:instance-profile/ours".to_owned());
    world.put(&at("role"), Observed::Present(role));
    world.put(profile.address(), drifted());
    world.fail(Verb::Delete, "role", 1, Effect::None, || {
        refusal("DeleteConflict", "must remove roles from instance profile")
    });
    let needs = vec![(at("role"), Milestone::Exists)];
    let nodes = vec![
        Fake::new(&world, "role").unwanted().node(&[]),
        Node {
            needs,
            ..profile.node(&[])
        },
    ];
    let mut observed: Observations = nodes
        .iter()
        .map(|node| (node.address().clone(), world.read(node.address())))
        .collect();
    let deleted = deleted(&nodes, &observed);
    observed
        .values_mut()
        .for_each(|observed| release(observed, &deleted));
    let run = Run::of(nodes, observed, consent(false));
    assert_eq!(outcomes(&run.execute().await), ["role done", "ours done"]);
}

#[tokio::test(start_paused = true)]
async fn an_outdated_update_does_not_touch_a_resource_that_became_someone_elses() {
    let world = World::default();
    world.put(&at("a"), drifted());
    world.fail(Verb::Update, "a", 1, Effect::None, || {
        refusal("ConcurrentModificationException", "it has a newer version")
    });
    let run = one(&world);
    let meddle = async {
        tokio::time::sleep(crate::fakes::CALL / 2).await;
        let theirs = Present {
            owner: Owner::Foreign("it carries no tags".to_owned()),
            ..ours(attributes(&[("size", 9)]))
        };
        world.put(&at("a"), Observed::Present(theirs));
    };
    let (results, ()) = tokio::join!(run.execute(), meddle);
    assert!(failure(&results, "a").contains("someone else replaced it meanwhile"));
    assert_eq!(world.writes(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_read_without_an_answer_fails_and_is_not_unknown() {
    let world = World::default();
    let run = one(&world);
    tokio::time::advance(FRESH).await;
    world.fail(Verb::Observe, "a", 1, Effect::None, lost);
    let results = run.execute().await;
    assert_eq!(outcomes(&results), ["a failed"]);
    assert!(failure(&results, "a").starts_with("fake:GetThing failed on fake.a"));
    assert_eq!(world.count("Create a"), 0);
}
