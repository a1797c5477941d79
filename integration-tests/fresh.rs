//! Apply in an empty account creates everything, and a second apply writes nothing.

use std::collections::BTreeSet;

use crate::deployment::Deployment;
use crate::harness::{Account, MAIN, OTHER, Output};

const THIRD: &str = "ap-northeast-1";

#[tokio::test]
async fn apply_creates_everything_in_two_regions() {
    let account = Account::new(&[MAIN, OTHER]);
    let plan = account.plan(&[]);
    let creates = plan.changes();
    assert!(
        creates.iter().all(|(_, action)| *action == "create"),
        "{creates:?}"
    );
    // Role, key and bucket; and in each region two roles, stream, rule and target.
    assert_eq!(creates.len(), 3 + 2 * 5);

    let applied = account.apply(&["--tag", "cost=7"]);
    let role = format!(
        "arn:aws:iam::{}:role/StackStateAwsIntegrationRole",
        account.id
    );
    let applied = applied.has_done(13).says(&role);
    applied.says("the environment variable STS_EXTERNAL_ID");
    let deployment = Deployment {
        tags: &[("team", "observability"), ("cost", "7")],
        ..Deployment::of(&account, &[MAIN, OTHER])
    };
    deployment.check().await;
}

/// The writes are counted in the requests that reach the emulator.
fn applies_once(regions: &[&str]) {
    let account = Account::new(regions);
    let first = account.apply(&[]);
    assert!(!first.writes().is_empty());
    account.plan(&[]).has_no_changes();
    account.apply(&[]).writes_nothing().says("No changes");
    account.plan(&[]).has_no_changes();
}

#[test]
fn a_second_apply_in_one_region_writes_nothing() {
    applies_once(&[MAIN]);
}

#[test]
fn a_second_apply_in_three_regions_writes_nothing() {
    // CreateBucket has another form for a bucket in this main region.
    applies_once(&[OTHER, MAIN, THIRD]);
}

#[test]
fn a_plan_reads_nothing_twice() {
    let account = Account::applied(&[MAIN, OTHER]);
    let plan = account.provision(&["plan"]).exits(0);
    assert!(!plan.calls.is_empty());
    let mut seen = BTreeSet::new();
    for call in &plan.calls {
        assert!(seen.insert(&call.request), "{} twice", call.request);
    }
}

#[test]
fn a_run_with_nothing_to_do_takes_few_calls() {
    let one = calls_with_nothing_to_do(&[MAIN]);
    assert!(one <= 26, "{one}");
    let three = calls_with_nothing_to_do(&[MAIN, OTHER, THIRD]);
    assert!(three <= one + 2 * 12, "{one} and {three}");
}

/// The most calls of an apply: those of a plan, and one in each region for its trails. The apply does
/// not wait for the answers on trails.
fn calls_with_nothing_to_do(regions: &[&str]) -> usize {
    let account = Account::applied(regions);
    // A request that the SDK repeats, because the emulator is busy, counts once.
    let distinct = |output: Output| {
        let requests = output.calls.into_iter().map(|call| call.request);
        requests.collect::<BTreeSet<String>>()
    };
    let plan = distinct(account.provision(&["plan"]).exits(0));
    let apply = distinct(account.apply(&[]));
    assert!(plan.is_subset(&apply), "{plan:?} and {apply:?}");
    assert!(apply.len() <= plan.len() + regions.len(), "{apply:?}");
    plan.len() + regions.len()
}

#[tokio::test]
async fn one_call_at_a_time_is_enough() {
    let account = Account::new(&[OTHER]);
    let one = ["--concurrency", "1"];
    account.apply(&one);
    Deployment::of(&account, &[OTHER]).check().await;
    account.plan(&one).has_no_changes();
    account.destroy(&one);
}

/// S3 answers for bucket configurations are eventually consistent (S3 User Guide, "Amazon S3 data
/// consistency model"): HEAD may still find a bucket of which another read says that it does not exist.
#[test]
fn a_bucket_that_is_gone_is_not_taken_for_one_without_tags() {
    let account = Account::new(&[MAIN]);
    account.stand_in(|call| {
        let is_head = call.line.starts_with("HEAD ");
        is_head.then(|| ("200 OK".to_owned(), String::new()))
    });
    let plan = account.plan(&[]);
    assert_eq!(plan.action("s3_bucket.logs@eu-west-1"), "create");
}
