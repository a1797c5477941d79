//! A bucket name that another account has, in the main region or in another one: nothing is sent there,
//! and what leads there can be removed.
//!
//! The emulator lets everybody read a bucket, so a proxy answers as S3 does: to whoever is not the owner
//! with 403 (API Reference, "HeadBucket" and "Verifying bucket ownership with bucket owner condition"), and
//! outside the bucket's region with 301 and the region in a header, whoever asks (aws-sdk-java-v2, issue
//! 5634).

use std::collections::BTreeSet;

use crate::deployment::Deployment;
use crate::harness::{Account, MAIN, OTHER, inventory};

const BUCKET: &str = "s3_bucket.logs@eu-west-1";
const STREAM: &str = "firehose_stream.eventbridge@eu-west-1";

/// From now on another account has the bucket, in `region`. Our own one was deleted before.
pub async fn squat(account: &Account, region: &'static str) {
    let bucket = Deployment::of(account, &[MAIN]).bucket();
    let delete = account.s3(MAIN).delete_bucket().bucket(&bucket);
    delete.send().await.unwrap();
    account.stand_in(move |call| {
        let path = call.line.split(' ').nth(1).unwrap_or_default();
        let is_about = path.trim_start_matches('/').starts_with(&bucket);
        (call.service == "s3" && is_about).then(|| {
            let (status, code) = match call.region == region {
                true => ("403 Forbidden", "AccessDenied"),
                false => ("301 Moved Permanently", "PermanentRedirect"),
            };
            let status = format!("{status}\r\nx-amz-bucket-region: {region}");
            let body = match call.line.starts_with("HEAD") {
                true => String::new(),
                false => format!("<Error><Code>{code}</Code><Message>no</Message></Error>"),
            };
            (status, body)
        })
    });
}

#[tokio::test]
async fn what_leads_to_a_bucket_of_another_account_is_shown_and_removed() {
    for region in [MAIN, OTHER] {
        let account = Account::applied(&[MAIN]);
        squat(&account, region).await;

        let plan = account.plan(&[]);
        assert_eq!(plan.changes(), [(BUCKET, "blocked")], "{region}");
        let reason = plan.reason(BUCKET);
        assert!(reason.contains("belongs to another account"), "{reason}");
        assert!(reason.contains("choose another `postfix`"), "{reason}");
        account
            .provision(&["plan", "--adopt"])
            .says("! s3_bucket.logs@eu-west-1")
            .says("it leads to s3_bucket.logs@eu-west-1, which belongs to another account");
        let refused = account.provision(&["apply", "--yes", "--adopt"]);
        refused.exits(1).writes_nothing();

        account
            .destroy(&["--empty-bucket"])
            .says("it is not managed by provision and stays: the bucket name")
            .says(STREAM)
            .says("it leads to s3_bucket.logs@eu-west-1, which belongs to another account")
            .has_done(7);
        let left = inventory::of(&account, &[MAIN, OTHER]).await;
        assert_eq!(left, BTreeSet::new(), "{region}");
    }
}

#[tokio::test]
async fn without_the_list_of_buckets_nothing_is_taken_for_another_accounts() {
    for region in [MAIN, OTHER] {
        let account = Account::applied(&[MAIN]);
        squat(&account, region).await;
        let denied = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>";
        account.stand_in(move |call| {
            let lists = call.service == "s3" && call.line.starts_with("GET /?");
            lists.then(|| ("403 Forbidden".to_owned(), denied.to_owned()))
        });
        let plan = account.plan(&[]);
        let reason = plan.reason(BUCKET);
        assert!(reason.contains("s3:ListAllMyBuckets"), "{reason}");
        // The key stays for as long as its data may exist.
        let destroyed = account.provision(&["destroy", "--yes"]).exits(1);
        assert!(
            !destroyed.writes().contains(&"ScheduleKeyDeletion"),
            "{destroyed}"
        );
    }
}

#[test]
fn a_bucket_of_this_account_that_may_not_be_read_is_not_taken_for_another_accounts() {
    let account = Account::applied(&[MAIN]);
    let head = format!("HEAD /{}/", Deployment::of(&account, &[MAIN]).bucket());
    account.answer_with(&head, |_| ("403 Forbidden".to_owned(), String::new()));
    let reason = account.plan(&[]).reason(BUCKET).to_owned();
    assert!(reason.contains("allow s3:ListBucket"), "{reason}");
    assert!(!reason.contains("another account"), "{reason}");
}
