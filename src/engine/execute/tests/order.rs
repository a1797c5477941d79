//! The order of the work on nodes, and which nodes a failure skips.

use super::*;

#[tokio::test(start_paused = true)]
async fn each_node_is_done_after_those_that_it_needs() {
    let world = World::default();
    let node = |name, needs: &[(&str, Milestone)]| Fake::new(&world, name).node(needs);
    let settled = Milestone::Settled;
    let mut run = Run::new(
        &world,
        vec![
            node("a", &[]),
            node("b", &[("a", settled)]),
            node("c", &[("a", settled), ("b", settled)]),
        ],
    );
    let results = run.execute().await;
    assert_eq!(outcomes(&results), ["a done", "b done", "c done"]);
    assert_eq!(world.writes(), ["Create a", "Create b", "Create c"]);
    assert_eq!(
        run.reported(),
        [
            "a create", "a done", "b create", "b done", "c create", "c done"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn independent_nodes_are_done_at_the_same_time() {
    let world = World::default();
    let nodes = ["a", "b", "c"].map(|name| Fake::new(&world, name).node(&[]));
    let begun = Instant::now();
    Run::new(&world, nodes.to_vec()).execute().await;
    // One write, and one read that confirms it.
    assert!(begun.elapsed() < crate::fakes::CALL * 3);
    assert_eq!(world.log()[..3], ["Create a", "Create b", "Create c"]);
}

#[tokio::test(start_paused = true)]
async fn deletion_runs_in_the_reverse_order() {
    let world = World::default();
    let nodes: Vec<Node> = [
        ("a", &[][..]),
        ("b", &[("a", Milestone::Exists)][..]),
        ("c", &[("b", Milestone::Exists)][..]),
    ]
    .into_iter()
    .map(|(name, needs)| Fake::new(&world, name).unwanted().node(needs))
    .collect();
    for node in &nodes {
        world.put(node.address(), drifted());
    }
    let results = Run::new(&world, nodes).execute().await;
    assert_eq!(world.writes(), ["Delete c", "Delete b", "Delete a"]);
    assert_eq!(outcomes(&results), ["a done", "b done", "c done"]);
}

#[tokio::test(start_paused = true)]
async fn a_node_starts_as_soon_as_its_needs_are_met() {
    let world = World::default();
    world.lag(Duration::from_secs(3));
    let slow = Fake {
        desired: attributes(&[("mode", 2), ("size", 1)]),
        late: vec!["mode"],
        ..Fake::new(&world, "slow")
    };
    let early = Fake::new(&world, "early").node(&[("slow", Milestone::Exists)]);
    let written = Fake::new(&world, "written").node(&[("slow", Milestone::Written)]);
    let late = Fake::new(&world, "late").node(&[("slow", Milestone::Settled)]);
    let mut run = Run::new(&world, vec![slow.node(&[]), early, written, late]);
    let results = run.execute().await;

    let done = ["slow done", "early done", "written done", "late done"];
    assert_eq!(outcomes(&results), done);
    let created = place(&world, "Create slow done");
    let early = place(&world, "Create early");
    let updated = place(&world, "Update slow done");
    let written = place(&world, "Create written");
    let late = place(&world, "Create late");
    assert!(created < early, "`early` needs `slow` to exist");
    assert!(
        early < updated,
        "`early` does not wait for the updates of `slow`"
    );
    assert!(
        updated < written,
        "`written` needs all of `slow` to be written"
    );
    assert!(
        written < late,
        "`written` does not wait until `slow` is read back"
    );
    let reported = run.reported();
    let done = reported.iter().position(|line| line == "slow done");
    let started = reported.iter().position(|line| line == "late create");
    assert!(
        done < started,
        "`late` waits until `slow` is read back: {reported:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_failure_skips_its_dependents_and_nothing_else() {
    let world = World::default();
    let node = |name, needs: &[(&str, Milestone)]| Fake::new(&world, name).node(needs);
    let exists = Milestone::Exists;
    world.fail(Verb::Create, "bad", 1, Effect::None, || {
        refusal("AccessDenied", "you may not")
    });
    let mut run = Run::new(
        &world,
        vec![
            node("bad", &[]),
            node("good", &[]),
            node("child", &[("bad", exists), ("good", exists)]),
            node("grandchild", &[("child", exists)]),
            node("other", &[("good", Milestone::Settled)]),
        ],
    );
    let results = run.execute().await;
    assert_eq!(
        outcomes(&results),
        [
            "bad failed",
            "good done",
            "child skipped",
            "grandchild skipped",
            "other done"
        ]
    );
    assert_eq!(world.writes(), ["Create good", "Create other"]);
    for name in ["child", "grandchild"] {
        assert_eq!(reason(&results, name), "fake.bad");
    }
    let reported = run.reported();
    assert!(
        !reported.contains(&"child create".to_owned()),
        "{reported:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_failure_after_the_first_milestone_skips_nodes_that_need_a_later_one() {
    let world = World::default();
    let half = Fake {
        late: vec!["size"],
        ..Fake::new(&world, "half")
    };
    world.fail(Verb::Update, "half", 1, Effect::None, || {
        refusal("LimitExceeded", "no more")
    });
    let results = Run::new(
        &world,
        vec![
            half.node(&[]),
            Fake::new(&world, "early").node(&[("half", Milestone::Exists)]),
            Fake::new(&world, "late").node(&[("half", Milestone::Settled)]),
        ],
    )
    .execute()
    .await;
    assert_eq!(
        outcomes(&results),
        ["half failed", "early done", "late skipped"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_blocked_node_fails_and_skips_its_dependents() {
    let world = World::default();
    world.put(
        &at("a"),
        Observed::Obstructed("two have our tags".to_owned()),
    );
    let b = Fake::new(&world, "b").node(&[("a", Milestone::Exists)]);
    let results = Run::new(&world, vec![Fake::new(&world, "a").node(&[]), b])
        .execute()
        .await;
    assert_eq!(outcomes(&results), ["a failed", "b skipped"]);
    assert_eq!(
        failure(&results, "a"),
        "it is blocked\nCaused by:\n  1: two have our tags"
    );
    assert_eq!(world.log(), Vec::<String>::new(), "AWS is not asked at all");
}

#[tokio::test(start_paused = true)]
async fn a_kept_resource_costs_no_call_and_delays_no_dependent() {
    let world = World::default();
    let kept = Fake::new(&world, "kept");
    world.put(&at("kept"), Observed::Present(kept.settled(&Known::new())));
    let next = Fake::new(&world, "next").node(&[("kept", Milestone::Settled)]);
    let mut run = Run::new(&world, vec![kept.node(&[]), next]);
    let results = run.execute().await;
    assert_eq!(outcomes(&results), ["next done"]);
    assert_eq!(world.log()[0], "Create next");
    assert_eq!(world.count("Observe kept"), 0);
    assert_eq!(run.reported(), ["next create", "next done"]);
}

#[tokio::test(start_paused = true)]
async fn an_arn_that_aws_chose_reaches_the_resources_that_refer_to_it() {
    let world = World::default();
    let key = Fake {
        chosen_arn: true,
        ..Fake::new(&world, "key")
    };
    let user = Fake {
        reference: Some(at("key")),
        ..Fake::new(&world, "user")
    };
    let nodes = vec![key.node(&[]), user.node(&[("key", Milestone::Exists)])];
    let results = Run::new(&world, nodes).execute().await;
    assert_eq!(outcomes(&results), ["key done", "user done"]);
    assert_eq!(
        results.known,
        Known::from([(at("key"), "arn:key".to_owned())])
    );
    let Observed::Present(user) = world.read(&at("user")) else {
        panic!("it was created");
    };
    assert!(user.attributes["reference"].same(&"arn:key".into()));
}

#[tokio::test(start_paused = true)]
async fn drift_is_corrected_and_a_foreign_resource_is_adopted() {
    let world = World::default();
    world.put(&at("a"), drifted());
    let theirs = Present {
        owner: Owner::Foreign("it carries no tags".to_owned()),
        ..ours(attributes(&[("size", 1), ("extra", 2)]))
    };
    world.put(&at("b"), Observed::Present(theirs));
    let nodes: Vec<Node> = ["a", "b"]
        .map(|name| Fake::new(&world, name).node(&[]))
        .into();
    let again = nodes.clone();
    let results = Run::adopting(&world, nodes).execute().await;
    assert_eq!(outcomes(&results), ["a done", "b done"]);
    assert!(matches!(
        results.outcomes[0].1,
        Outcome::Done(Action::Update)
    ));
    assert!(matches!(
        results.outcomes[1].1,
        Outcome::Done(Action::Adopt)
    ));
    assert_eq!(world.writes(), ["Update a", "Update b"]);

    let results = Run::new(&world, again).execute().await;
    assert_eq!(
        outcomes(&results),
        Vec::<String>::new(),
        "nothing is left to do"
    );
    assert_eq!(world.writes().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_deletion_does_not_wait_for_the_resources_that_it_needs() {
    let world = World::default();
    world.put(&at("role"), drifted());
    world.put(&at("profile"), drifted());
    world.fail(Verb::Update, "role", 1, Effect::None, || {
        refusal("AccessDenied", "you may not")
    });
    let profile = Fake::new(&world, "profile").unwanted();
    let nodes = vec![
        Fake::new(&world, "role").node(&[]),
        profile.node(&[("role", Milestone::Settled)]),
    ];
    let results = Run::new(&world, nodes).execute().await;
    assert_eq!(outcomes(&results), ["role failed", "profile done"]);
    assert_eq!(world.log()[..2], ["Delete profile", "Update role"]);
}
