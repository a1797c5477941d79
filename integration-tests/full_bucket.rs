//! Destroy with objects in the log bucket.

use std::collections::BTreeSet;

use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use futures_util::stream::{self, StreamExt};

use crate::harness::{Account, MAIN, inventory};

/// Five pages of a thousand versions and delete markers in all.
const OBJECTS: usize = 2_600;
const MARKERS: usize = 2_400;

/// Puts objects into the bucket and deletes most of them, as the agent does.
pub async fn fill(account: &Account, bucket: &str) {
    let s3 = account.s3(MAIN);
    let key = |index| format!("AWSLogs/{}/EventBridge/{MAIN}/{index:04}", account.id);
    let puts = (0..OBJECTS).map(|index| s3.put_object().bucket(bucket).key(key(index)).send());
    let mut puts = stream::iter(puts).buffer_unordered(16);
    while let Some(put) = puts.next().await {
        put.unwrap();
    }
    let keys: Vec<String> = (0..MARKERS).map(key).collect();
    for keys in keys.chunks(1_000) {
        let objects = keys
            .iter()
            .map(|key| ObjectIdentifier::builder().key(key).build().unwrap());
        let delete = Delete::builder().set_objects(Some(objects.collect()));
        let delete = delete.quiet(true).build().unwrap();
        s3.delete_objects()
            .bucket(bucket)
            .delete(delete)
            .send()
            .await
            .unwrap();
    }
}

/// Of a bucket that the caller may not list, S3 itself tells at the deletion whether it is empty.
#[tokio::test]
async fn a_bucket_that_may_not_be_listed_is_deleted_if_it_is_empty() {
    let account = Account::applied(&[MAIN]);
    account.stand_in(|call| {
        let denied = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>";
        let is_asked = call.operation.contains("?versions");
        is_asked.then(|| ("403 Forbidden".to_owned(), denied.to_owned()))
    });
    account.destroy(&[]);
    assert_eq!(inventory::of(&account, &[MAIN]).await, BTreeSet::new());
}

#[tokio::test]
async fn a_bucket_with_objects_is_kept_without_empty_bucket() {
    let account = Account::applied(&[MAIN]);
    let bucket = format!("stackstate-logs-{}", account.id);
    fill(&account, &bucket).await;

    let refused = account.provision(&["destroy", "--yes"]).exits(1);
    assert!(
        !refused.stderr.contains("it holds"),
        "the plan has said so: {refused}"
    );
    refused
        .writes_nothing()
        .says("the plan is blocked, and nothing was changed")
        .says("it holds more than 1000 object versions and delete markers")
        .says("--empty-bucket");
    let planned = account.provision(&["plan", "--destroy", "--out", "plan.json"]);
    planned.exits(1).says("plan.json is not written");
    assert!(!account.path("plan.json").exists());
    let listed = account
        .s3(MAIN)
        .list_objects_v2()
        .bucket(&bucket)
        .max_keys(1)
        .send();
    assert_eq!(
        listed.await.unwrap().key_count(),
        Some(1),
        "an object was deleted"
    );

    let emptied = account.destroy(&["--empty-bucket"]);
    emptied
        .says("is deleted with it, for good: more than 1000 object versions and delete markers.")
        .says("object versions deleted: 5000");
    assert_eq!(inventory::of(&account, &[MAIN]).await, BTreeSet::new());
}
