//! Old observations are made again, and a resource that changed since is not touched.

use std::time::Duration;

use super::*;
use crate::aws::{Connections, READ_LAG};
use crate::engine::attributes::Value;
use crate::fakes::aws_over;
use iam_policy::Policy;

/// Executes a plan that is too old to be trusted. `change` happens after the plan was made.
pub(super) async fn aged(world: &World, nodes: Vec<Node>, change: impl FnOnce()) -> Results {
    let run = Run::new(world, nodes);
    change();
    tokio::time::advance(FRESH).await;
    run.execute().await
}

#[tokio::test(start_paused = true)]
async fn a_fresh_observation_is_not_made_again_before_a_write() {
    let world = World::default();
    world.put(&at("b"), drifted());
    let nodes: Vec<Node> = ["a", "b"]
        .map(|name| Fake::new(&world, name).node(&[]))
        .into();
    Run::new(&world, nodes).execute().await;
    assert_eq!(world.log()[..2], ["Create a", "Update b"]);
}

#[tokio::test(start_paused = true)]
async fn an_old_plan_that_still_holds_is_carried_out() {
    let world = World::default();
    world.put(&at("b"), drifted());
    world.put(&at("c"), drifted());
    let nodes = vec![
        Fake::new(&world, "a").node(&[]),
        Fake::new(&world, "b").node(&[]),
        Fake::new(&world, "c").unwanted().node(&[]),
    ];
    let results = aged(&world, nodes, || {}).await;
    assert_eq!(outcomes(&results), ["a done", "b done", "c done"]);
    assert_eq!(
        world.log()[..3],
        ["Observe a", "Observe b", "Observe c"],
        "each resource is read again first"
    );
}

#[tokio::test(start_paused = true)]
async fn an_old_plan_that_no_longer_holds_writes_nothing() {
    let foreign = || {
        Observed::Present(Present {
            owner: Owner::Foreign("it carries no tags".to_owned()),
            ..ours(attributes(&[("size", 9)]))
        })
    };
    let other = |size| Observed::Present(ours(attributes(&[("size", size)])));
    let cases = [
        (
            "someone else took the name",
            true,
            Observed::Missing,
            foreign(),
            "create",
            "it is blocked now (it exists and is not managed by provision: it carries no tags; \
             `--adopt` takes it over)",
        ),
        (
            "another run of ours was faster, with other settings",
            true,
            Observed::Missing,
            other(8),
            "create",
            "now: update",
        ),
        (
            "the change would be another one than was approved",
            true,
            drifted(),
            other(8),
            "update",
            "now: update",
        ),
        (
            "it was deleted",
            true,
            drifted(),
            Observed::Missing,
            "update",
            "now: create",
        ),
        (
            "it is obstructed now",
            true,
            drifted(),
            Observed::Obstructed("two have our tags".to_owned()),
            "update",
            "it is blocked now (two have our tags)",
        ),
        (
            "it became someone else's",
            false,
            drifted(),
            foreign(),
            "delete",
            "now: no change (it is not managed by provision and stays: it carries no tags)",
        ),
    ];
    for (why, wanted, before, after, action, now) in cases {
        let world = World::default();
        world.put(&at("a"), before);
        let fake = Fake {
            wanted,
            ..Fake::new(&world, "a")
        };
        let nodes = vec![fake.node(&[])];
        let results = aged(&world, nodes, || world.put(&at("a"), after)).await;
        assert_eq!(
            failure(&results, "a"),
            format!(
                "fake.a changed after the plan to {action} it was made\n\
                 Caused by:\n  1: {now}\n\
                 Hint: Run the same command again and look at its new plan"
            ),
            "{why}"
        );
        assert_eq!(world.writes(), Vec::<String>::new(), "{why}");
    }
}

/// A resource whose ARN AWS chose.
fn under(arn: &str, size: i32) -> Observed {
    Observed::Present(Present {
        arn: Some(arn.to_owned()),
        ..ours(attributes(&[("size", size)]))
    })
}

#[tokio::test(start_paused = true)]
async fn an_approval_counts_for_one_arn() {
    let replaced = "the plan was made for arn:approved, and arn:other is in its place now";
    let lost =
        "the plan was made for arn:approved, which is no longer found as managed by provision";
    let lookalike = Observed::MissingBeside("arn:approved has our tags".to_owned());
    let cases = [
        (
            "a deletion, whatever the attributes are",
            false,
            under("arn:other", 9),
            replaced,
        ),
        (
            "an update that looks the same",
            true,
            under("arn:other", 9),
            replaced,
        ),
        (
            "one that needs no update",
            true,
            under("arn:other", 1),
            replaced,
        ),
        (
            "it may still exist under its ARN",
            false,
            Observed::Missing,
            lost,
        ),
        (
            "it exists, and is not managed by provision",
            false,
            lookalike,
            lost,
        ),
    ];
    for (why, wanted, after, how) in cases {
        let world = World::default();
        world.put(&at("a"), under("arn:approved", 9));
        let fake = Fake {
            wanted,
            chosen_arn: true,
            ..Fake::new(&world, "a")
        };
        let nodes = vec![fake.node(&[])];
        let results = aged(&world, nodes, || world.put(&at("a"), after)).await;
        let failure = failure(&results, "a");
        assert!(failure.contains(how), "{why}: {failure}");
        assert_eq!(world.writes(), Vec::<String>::new(), "{why}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_was_refused_is_not_made_again_under_another_arn() {
    for (verb, wanted) in [(Verb::Update, true), (Verb::Delete, false)] {
        let world = World::default();
        world.put(&at("a"), under("arn:approved", 9));
        let fake = Fake {
            wanted,
            chosen_arn: true,
            ..Fake::new(&world, "a")
        };
        let refused = || refusal("ValidationException", "it was carried out before");
        world.fail(verb, "a", 1, Effect::None, refused);
        let run = Run::new(&world, vec![fake.node(&[])]);
        world.put(&at("a"), under("arn:other", 8));
        let results = run.execute().await;
        let failure = failure(&results, "a");
        let told = "someone else replaced it meanwhile";
        assert!(failure.contains(told), "{verb:?}: {failure}");
        assert_eq!(world.count(&format!("{verb:?} a")), 1, "{verb:?}");
    }
}

/// Where a part of a deployment is missing, everything is read a second time before the plan is made.
#[tokio::test(start_paused = true)]
async fn what_was_looked_for_twice_before_the_plan_is_not_looked_for_again() {
    let second = Duration::from_secs(1);
    for (between, looks_again) in [(READ_LAG - second, true), (READ_LAG, false)] {
        let world = World::default();
        let fake = Fake {
            chosen_arn: true,
            ..Fake::new(&world, "a")
        };
        let first = Instant::now();
        tokio::time::advance(between).await;
        let mut run = Run::new(&world, vec![fake.node(&[])]);
        run.approved.looked_since = first;
        assert_eq!(outcomes(&run.execute().await), ["a done"]);
        let log = world.log();
        let created = log.iter().position(|it| it == "Create a").unwrap();
        let has_looked = log[..created].contains(&"Observe a".to_owned());
        assert_eq!(has_looked, looks_again, "{between:?} between the two looks");
    }
}

#[tokio::test(start_paused = true)]
async fn what_could_get_a_twin_is_looked_for_twice_before_it_is_created() {
    let age = READ_LAG - Duration::from_secs(1);
    let under_an_arn = |size| under("arn:a", size);
    let cases = [
        (
            "it was created by a run before",
            Some(under_an_arn(1)),
            "a done",
            0,
        ),
        (
            "that run was killed before it was complete",
            Some(under_an_arn(9)),
            "a failed",
            0,
        ),
        ("there is none", None, "a done", 1),
    ];
    for (why, shown_late, outcome, creates) in cases {
        for plan_is_old in [false, true] {
            let world = World::default();
            let fake = Fake {
                chosen_arn: true,
                ..Fake::new(&world, "a")
            };
            let beside = Fake::new(&world, "b").node(&[]);
            let run = Run::new(&world, vec![fake.node(&[]), beside]);
            let planned_at = Instant::now();
            if plan_is_old {
                tokio::time::advance(age).await;
            }
            let late = async {
                tokio::time::sleep_until(planned_at + age).await;
                if let Some(observed) = shown_late.clone() {
                    world.put(&at("a"), observed);
                }
            };
            let (results, ()) = tokio::join!(run.execute(), late);
            assert_eq!(outcomes(&results), [outcome, "b done"], "{why}");
            assert_eq!(world.count("Create a"), creates, "{why}");
            let created = world.log().iter().position(|it| it == "Create b");
            let looked = world.log().iter().position(|it| it == "Observe a");
            assert!(created < looked, "{why}: nothing else waits");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_looked_for_long_ago_is_looked_for_again_without_a_wait() {
    let world = World::default();
    let fake = Fake {
        chosen_arn: true,
        ..Fake::new(&world, "a")
    };
    let mut run = Run::new(&world, vec![fake.node(&[])]);
    tokio::time::advance(READ_LAG).await;
    assert_eq!(outcomes(&run.execute().await), ["a done"]);
    assert_eq!(world.log()[..2], ["Observe a", "Observe a done"]);
    assert_eq!(run.reported(), ["a create", "a done"]);
}

/// `--read-lag` may be shorter than a plan is trusted. Then nobody has looked since the lag was over.
#[tokio::test(start_paused = true)]
async fn a_short_lag_that_is_over_needs_a_second_look_too() {
    let cases = [
        (0, "Create a", "an emulator is never late"),
        (1, "Observe a", "another run may have created it meanwhile"),
    ];
    for (lag, first, why) in cases {
        let world = World::default();
        let fake = Fake {
            chosen_arn: true,
            ..Fake::new(&world, "a")
        };
        let mut run = Run::new(&world, vec![fake.node(&[])]);
        let connections = Connections::new(32, run.stop.subscribe());
        run.aws = aws_over(&connections.answering_within(Duration::from_secs(lag)));
        tokio::time::advance(FRESH / 2).await;
        assert_eq!(outcomes(&run.execute().await), ["a done"], "{why}");
        assert_eq!(world.log()[0], first, "{why}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_step_that_another_run_did_meanwhile_is_done() {
    for before in [Observed::Missing, drifted()] {
        let world = World::default();
        world.put(&at("a"), before);
        let wanted = Observed::Present(ours(attributes(&[("size", 1)])));
        let nodes = vec![Fake::new(&world, "a").node(&[])];
        let results = aged(&world, nodes, || world.put(&at("a"), wanted)).await;
        assert_eq!(outcomes(&results), ["a done"]);
        assert_eq!(world.writes(), Vec::<String>::new());
    }
}

#[tokio::test(start_paused = true)]
async fn an_unwanted_resource_is_deleted_whatever_its_attributes_are_now() {
    let world = World::default();
    world.put(&at("a"), drifted());
    let node = Fake::new(&world, "a").unwanted().node(&[]);
    let change = || {
        world.put(
            &at("a"),
            Observed::Present(ours(attributes(&[("size", 5)]))),
        )
    };
    let results = aged(&world, vec![node], change).await;
    assert_eq!(outcomes(&results), ["a done"]);
    assert_eq!(world.writes(), ["Delete a"]);
}

#[tokio::test(start_paused = true)]
async fn a_resource_that_was_being_deleted_may_be_gone_by_now() {
    let world = World::default();
    let deleting = Present {
        phase: Phase::Deleting,
        ..ours(attributes(&[("size", 1)]))
    };
    world.put(&at("a"), Observed::Present(deleting));
    let nodes = vec![Fake::new(&world, "a").node(&[])];
    let gone = || world.put(&at("a"), Observed::Missing);
    let results = aged(&world, nodes, gone).await;
    assert_eq!(outcomes(&results), ["a done"]);
    assert_eq!(world.writes(), ["Create a"]);
}

#[tokio::test(start_paused = true)]
async fn an_unwanted_resource_that_is_gone_already_delays_nothing() {
    for (why, age) in [
        ("it is deleted after it was read", Duration::ZERO),
        ("it is read again, and is gone", FRESH),
    ] {
        let world = World::default();
        let nodes = vec![
            Fake::new(&world, "a").unwanted().node(&[]),
            Fake::new(&world, "b")
                .unwanted()
                .node(&[("a", Milestone::Exists)]),
        ];
        world.put(&at("a"), drifted());
        world.put(&at("b"), drifted());
        let run = Run::new(&world, nodes);
        world.put(&at("b"), Observed::Missing);
        tokio::time::advance(age).await;
        let results = run.execute().await;
        assert_eq!(outcomes(&results), ["a done", "b done"], "{why}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_resource_is_not_deleted_if_a_new_one_depends_on_it() {
    let regional = Address::regional("fake", "b", &"eu-west-1".parse().unwrap());
    let needs = vec![(at("a"), Milestone::Exists)];
    for (why, b, needs, outlives, age) in [
        ("b needs a", at("b"), needs.clone(), None, FRESH),
        (
            "b is regional, and found by its roles alone",
            regional,
            needs,
            None,
            Duration::ZERO,
        ),
        (
            "a outlives b",
            at("b"),
            vec![],
            Some(at("b")),
            Duration::ZERO,
        ),
    ] {
        let world = World::default();
        world.put(&at("a"), drifted());
        let other = Fake::at(&world, b.clone());
        let nodes = vec![
            Node {
                outlives,
                ..Fake::new(&world, "a").unwanted().node(&[])
            },
            Node {
                needs,
                ..other.unwanted().node(&[])
            },
        ];
        let run = Run::new(&world, nodes);
        // Another run creates `b` after the plan was made.
        world.put(&b, drifted());
        tokio::time::advance(age).await;
        let results = run.execute().await;
        assert!(
            failure(&results, "a").contains(&format!("{b} exists now")),
            "{why}"
        );
        assert_eq!(world.writes(), Vec::<String>::new(), "{why}");
    }
}

/// A policy with a statement of that effect.
fn policy(effect: &str) -> Value {
    let text = format!(
        r#"{{"Statement": [{{"Sid": "It", "Effect": "{effect}", "Action": "*", "Resource": "*"}}]}}"#
    );
    Value::Policy(Policy::parse(&text).unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_restriction_that_appears_after_the_plan_was_made_stays() {
    let denied = || {
        let mut present = ours(attributes(&[("size", 1)]));
        present
            .attributes
            .insert("policy".to_owned(), policy("Deny"));
        Observed::Present(present)
    };
    let cases = [
        (
            "the plan was to update",
            drifted(),
            FRESH,
            "it is blocked now",
        ),
        (
            "the plan was to create",
            Observed::Missing,
            FRESH,
            "it is blocked now",
        ),
        (
            "another run created it at the same time, and then it was restricted",
            Observed::Missing,
            Duration::ZERO,
            "it would remove what restricts access",
        ),
    ];
    for (why, planned, age, expected) in cases {
        let world = World::default();
        world.put(&at("a"), planned);
        let mut fake = Fake::new(&world, "a");
        fake.desired.insert("policy".to_owned(), policy("Allow"));
        let run = Run::new(&world, vec![fake.node(&[])]);
        world.put(&at("a"), denied());
        tokio::time::advance(age).await;
        let failure = failure(&run.execute().await, "a");
        for part in [
            expected,
            "the Deny of statement \"It\" in policy",
            "--remove-restrictions",
        ] {
            assert!(failure.contains(part), "{why}: {failure}");
        }
        assert_eq!(world.writes(), Vec::<String>::new(), "{why}");
    }
}
