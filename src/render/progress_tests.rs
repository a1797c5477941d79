//! What a person sees of a run, as a function of its state, the time and the width of the terminal.

use std::time::Duration;

use anstream::adapter::strip_str;
use tokio::time::Instant;

use crate::aws::{Operation, UnderWay};
use crate::engine::action::Action;
use crate::engine::address::Address;
use crate::engine::decision::Decision;
use crate::engine::events::{Event, Outcome};
use crate::engine::plan::{Plan, Step};
use crate::failure::Failure;
use crate::names::Region;
use crate::render::ending;
use crate::render::progress::Progress;

fn main_region() -> Region {
    "eu-west-1".parse().unwrap()
}

fn role() -> Address {
    Address::global("iam_role", "integration")
}

fn regional(kind: &'static str, name: &str) -> Address {
    Address::regional(kind, name, &main_region())
}

fn bucket() -> Address {
    regional("s3_bucket", "logs")
}

fn stream() -> Address {
    regional("firehose_stream", "eventbridge")
}

fn key() -> Address {
    regional("kms_key", "integration")
}

fn step(address: Address, action: Action) -> Step {
    Step {
        name: address.name.clone(),
        arn: None,
        region: address.region.clone(),
        summary: None,
        decision: Decision {
            action,
            reason: None,
            changes: Vec::new(),
        },
        note: None,
        keeps: Vec::new(),
        needs: Vec::new(),
        address,
    }
}

/// A run of these steps, and the time of its beginning.
fn begun_with(steps: Vec<Step>) -> (Progress, Instant) {
    let now = Instant::now();
    let plan = Plan {
        steps,
        ..Plan::default()
    };
    (Progress::new(&plan, now), now)
}

fn creating(addresses: impl IntoIterator<Item = Address>) -> Vec<Step> {
    let addresses = addresses.into_iter();
    addresses.map(|it| step(it, Action::Create)).collect()
}

/// A run that creates four resources and keeps one, and the time of its beginning.
fn begun() -> (Progress, Instant) {
    let mut steps = creating([role(), key(), bucket(), stream()]);
    steps.push(step(regional("event_rule", "stackstate"), Action::Keep));
    begun_with(steps)
}

fn after(began: Instant, millis: u64) -> Instant {
    began + Duration::from_millis(millis)
}

fn starts(progress: &mut Progress, address: Address, at: Instant) {
    progress.note(&Event::Started(address, Action::Create), at);
}

fn ends(progress: &mut Progress, address: &Address, outcome: Outcome, at: Instant) -> String {
    let event = Event::Finished(address.clone(), outcome.clone());
    let work = progress.note(&event, at);
    let line = progress.ends(address, &outcome, work.as_ref(), at, 80);
    plain(&line.unwrap_or_default())
}

fn plain(text: &str) -> String {
    strip_str(text).to_string()
}

/// A run of 12 seconds: the role is created, the key waits for an answer, the bucket for another one,
/// the stream for AWS.
fn in_the_middle() -> (Progress, Instant, Vec<UnderWay>) {
    let (mut progress, began) = begun();
    starts(&mut progress, role(), began);
    starts(&mut progress, key(), began);
    ends(
        &mut progress,
        &role(),
        Outcome::Done(Action::Create),
        after(began, 400),
    );
    starts(&mut progress, bucket(), after(began, 2_000));
    starts(&mut progress, stream(), after(began, 9_000));
    let it_is_ready = "the stream to be ACTIVE, which AWS says takes up to half an hour";
    progress.note(
        &Event::Waiting(stream(), it_is_ready.to_owned()),
        after(began, 9_100),
    );
    let call = |service, name, resource: Address, since, waits_for, unanswered| UnderWay {
        operation: Operation {
            service,
            name,
            region: Some(main_region()),
        },
        resource: Some(resource.to_string()),
        since: after(began, since),
        unanswered,
        waits_for,
    };
    let limit = Some("the rate limit to allow the call");
    let calls = vec![
        call("kms", "CreateKey", key(), 0, None, 0),
        call("s3", "CreateBucket", bucket(), 2_000, limit, 0),
        call("iam", "GetRole", role(), 11_000, None, 0),
    ];
    (progress, after(began, 12_000), calls)
}

#[test]
fn the_view_fits_any_width() {
    let (progress, now, calls) = in_the_middle();
    let view = |columns| {
        let lines = progress.view(now, &calls, columns, 40);
        let lines: Vec<String> = lines.iter().map(|line| plain(line)).collect();
        let longest = lines.iter().map(|line| line.chars().count()).max();
        assert!(longest <= Some(columns), "{longest:?} of {columns}");
        lines.join("\n")
    };
    assert_eq!(
        view(60),
        "\
+ kms_key.integration@eu-west-1          creating      12 s
    waiting for an answer to kms:CreateKey
+ s3_bucket.logs@eu-west-1               creating      10 s
    waiting for the rate limit to allow the call
    (s3:CreateBucket)
+ firehose_stream.eventbridge@eu-west-1  creating     3.0 s
    waiting for the stream to be ACTIVE, which AWS says
    takes up to half an hour
[=====               ] 1 of 4, 12 s"
    );
    assert_eq!(
        view(80),
        "\
+ kms_key.integration@eu-west-1          creating      12 s
    waiting for an answer to kms:CreateKey
+ s3_bucket.logs@eu-west-1               creating      10 s
    waiting for the rate limit to allow the call (s3:CreateBucket)
+ firehose_stream.eventbridge@eu-west-1  creating     3.0 s
    waiting for the stream to be ACTIVE, which AWS says takes up to half an hour
[=====               ] 1 of 4, 12 s"
    );
    assert_eq!(
        view(200),
        "\
+ kms_key.integration@eu-west-1          creating      12 s  waiting for an answer to kms:CreateKey
+ s3_bucket.logs@eu-west-1               creating      10 s  waiting for the rate limit to allow the call (s3:CreateBucket)
+ firehose_stream.eventbridge@eu-west-1  creating     3.0 s  waiting for the stream to be ACTIVE, which AWS says takes up to half an hour
[=====               ] 1 of 4, 12 s"
    );
}

#[test]
fn the_view_fits_any_height() {
    let (progress, now, calls) = in_the_middle();
    for rows in 1..10 {
        let lines = progress.view(now, &calls, 60, rows);
        assert!(
            lines.len() <= rows.max(2),
            "{} of {rows}: {lines:?}",
            lines.len()
        );
        assert!(lines.last().unwrap().starts_with('['), "{lines:?}");
    }
    let lines = progress.view(now, &calls, 60, 4);
    assert_eq!(lines[2], "  and 6 lines more");
}

#[test]
fn each_resource_has_one_aligned_line_at_its_end() {
    let (mut progress, began) = begun();
    for address in [role(), key(), stream()] {
        starts(&mut progress, address, began);
    }
    let done = Outcome::Done(Action::Create);
    let failed = Outcome::Failed(Failure::new(
        "kms:CreateKey failed on kms_key.integration@eu-west-1",
    ));
    let lines = [
        ends(&mut progress, &role(), done, after(began, 80)),
        ends(&mut progress, &key(), failed, after(began, 1_234)),
        ends(
            &mut progress,
            &bucket(),
            Outcome::Skipped(key()),
            after(began, 1_234),
        ),
        ends(
            &mut progress,
            &stream(),
            Outcome::Done(Action::Update),
            after(began, 125_000),
        ),
    ];
    assert_eq!(
        lines.join("\n"),
        "\
+ iam_role.integration                   created      80 ms
! kms_key.integration@eu-west-1          failed       1.2 s
! s3_bucket.logs@eu-west-1               skipped, because kms_key.integration@eu-west-1 failed
~ firehose_stream.eventbridge@eu-west-1  updated    2 min 5 s"
    );
    let begins = progress.begins(&role(), Action::Create);
    assert_eq!(begins, "  iam_role.integration                   creating");
}

/// The narrowest terminal for which lines are made, less the column that the cursor needs.
const NARROWEST: usize = 59;

#[test]
fn states_and_times_stand_in_columns_where_regions_have_long_names() {
    let far: Region = "ap-southeast-2".parse().unwrap();
    let stream = Address::regional("firehose_stream", "eventbridge", &far);
    let (mut progress, began) = begun_with(creating([role(), stream.clone()]));
    for address in [role(), stream.clone()] {
        starts(&mut progress, address, began);
    }
    let now = after(began, 7_300);
    let view = progress.view(now, &[], NARROWEST, 40);
    let view: Vec<String> = view.iter().map(|line| plain(line)).collect();
    let expected = "\
+ firehose_stream.eventbridge@ap-southeast-2 creating 7.3 s
+ iam_role.integration                       creating 7.3 s
[                    ] 0 of 2, 7.3 s";
    assert_eq!(view.join("\n"), expected);
    let mut ended = String::new();
    for address in [role(), stream] {
        let outcome = Outcome::Done(Action::Create);
        let work = progress.note(&Event::Finished(address.clone(), outcome.clone()), now);
        let line = progress.ends(&address, &outcome, work.as_ref(), now, NARROWEST);
        ended += &(plain(&line.unwrap()) + "\n");
    }
    let expected = "\
+ iam_role.integration                       created  7.3 s
+ firehose_stream.eventbridge@ap-southeast-2 created  7.3 s
";
    assert_eq!(ended, expected);
}

#[test]
fn an_address_that_is_too_long_loses_its_end_while_it_is_under_way_and_not_its_state() {
    let policy = Address::global("iam_policy", "p".repeat(60));
    let (mut progress, began) = begun_with(creating([policy.clone()]));
    starts(&mut progress, policy.clone(), began);
    let now = after(began, 7_300);
    let view = plain(&progress.view(now, &[], NARROWEST, 40)[0]);
    let cut = format!("+ iam_policy.{}... creating 7.3 s", "p".repeat(28));
    assert_eq!(view, cut);
    let outcome = Outcome::Done(Action::Create);
    let line = progress.ends(&policy, &outcome, None, now, NARROWEST);
    let whole = plain(&line.unwrap());
    assert!(whole.contains(&policy.to_string()), "{whole}");
}

#[test]
fn the_end_says_what_was_done() {
    type Outcomes = fn() -> [Option<Outcome>; 4];
    let cases: [(Outcomes, &str, &str); 5] = [
        (
            || [Action::Create; 4].map(|it| Some(Outcome::Done(it))),
            "Done in 3.1 s: 4 created, 1 unchanged.\n",
            "all is well",
        ),
        (
            || {
                let failure = || Failure::new("it is blocked").because("it has no tags");
                [
                    Some(Outcome::Failed(failure())),
                    Some(Outcome::Unknown(Failure::new(
                        "kms:CreateKey failed on kms_key.integration@eu-west-1",
                    ))),
                    Some(Outcome::Skipped(key())),
                    Some(Outcome::Done(Action::Adopt)),
                ]
            },
            "iam_role.integration: it is blocked\nCaused by:\n  1: it has no tags\n\n\
             kms:CreateKey failed on kms_key.integration@eu-west-1\n\n\
             Failed after 3.1 s: 1 adopted, 1 failed, 1 unknown, 1 skipped, 1 unchanged.\n",
            "the resource of a failure is named once",
        ),
        (
            || {
                [
                    Some(Outcome::Done(Action::Create)),
                    Some(Outcome::HalfDone),
                    Some(Outcome::NotBegun),
                    Some(Outcome::NotBegun),
                ]
            },
            "Interrupted after 3.1 s: 1 created, 1 half done (kms_key.integration@eu-west-1), \
             2 not begun, 1 unchanged. Run the same command again: it goes on from there.\n",
            "after the first signal",
        ),
        (
            || [Some(Outcome::Done(Action::Create)), None, None, None],
            "Interrupted after 3.1 s: 1 created, 1 in flight (kms_key.integration@eu-west-1), \
             2 not begun, 1 unchanged. Run the same command again: it goes on from there.\n",
            "at the second signal",
        ),
        (
            || {
                [
                    Some(Outcome::Done(Action::Create)),
                    Some(Outcome::Done(Action::Update)),
                    Some(Outcome::Done(Action::Delete)),
                    Some(Outcome::Done(Action::Delete)),
                ]
            },
            "Done in 3.1 s: 1 created, 1 updated, 2 deleted, 1 unchanged.\n",
            "by action",
        ),
    ];
    for (outcomes, expected, why) in cases {
        let (mut progress, began) = begun();
        let now = after(began, 3_100);
        let addresses = [role(), key(), bucket(), stream()];
        for (address, outcome) in addresses.iter().zip(outcomes()) {
            match outcome {
                Some(Outcome::NotBegun | Outcome::Skipped(_)) | None if *address != key() => {}
                _ => starts(&mut progress, address.clone(), began),
            }
            if let Some(outcome) = outcome {
                ends(&mut progress, address, outcome, now);
            }
        }
        assert_eq!(plain(&ending::ending(&progress, now)), expected, "{why}");
    }
}

#[test]
fn a_resource_that_aws_still_creates_for_an_earlier_run_is_counted_once() {
    let (mut progress, began) = begun();
    let rule = regional("event_rule", "stackstate");
    progress.note(&Event::Started(rule.clone(), Action::Keep), began);
    assert_eq!(
        progress.bar(began, 80),
        "[                    ] 0 of 5, 0 ms"
    );
    ends(&mut progress, &rule, Outcome::Done(Action::Keep), began);
    for address in [role(), key(), bucket(), stream()] {
        starts(&mut progress, address.clone(), began);
        ends(
            &mut progress,
            &address,
            Outcome::Done(Action::Create),
            began,
        );
    }
    let summary = ending::summary(&progress, after(began, 12_000));
    assert_eq!(summary, "Done in 12 s: 4 created, 1 unchanged.\n");
}

#[test]
fn how_far_a_long_action_came_is_said_at_the_end() {
    let (mut progress, began) = begun();
    starts(&mut progress, bucket(), began);
    for count in [1000, 2000] {
        let message = format!("object versions deleted: {count}");
        progress.note(&Event::Progress(bucket(), message), began);
    }
    let line = ends(
        &mut progress,
        &bucket(),
        Outcome::Done(Action::Delete),
        after(began, 2_000),
    );
    assert_eq!(
        line,
        "- s3_bucket.logs@eu-west-1               deleted      2.0 s"
    );
    let ending = ending::ending(&progress, after(began, 2_000));
    let first = "s3_bucket.logs@eu-west-1: object versions deleted: 2000\nInterrupted after ";
    assert!(ending.starts_with(first), "{ending}");
}

#[test]
fn an_interrupted_run_says_what_is_in_flight() {
    let (mut progress, now, calls) = in_the_middle();
    assert!(progress.stops());
    assert!(!progress.stops(), "it is said once");
    let lines = progress.view(now, &calls, 80, 40);
    let bar = "[=====               ] 1 of 4, interrupted: 3 in flight, 0 not begun";
    assert_eq!(lines.last().unwrap(), bar);
    let lines = progress.view(now, &calls, NARROWEST, 40);
    let bar = "[==         ] 1 of 4, interrupted: 3 in flight, 0 not begun";
    assert_eq!(lines.last().unwrap(), bar, "its words are whole");
}
