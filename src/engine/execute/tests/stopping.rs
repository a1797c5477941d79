//! A person stops the run: no new work begins, and calls under way finish.

use super::*;
use crate::fakes::{CALL, CallError};

/// Executes, and stops the run after `delay`.
async fn stopped_after(run: &Run, delay: Duration) -> Results {
    let stop = async {
        tokio::time::sleep(delay).await;
        run.stop.send_replace(true);
    };
    let (results, ()) = tokio::join!(run.execute(), stop);
    results
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_stopped_before_it_begins_makes_no_call() {
    let world = World::default();
    world.put(
        &at("kept"),
        Observed::Present(ours(attributes(&[("size", 1)]))),
    );
    let nodes: Vec<Node> = ["a", "kept"]
        .map(|name| Fake::new(&world, name).node(&[]))
        .into();
    let mut run = Run::new(&world, nodes);
    run.stop.send_replace(true);
    let results = run.execute().await;
    assert_eq!(outcomes(&results), ["a not_begun"]);
    assert_eq!(world.log(), Vec::<String>::new());
    assert_eq!(run.reported(), ["a not_begun"]);
}

#[tokio::test(start_paused = true)]
async fn calls_under_way_finish_and_nothing_follows() {
    let world = World::default();
    let b = Fake::new(&world, "b").node(&[("a", Milestone::Exists)]);
    let run = Run::new(&world, vec![Fake::new(&world, "a").node(&[]), b]);
    let results = stopped_after(&run, CALL / 2).await;
    assert_eq!(outcomes(&results), ["a half_done", "b not_begun"]);
    assert_eq!(world.log(), ["Create a", "Create a done"]);
}

#[tokio::test(start_paused = true)]
async fn work_that_has_only_read_was_not_begun() {
    let world = World::default();
    world.put(&at("b"), drifted());
    world.put(&at("c"), drifted());
    let nodes = vec![
        Fake::new(&world, "a").node(&[]),
        Fake::new(&world, "b").node(&[]),
        Fake::new(&world, "c").unwanted().node(&[]),
    ];
    let run = Run::new(&world, nodes);
    tokio::time::advance(FRESH).await;
    let results = stopped_after(&run, CALL / 2).await;
    let expected = ["a not_begun", "b not_begun", "c not_begun"];
    assert_eq!(outcomes(&results), expected);
    assert_eq!(
        world.count("Observe c done"),
        1,
        "the read that was sent is answered"
    );
    assert_eq!(world.writes(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn waiting_ends_at_once() {
    let world = World::default();
    world.lag(Duration::from_secs(60));
    let run = Run::new(&world, vec![Fake::new(&world, "a").node(&[])]);
    let begun = Instant::now();
    let results = stopped_after(&run, Duration::from_secs(10)).await;
    assert_eq!(outcomes(&results), ["a half_done"]);
    assert!(begun.elapsed() < Duration::from_secs(10) + CALL * 2);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_repeated_ends_without_advice_on_its_last_error() {
    let cases: [(fn() -> CallError, &str); 3] = [
        (
            || refusal("ThrottlingException", "Rate exceeded"),
            "the call itself",
        ),
        (
            || {
                let message = "Firehose is unable to assume role arn:x";
                refusal("InvalidArgumentException", message)
            },
            "the call itself, for IAM",
        ),
        (
            || refusal("NotFoundException", "no key"),
            "the executor, for what is new",
        ),
    ];
    for (error, why) in cases {
        let world = World::default();
        world.fail(Verb::Create, "b", 1000, Effect::None, error);
        let b = Fake::new(&world, "b").node(&[("a", Milestone::Exists)]);
        let run = Run::new(&world, vec![Fake::new(&world, "a").node(&[]), b]);
        let results = stopped_after(&run, Duration::from_secs(10)).await;
        let expected = ["a done", "b not_begun"];
        assert_eq!(outcomes(&results), expected, "{why} repeats it");
        assert!(!world.writes().contains(&"Create b".to_owned()), "{why}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_needs_a_resource_that_was_stopped_was_not_begun_either() {
    let world = World::default();
    world.lag(Duration::from_secs(60));
    let b = Fake::new(&world, "b").node(&[("a", Milestone::Settled)]);
    let run = Run::new(&world, vec![Fake::new(&world, "a").node(&[]), b]);
    let results = stopped_after(&run, Duration::from_secs(5)).await;
    assert_eq!(outcomes(&results), ["a half_done", "b not_begun"]);
}

#[tokio::test(start_paused = true)]
async fn a_create_whose_answer_was_lost_stays_unknown() {
    let world = World::default();
    world.lag(Duration::from_secs(60));
    world.fail(Verb::Create, "a", 1, Effect::Done, lost);
    let run = Run::new(&world, vec![Fake::new(&world, "a").node(&[])]);
    let results = stopped_after(&run, Duration::from_secs(5)).await;
    assert_eq!(outcomes(&results), ["a unknown"]);
}

#[tokio::test(start_paused = true)]
async fn a_deletion_that_was_sent_is_half_done() {
    let world = World::default();
    world.lag(Duration::from_secs(60));
    world.put(&at("a"), drifted());
    let run = Run::new(&world, vec![Fake::new(&world, "a").unwanted().node(&[])]);
    let results = stopped_after(&run, Duration::from_secs(10)).await;
    assert_eq!(outcomes(&results), ["a half_done"]);
    assert_eq!(world.writes(), ["Delete a"]);
}
