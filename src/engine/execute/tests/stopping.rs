//! A person stops the run: no new work begins, and calls under way finish.

use super::*;
use crate::fakes::CALL;

/// Executes, and stops the run after `delay`.
async fn stopped_after(run: &Run, delay: Duration) -> Results {
    let stop = async {
        tokio::time::sleep(delay).await;
        run.stop.send_replace(true);
    };
    let (results, ()) = tokio::join!(run.execute(), stop);
    results
}

const HALF_WAY: &str = "fake.a was stopped half-way\n\
    Hint: Run the same command again: it goes on from there";

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
    assert_eq!(outcomes(&results), ["a skipped"]);
    assert_eq!(reason(&results, "a"), "the run was stopped");
    assert_eq!(world.log(), Vec::<String>::new());
    assert_eq!(run.reported(), ["a skipped"]);
}

#[tokio::test(start_paused = true)]
async fn calls_under_way_finish_and_nothing_follows() {
    let world = World::default();
    let b = Fake::new(&world, "b").node(&[("a", Milestone::Exists)]);
    let run = Run::new(&world, vec![Fake::new(&world, "a").node(&[]), b]);
    let results = stopped_after(&run, CALL / 2).await;
    assert_eq!(outcomes(&results), ["a failed", "b skipped"]);
    assert_eq!(failure(&results, "a"), HALF_WAY);
    assert_eq!(reason(&results, "b"), "the run was stopped");
    assert_eq!(world.log(), ["Create a", "Create a done"]);
}

#[tokio::test(start_paused = true)]
async fn a_resource_that_was_only_read_is_skipped() {
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
    assert_eq!(outcomes(&results), ["a skipped", "b skipped", "c skipped"]);
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
    assert_eq!(failure(&results, "a"), HALF_WAY);
    assert!(begun.elapsed() < Duration::from_secs(10) + CALL * 2);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_waits_for_iam_gives_up_with_its_last_error() {
    let world = World::default();
    world.fail(Verb::Create, "a", 1000, Effect::None, || {
        refusal(
            "InvalidArgumentException",
            "Firehose is unable to assume role arn:x",
        )
    });
    let run = Run::new(&world, vec![Fake::new(&world, "a").node(&[])]);
    let results = stopped_after(&run, Duration::from_secs(10)).await;
    assert!(failure(&results, "a").contains("Firehose is unable to assume role arn:x"));
    assert_eq!(world.writes(), Vec::<String>::new());
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
async fn a_deletion_that_was_sent_is_not_reported_as_skipped() {
    let world = World::default();
    world.lag(Duration::from_secs(60));
    world.put(&at("a"), drifted());
    let run = Run::new(&world, vec![Fake::new(&world, "a").unwanted().node(&[])]);
    let results = stopped_after(&run, Duration::from_secs(10)).await;
    assert_eq!(outcomes(&results), ["a failed"]);
    assert_eq!(failure(&results, "a"), HALF_WAY);
    assert_eq!(world.writes(), ["Delete a"]);
}
