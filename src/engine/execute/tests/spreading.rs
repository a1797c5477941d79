//! Errors that pass by themselves, because AWS has not spread yet what the run has just made.

use super::*;
use crate::fakes::{CALL, CallError};

fn unknown() -> CallError {
    refusal(
        "NoSuchEntity",
        "Policy arn:x does not exist or is not attachable.",
    )
}

fn denied() -> CallError {
    refusal("AccessDenied", "no identity-based policy allows it")
}

fn throttled() -> CallError {
    refusal("ThrottlingException", "Rate exceeded")
}

/// A run in which `b` needs `a` and each is wanted with a second attribute that a create does not set.
/// `exist` are there already and as wanted.
fn run(world: &World, exist: &[&str]) -> Run {
    let fake = |name| Fake {
        desired: attributes(&[("mode", 2), ("size", 1)]),
        late: vec!["mode"],
        ..Fake::new(world, name)
    };
    for name in exist {
        let there = fake(name).settled(&Known::new());
        world.put(&at(name), Observed::Present(there));
    }
    let nodes = vec![
        fake("a").node(&[]),
        fake("b").node(&[("a", Milestone::Exists)]),
    ];
    Run::new(world, nodes)
}

/// A policy that is attached, a rule that gets a target, a role that enters an instance profile: the
/// service that is asked may not know the other one yet (terraform-provider-aws waits for each of these).
/// Conditions on tags hold only once the tags have spread (KMS Developer Guide, "ABAC for AWS KMS").
#[tokio::test(start_paused = true)]
async fn a_write_is_repeated_while_aws_spreads_what_the_run_has_made() {
    let cases: [(&str, &[&str], Verb, fn() -> CallError, bool); 8] = [
        ("what b needs is new", &[], Verb::Create, unknown, true),
        (
            "what b needs is there",
            &["a"],
            Verb::Create,
            unknown,
            false,
        ),
        ("b itself is new", &["a"], Verb::Update, unknown, true),
        ("what b needs is new", &[], Verb::Create, denied, true),
        ("what b needs is there", &["a"], Verb::Create, denied, false),
        ("b itself is new", &["a"], Verb::Update, denied, true),
        ("both are new", &[], Verb::Update, denied, true),
        (
            "another error stays",
            &[],
            Verb::Create,
            || refusal("InvalidInput", "no"),
            false,
        ),
    ];
    for (why, exist, verb, error, ends_well) in cases {
        let world = World::default();
        world.fail(verb, "b", 3, Effect::None, error);
        let results = run(&world, exist).execute().await;
        let outcome = if ends_well { "b done" } else { "b failed" };
        let line = outcomes(&results).pop();
        assert_eq!(
            line.as_deref(),
            Some(outcome),
            "{why}: {verb:?} {:?}",
            error()
        );
        assert_eq!(
            world.count("Create b"),
            if verb == Verb::Create && ends_well {
                4
            } else {
                1
            },
            "{why}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_denial_that_lasts_fails_after_half_a_minute() {
    let world = World::default();
    world.fail(Verb::Create, "b", 1000, Effect::None, denied);
    let begun = Instant::now();
    let mut run = run(&world, &[]);
    let results = run.execute().await;
    assert_eq!(outcomes(&results), ["a done", "b failed"]);
    assert!(failure(&results, "b").contains("AccessDenied: no identity-based policy allows it"));
    let took = begun.elapsed().as_secs();
    assert!((30..35).contains(&took), "{took} s");
    let waits =
        "b waits for AWS to allow access to what is new (fake:CreateThing answers AccessDenied)";
    assert!(run.reported().contains(&waits.to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_poll_that_gets_no_answer_is_made_again() {
    let cases: [(&str, fn() -> CallError, bool); 4] = [
        ("the services are asked too often", throttled, true),
        ("no answer came", lost, true),
        ("a read has conditions on tags too", denied, true),
        (
            "another error stays",
            || refusal("InvalidInput", "no"),
            false,
        ),
    ];
    for (why, error, ends_well) in cases {
        let world = World::default();
        world.lag(Duration::from_secs(5));
        world.fail(Verb::Observe, "b", 10, Effect::None, error);
        let results = run(&world, &["a"]).execute().await;
        let outcome = if ends_well { "b done" } else { "b failed" };
        assert_eq!(outcomes(&results), [outcome], "{why}");
    }
}

#[tokio::test(start_paused = true)]
async fn polls_without_an_answer_end_with_the_error_of_aws() {
    let world = World::default();
    world.fail(Verb::Observe, "b", usize::MAX, Effect::None, throttled);
    let results = run(&world, &["a"]).execute().await;
    assert_eq!(outcomes(&results), ["b failed"]);
    assert!(failure(&results, "b").contains("ThrottlingException: Rate exceeded"));
}

/// A name may be taken for some seconds by the resource that was deleted before, which no read shows.
#[tokio::test(start_paused = true)]
async fn what_exists_and_is_not_shown_is_created_once_more_if_its_name_is_its_own() {
    for (arn, expected, creates) in [(Some("arn:a"), "a done", 2), (None, "a failed", 1)] {
        let world = World::default();
        let mut fake = Fake::new(&world, "a");
        fake.identity.arn = arn.map(ToOwned::to_owned);
        world.fail(Verb::Create, "a", 1, Effect::None, || {
            refusal("EntityAlreadyExists", "the name is taken")
        });
        let results = Run::new(&world, vec![fake.node(&[])]).execute().await;
        assert_eq!(outcomes(&results), [expected], "{arn:?}");
        assert_eq!(world.count("Create a"), creates, "{arn:?}");
    }
}

/// A "not found" proves little (KMS Developer Guide, "AWS KMS eventual consistency").
#[tokio::test(start_paused = true)]
async fn what_one_answer_says_is_gone_is_deleted_all_the_same() {
    let world = World::default();
    world.put(&at("a"), drifted());
    let run = Run::new(&world, vec![Fake::new(&world, "a").unwanted().node(&[])]);
    tokio::time::advance(FRESH).await;
    world.put(&at("a"), Observed::Missing);
    let results = run.execute().await;
    assert_eq!(outcomes(&results), ["a done"]);
    assert_eq!(world.writes(), ["Delete a"]);
}

#[tokio::test(start_paused = true)]
async fn a_resource_in_use_is_not_gone_because_of_one_answer() {
    let world = World::default();
    world.put(&at("a"), drifted());
    world.fail(Verb::Delete, "a", 1, Effect::None, || {
        refusal("DeleteConflict", "must detach all policies first.")
    });
    let run = Run::new(&world, vec![Fake::new(&world, "a").unwanted().node(&[])]);
    let late = async {
        tokio::time::sleep(CALL / 2).await;
        world.put(&at("a"), Observed::Missing);
    };
    let (results, ()) = tokio::join!(run.execute(), late);
    assert_eq!(outcomes(&results), ["a done"]);
    assert_eq!(world.writes(), ["Delete a"]);
}
