//! The trails that `preflight` finds in moto's CloudTrail.
//!
//! moto never reports that a trail has event selectors, so selectors are tested with the tests' own
//! answers.

use crate::harness::{Account, MAIN, OTHER};

#[tokio::test]
async fn a_trail_counts_in_the_regions_that_it_covers_and_while_it_logs() {
    let account = Account::in_moto(&[MAIN, OTHER]).await;
    let preflight = |expected: &str| {
        let report = account.provision(&["preflight"]).exits(0);
        report.writes_nothing().says(expected);
    };
    let none = "no CloudTrail trail logs management events in eu-west-1, us-east-1:";
    preflight(none);

    let bucket = format!("trails-of-{}", account.id);
    let s3 = account.s3(OTHER).create_bucket().bucket(&bucket);
    s3.send().await.unwrap();
    let cloudtrail = account.cloudtrail(OTHER);
    let create = cloudtrail.create_trail().name("all");
    create.s3_bucket_name(&bucket).send().await.unwrap();
    preflight(none);

    cloudtrail.start_logging().name("all").send().await.unwrap();
    preflight("no CloudTrail trail logs management events in eu-west-1:");

    let update = cloudtrail.update_trail().name("all");
    update.is_multi_region_trail(true).send().await.unwrap();
    preflight("a trail logs management events in eu-west-1, us-east-1");

    cloudtrail.stop_logging().name("all").send().await.unwrap();
    preflight(none);
}
