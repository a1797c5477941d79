//! Waiting until AWS reads back what was written.

use super::*;
use crate::aws::RETRY_LIMIT;
use crate::fakes::CALL;

#[tokio::test(start_paused = true)]
async fn a_node_is_done_when_aws_reads_it_back_and_reports_its_wait_once() {
    let world = World::default();
    world.lag(Duration::from_secs(20));
    world.put(&at("changed"), drifted());
    world.put(&at("gone"), drifted());
    let mut run = Run::new(
        &world,
        vec![
            Fake::new(&world, "new").node(&[]),
            Fake::new(&world, "changed").node(&[]),
            Fake::new(&world, "gone").unwanted().node(&[]),
        ],
    );
    let begun = Instant::now();
    let results = run.execute().await;
    assert_eq!(
        outcomes(&results),
        ["new done", "changed done", "gone done"]
    );
    let took = begun.elapsed();
    assert!(took >= Duration::from_secs(20), "{took:?}");
    assert!(
        took < Duration::from_secs(23),
        "the last pause is short: {took:?}"
    );
    let mut waits: Vec<String> = run.reported();
    waits.retain(|line| line.contains("waits"));
    waits.sort();
    assert_eq!(
        waits,
        [
            "changed waits for AWS to read back size",
            "gone waits for it to disappear",
            "new waits for it to appear"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_resource_that_is_read_back_at_once_is_not_waited_for() {
    let world = World::default();
    let mut run = Run::new(&world, vec![Fake::new(&world, "a").node(&[])]);
    run.execute().await;
    assert_eq!(run.reported(), ["a create", "a done"]);
    assert_eq!(world.count("Observe a"), 1);
}

#[tokio::test(start_paused = true)]
async fn an_obstruction_may_end_by_itself_within_some_seconds() {
    let two = || Observed::Obstructed("two have our tags".to_owned());
    for (why, ends, outcome) in [
        (
            "another run schedules its own key for deletion",
            true,
            "a done",
        ),
        ("the obstruction lasts", false, "a failed"),
    ] {
        let world = World::default();
        let fake = Fake::new(&world, "a");
        let after = Observed::Present(fake.settled(&Known::new()));
        let run = Run::new(&world, vec![fake.node(&[])]);
        let others = async {
            tokio::time::sleep(CALL * 3 / 2).await;
            world.put(&at("a"), two());
            tokio::time::sleep(FIND_LIMIT / 2).await;
            if ends {
                world.put(&at("a"), after);
            }
        };
        let (results, ()) = tokio::join!(run.execute(), others);
        assert_eq!(outcomes(&results), [outcome], "{why}");
    }
}

#[tokio::test(start_paused = true)]
async fn waiting_has_an_end() {
    let creating = Present {
        phase: Phase::Creating,
        ..ours(attributes(&[("size", 1)]))
    };
    let cases = [
        (
            "it never appears",
            Observed::Missing,
            RETRY_LIMIT,
            "it to appear",
        ),
        (
            "something else sets it too",
            drifted(),
            RETRY_LIMIT,
            "AWS to read back size",
        ),
        (
            "AWS is still at work",
            Observed::Present(creating),
            Duration::from_secs(600),
            "AWS to finish creating it, for 10 minutes at most",
        ),
    ];
    for (why, always, limit, awaited) in cases {
        let world = World::default();
        world.put(&at("a"), always);
        world.lag(Duration::from_secs(3600));
        let next = Fake::new(&world, "next").node(&[("a", Milestone::Settled)]);
        let begun = Instant::now();
        let run = Run::new(&world, vec![Fake::new(&world, "a").node(&[]), next]);
        let results = run.execute().await;
        assert_eq!(outcomes(&results), ["a failed", "next skipped"], "{why}");
        let took = begun.elapsed();
        assert!(took >= limit, "{why}: {took:?}");
        assert!(took < limit + Duration::from_secs(5), "{why}: {took:?}");
        assert_eq!(
            failure(&results, "a"),
            format!(
                "fake.a did not settle\n\
                 Caused by:\n  1: {} s passed waiting for {awaited}\n\
                 Hint: Run `provision plan` to see what is different",
                limit.as_secs()
            ),
            "{why}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_resource_is_created_once_its_deleted_predecessor_is_gone() {
    let world = World::default();
    let deleting = Present {
        phase: Phase::Deleting,
        ..ours(attributes(&[("size", 1)]))
    };
    world.put(&at("a"), Observed::Present(deleting));
    let mut run = Run::new(&world, vec![Fake::new(&world, "a").node(&[])]);
    let disappears = async {
        tokio::time::sleep(Duration::from_secs(30)).await;
        world.put(&at("a"), Observed::Missing);
    };
    let (results, ()) = tokio::join!(run.execute(), disappears);
    assert_eq!(outcomes(&results), ["a done"]);
    assert_eq!(world.writes(), ["Create a"]);
    assert_eq!(
        world.count("Create a"),
        1,
        "the name is not tried before it is free"
    );
    assert_eq!(
        run.reported(),
        [
            "a create",
            "a waits for it to disappear and free its name",
            "a done"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_waits_until_iam_has_spread_a_change() {
    let world = World::default();
    world.fail(Verb::Create, "a", 3, Effect::None, || {
        refusal(
            "InvalidArgumentException",
            "Firehose is unable to assume role arn:x",
        )
    });
    let mut run = Run::new(&world, vec![Fake::new(&world, "a").node(&[])]);
    let results = run.execute().await;
    assert_eq!(outcomes(&results), ["a done"]);
    assert_eq!(world.count("Create a"), 4);
    assert_eq!(
        run.reported(),
        [
            "a create",
            "a waits for IAM to spread a change (fake:CreateThing answers \
             InvalidArgumentException)",
            "a done"
        ]
    );
}
