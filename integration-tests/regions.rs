//! Regions that are taken out of the settings, and a main region that changes.

use crate::deployment::Deployment;
use crate::harness::{Account, MAIN, OTHER, inventory};

const THIRD: &str = "ap-northeast-1";
const ALL: [&str; 3] = [MAIN, OTHER, THIRD];

#[tokio::test]
async fn a_region_taken_out_of_the_settings_is_removed() {
    let account = Account::applied(&ALL);
    let regions = ["--region", MAIN, "--region", THIRD];
    let plan = account.plan(&regions);
    let mut changes = plan.changes();
    changes.sort_unstable();
    let expected = [
        ("event_rule.stackstate@us-east-1", "delete"),
        ("event_target.firehose@us-east-1", "delete"),
        ("firehose_stream.eventbridge@us-east-1", "delete"),
        ("iam_role.eventbridge-us-east-1", "delete"),
        ("iam_role.firehose-us-east-1", "delete"),
    ];
    assert_eq!(changes, expected);
    account.apply(&regions).says("Outcome: 5 done.");

    Deployment::of(&account, &[MAIN, THIRD]).check().await;
    let left = inventory::of(&account, &ALL).await;
    assert!(!left.iter().any(|it| it.contains(OTHER)), "{left:?}");
    account.plan(&regions).has_no_changes();
}

#[tokio::test]
async fn destroy_finds_regions_that_the_settings_no_longer_name() {
    let account = Account::applied(&ALL);
    account
        .destroy(&["--region", MAIN])
        .says("Outcome: 18 done.");
    let left = inventory::of(&account, &ALL).await;
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn another_main_region_is_blocked_and_a_destroy_is_not() {
    let account = Account::applied(&[MAIN]);
    let before = inventory::of(&account, &[MAIN, OTHER]).await;
    let moved = ["--region", OTHER];
    let plan = account.plan(&moved);
    let bucket = "s3_bucket.logs@us-east-1";
    assert_eq!(plan.action(bucket), "blocked");
    let reason = plan.reason(bucket);
    let way_out = "name eu-west-1 as the first region, or run `provision destroy`";
    assert!(
        reason.contains("a bucket cannot move") && reason.contains(way_out),
        "{reason}"
    );

    let refused = account.provision(&["apply", "--yes", "--region", OTHER]);
    refused
        .exits(1)
        .writes_nothing()
        .says("nothing was changed")
        .says(way_out);
    assert_eq!(inventory::of(&account, &[MAIN, OTHER]).await, before);

    account.destroy(&moved);
    let left = inventory::of(&account, &[MAIN, OTHER]).await;
    assert!(left.is_empty(), "{left:?}");
}
