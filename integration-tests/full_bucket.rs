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

#[tokio::test]
async fn a_bucket_with_objects_is_kept_without_empty_bucket() {
    let account = Account::applied(&[MAIN]);
    let bucket = format!("stackstate-logs-{}", account.id);
    fill(&account, &bucket).await;

    let refused = account.provision(&["destroy", "--yes"]).exits(1);
    let refused = refused.says("5000 object versions").says("--empty-bucket");
    let key = "kms_key.integration@eu-west-1: skipped: s3_bucket.logs@eu-west-1 was not done";
    let refused = refused.says(key);
    assert!(
        !refused.writes().contains(&"ScheduleKeyDeletion"),
        "{refused}"
    );
    assert!(!refused.writes().contains(&"DeleteAlias"), "{refused}");
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
    emptied.says("s3_bucket.logs@eu-west-1: object versions deleted: 5000");
    assert_eq!(inventory::of(&account, &[MAIN]).await, BTreeSet::new());
}
