//! Destroy removes everything in order, can be repeated, and can be followed by an apply.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use aws_sdk_kms::primitives::DateTimeFormat;
use aws_sdk_kms::types::KeyState;
use serde_json::json;

use crate::deployment::Deployment;
use crate::harness::{Account, MAIN, OTHER, inventory};

#[tokio::test]
async fn destroy_leaves_nothing_and_a_second_one_writes_nothing() {
    let regions = [MAIN, OTHER];
    let account = Account::applied(&regions);
    assert!(!inventory::of(&account, &regions).await.is_empty());
    account.destroy(&[]).has_done(13);
    assert_eq!(inventory::of(&account, &regions).await, BTreeSet::new());
    // The key is still there, scheduled for deletion.
    let kms = account.kms(MAIN);
    let keys = kms.list_keys().send().await.unwrap();
    let id = keys.keys()[0].key_id().unwrap();
    let key = kms.describe_key().key_id(id).send().await.unwrap();
    let date = key.key_metadata.unwrap().deletion_date.unwrap();
    let date = date.fmt(DateTimeFormat::DateTime).unwrap();
    let again = account.destroy(&[]).writes_nothing();
    again
        .says("it is scheduled for deletion already")
        .says(&format!("AWS deletes it on {}", &date[..10]))
        .says("Nothing is left to delete: AWS deletes 1 resource by itself.");
}

#[test]
fn a_resource_is_deleted_before_those_that_it_needs() {
    let account = Account::applied(&[MAIN]);
    let destroyed = account.destroy(&["--key-deletion-days", "7"]);
    let writes = destroyed.writes();
    let bucket = format!("DELETE /stackstate-logs-{}/", account.id);
    let place = |operation: &str| {
        let place = writes.iter().position(|write| *write == operation);
        place.unwrap_or_else(|| panic!("{operation} is missing in {writes:?}"))
    };
    let cases = [
        (
            "DisableRule",
            "DeleteDeliveryStream",
            "no new events may arrive",
        ),
        (
            "RemoveTargets",
            "DeleteDeliveryStream",
            "no new events may arrive",
        ),
        (
            "RemoveTargets",
            "DeleteRule",
            "AWS refuses to delete a rule with targets",
        ),
        (
            "DeleteDeliveryStream",
            &bucket,
            "the stream writes to the bucket",
        ),
        (
            &bucket,
            "ScheduleKeyDeletion",
            "the bucket's objects need the key",
        ),
        (
            "ScheduleKeyDeletion",
            "DeleteAlias",
            "the next run finds the key by its alias, if this one ends in between",
        ),
    ];
    for (first, second, reason) in cases {
        assert!(place(first) < place(second), "{reason}: {writes:?}");
    }
}

#[tokio::test]
async fn apply_after_destroy_restores_the_key() {
    let account = Account::applied(&[MAIN]);
    let kms = account.kms(MAIN);
    let alias = "alias/stackstate-integration";
    let key = kms.describe_key().key_id(alias).send().await.unwrap();
    let id = key.key_metadata.unwrap().key_id;

    account.destroy(&["--key-deletion-days", "7"]);
    let key = kms.describe_key().key_id(&id).send().await.unwrap();
    let key = key.key_metadata.unwrap();
    assert_eq!(key.key_state(), Some(&KeyState::PendingDeletion));
    let date = SystemTime::try_from(*key.deletion_date().unwrap()).unwrap();
    let left = date.duration_since(SystemTime::now()).unwrap();
    let day = Duration::from_secs(24 * 60 * 60);
    assert!(left > 6 * day && left < 8 * day, "{left:?} are not 7 days");

    let plan = account.plan(&[]);
    assert_eq!(plan.action("kms_key.integration@eu-west-1"), "update");
    account.apply(&[]);
    let key = kms.describe_key().key_id(alias).send().await.unwrap();
    assert_eq!(key.key_metadata.unwrap().key_id, id);
    Deployment::of(&account, &[MAIN]).check().await;
    account.plan(&[]).has_no_changes();
}

#[tokio::test]
async fn what_is_left_under_our_names_is_named_and_fails_the_destroy() {
    let account = Account::applied(&[MAIN]);
    let role = "StackStateFirehoseRole-eu-west-1";
    let untag = account.iam().untag_role().role_name(role);
    untag.tag_keys("provision:deployment").send().await.unwrap();
    let expected = json!([{
        "address": "iam_role.firehose-eu-west-1",
        "name": role,
        "reason": "it is not managed by provision and stays: it is tagged provision:system=stackstate, and lacks the tag provision:deployment",
    }]);
    for (done, text) in [
        (
            7,
            "Left under the names of this deployment:\n  iam_role.firehose-eu-west-1",
        ),
        (
            0,
            "`provision apply --adopt` takes over what has such a name",
        ),
    ] {
        let destroyed = account.provision(&["destroy", "--yes", "--json"]).exits(1);
        let events = destroyed.json_lines();
        let summary = events.last().unwrap();
        assert_eq!(summary["event"], "summary");
        assert_eq!(summary["left"], expected);
        assert_eq!(summary["outcomes"]["done"], done);
        account.destroy_leaves(&[]).writes_nothing().says(text);
    }
    account.apply(&["--adopt"]);
    account.destroy(&[]);
    assert_eq!(inventory::of(&account, &[MAIN]).await, BTreeSet::new());
}

#[tokio::test]
async fn destroy_needs_neither_external_id_nor_principals() {
    let account = Account::applied(&[MAIN]);
    account.write("provision.toml", &format!("regions = [\"{MAIN}\"]\n"));
    account.destroy(&[]);
    assert_eq!(inventory::of(&account, &[MAIN]).await, BTreeSet::new());
}
