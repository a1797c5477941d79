//! Changes by hand to the key: the next plan shows each, and the next apply corrects it.

use aws_sdk_kms::types::Tag;
use serde_json::{Value as Json, json};

use crate::deployment::Deployment;
use crate::harness::{Account, MAIN};

const ADDRESS: &str = "kms_key.integration@eu-west-1";
const ALIAS: &str = "alias/stackstate-integration";

#[tokio::test]
async fn every_change_to_the_key_is_shown_and_corrected() {
    let account = Account::applied(&[MAIN]);
    let kms = account.kms(MAIN);
    let key = kms.describe_key().key_id(ALIAS).send().await.unwrap();
    let id = key.key_metadata.unwrap().key_id;
    let mends =
        |reason: &str, attribute: &str| account.mends(reason, ADDRESS, "update", &[attribute]);

    kms.disable_key_rotation().key_id(&id).send().await.unwrap();
    mends("rotation was turned off", "rotation");

    let policy = kms.get_key_policy().key_id(&id).policy_name("default");
    let policy = policy.send().await.unwrap().policy.unwrap();
    let mut policy: Json = serde_json::from_str(&policy).unwrap();
    let statements = policy["Statement"].as_array_mut().unwrap();
    statements.push(
        json!({"Sid": "Added", "Effect": "Allow", "Action": "kms:Decrypt",
        "Principal": {"AWS": "arn:aws:iam::210987654321:root"}, "Resource": "*"}),
    );
    let put = kms.put_key_policy().key_id(&id).policy_name("default");
    put.policy(policy.to_string()).send().await.unwrap();
    account.provision(&["plan"]).says("- statement \"Added\"");
    mends("another account may decrypt", "key_policy");

    kms.delete_alias().alias_name(ALIAS).send().await.unwrap();
    mends("the alias was deleted", "alias");

    kms.disable_key().key_id(&id).send().await.unwrap();
    account.mends_with(
        &["--remove-restrictions"],
        "the key was disabled",
        ADDRESS,
        "update",
        &["state"],
    );

    let update = kms
        .update_key_description()
        .key_id(&id)
        .description("other");
    update.send().await.unwrap();
    mends("the description was changed", "description");

    let tag = Tag::builder()
        .tag_key("team")
        .tag_value("other")
        .build()
        .unwrap();
    kms.tag_resource()
        .key_id(&id)
        .tags(tag)
        .send()
        .await
        .unwrap();
    mends("a tag was changed", "tags[team]");

    kms.untag_resource()
        .key_id(&id)
        .tag_keys("team")
        .send()
        .await
        .unwrap();
    mends("a tag was removed", "tags[team]");

    let same = kms.describe_key().key_id(ALIAS).send().await.unwrap();
    assert_eq!(
        same.key_metadata.unwrap().key_id,
        id,
        "the key was replaced"
    );
    account.plan(&[]).has_no_changes();
    Deployment::of(&account, &[MAIN]).check().await;
}

#[tokio::test]
async fn a_key_that_was_scheduled_for_deletion_by_hand_is_restored_once_a_person_agrees() {
    let account = Account::applied(&[MAIN]);
    let kms = account.kms(MAIN);
    let key = kms.describe_key().key_id(ALIAS).send().await.unwrap();
    let id = key.key_metadata.unwrap().key_id;
    kms.disable_key().key_id(&id).send().await.unwrap();
    let schedule = kms.schedule_key_deletion().key_id(&id);
    schedule.pending_window_in_days(7).send().await.unwrap();
    // Restoring the key enables it, so the schedule must not hide that somebody disabled it.
    let plan = account.plan(&[]);
    assert_eq!(plan.changes(), [(ADDRESS, "blocked")]);
    let reason = plan.reason(ADDRESS);
    assert!(
        reason.contains("scheduled for deletion, with its alias in place"),
        "{reason}"
    );
    account
        .provision(&["apply", "--yes"])
        .exits(1)
        .writes_nothing();
    account.apply(&["--remove-restrictions"]);
    Deployment::of(&account, &[MAIN]).check().await;
}
