//! Answers of KMS that lag behind. A change takes some seconds until all of KMS knows it; until then a call
//! may not find the key, or finds it in another state (KMS Developer Guide, "AWS KMS eventual consistency").

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use aws_sdk_kms::types::KeyState;
use rustix::process::Signal;
use serde_json::json;

use crate::deployment::Deployment;
use crate::harness::{Account, Call, MAIN, Moment};
use crate::hostile_keys::{
    ADDRESS, ALIAS, ALL, description, refusal, remove_alias, schedule_deletion, state,
};

fn not_found() -> (String, String) {
    refusal("NotFoundException", "Key 'arn:x' does not exist")
}

/// Whether a call describes what our alias leads to.
fn describes_the_alias(call: &Call) -> bool {
    call.operation == "DescribeKey" && call.body.contains(ALIAS)
}

/// Describes nothing behind our alias for some `times` after a call of `CreateAlias`, and before that call
/// if it is late `before` too. Counts the calls after it.
fn shows_the_alias_late(account: &Account, before: bool, times: usize) -> Arc<AtomicUsize> {
    let (created, late) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicUsize::new(0)),
    );
    let (seen, counted) = (Arc::clone(&created), Arc::clone(&late));
    account.watch(move |call, _| {
        seen.fetch_or(call.operation == "CreateAlias", Ordering::SeqCst);
        true
    });
    account.stand_in(move |call| {
        let is_late = describes_the_alias(call)
            && match created.load(Ordering::SeqCst) {
                true => counted.fetch_add(1, Ordering::SeqCst) < times,
                false => before,
            };
        is_late.then(not_found)
    });
    late
}

#[test]
fn a_detail_that_kms_does_not_find_of_a_key_that_it_describes_is_asked_for_again() {
    let account = Account::applied(&[MAIN]).answering_late();
    // Seen right after CreateKey: of the policy by hashicorp/terraform-provider-aws #1854, of the tags
    // by #1900.
    for operation in ["GetKeyPolicy", "GetKeyRotationStatus", "ListResourceTags"] {
        let left = AtomicUsize::new(2);
        account.stand_in(move |call| {
            let is_late = call.operation == operation && {
                let less = |left: usize| left.checked_sub(1);
                left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less)
                    .is_ok()
            };
            is_late.then(not_found)
        });
        account.plan(&[]).has_no_changes();
    }
    // What is late for long is neither a missing key nor one without tags.
    account.stand_in(|call| (call.operation == "ListResourceTags").then(not_found));
    account
        .provision(&["apply", "--yes"])
        .exits(1)
        .writes_nothing()
        .says("! kms_key.integration@eu-west-1")
        .says("does not find all of it (kms:ListResourceTags answers NotFoundException)");
}

#[tokio::test]
async fn after_its_creation_no_other_key_is_read() {
    let account = Account::new(&[MAIN]).answering_late();
    for _ in 0..3 {
        account.kms(MAIN).create_key().send().await.unwrap();
    }
    // The alias shows late: hashicorp/terraform-provider-aws #7907.
    let late = shows_the_alias_late(&account, false, 3);
    let applied = account.apply(&[]);
    assert!(
        late.load(Ordering::SeqCst) >= 3,
        "nothing was late: {applied}"
    );
    let key = account.key_id().await;
    let creation = applied
        .calls
        .iter()
        .position(|it| it.operation == "CreateKey");
    let after = &applied.calls[creation.unwrap()..];
    let others = after.iter().filter(|call| {
        let reads_a_key = ["ListKeys", "ListResourceTags"].contains(&call.operation.as_str());
        reads_a_key && call.service == "kms" && !call.body.contains(&key)
    });
    let others: Vec<&str> = others.map(|call| call.request.as_str()).collect();
    assert_eq!(others, Vec::<&str>::new(), "{applied}");
    Deployment::of(&account, &[MAIN]).check().await;
}

/// From now on KMS describes the key as it was, with another description, until `operation` was refused
/// and then `times` more.
fn describes_late(account: &Account, key: &str, operation: &'static str, times: usize) {
    let before = description(account, key, &json!({"Description": "changed"}));
    let (refused, more) = (AtomicBool::new(false), AtomicUsize::new(0));
    account.stand_in(move |call| {
        if call.operation == operation {
            refused.store(true, Ordering::SeqCst);
        }
        let is_late = call.operation == "DescribeKey"
            && (!refused.load(Ordering::SeqCst) || more.fetch_add(1, Ordering::SeqCst) < times);
        is_late.then(|| before.clone())
    });
}

#[tokio::test]
async fn a_change_of_a_key_that_another_run_has_scheduled_for_deletion_is_decided_anew() {
    for alias_is_gone in [true, false] {
        let account = Account::applied(&[MAIN]).answering_late();
        let key = account.key_id().await;
        let describe = account.kms(MAIN).update_key_description();
        let describe = describe.key_id(&key).description("changed");
        describe.send().await.unwrap();
        schedule_deletion(&account, &key).await;
        if alias_is_gone {
            remove_alias(&account).await;
        }
        describes_late(&account, &key, "UpdateKeyDescription", 0);
        let applied = account.provision(&["apply", "--yes"]);
        if alias_is_gone {
            // A destroy of ours did that, and an apply takes it back.
            applied.exits(0);
            assert_eq!(account.key_id().await, key);
            Deployment::of(&account, &[MAIN]).check().await;
        } else {
            // Somebody else did that, which needs a person.
            applied
                .exits(1)
                .says(&format!("{ADDRESS} changed after the plan"))
                .says("that the key is scheduled for deletion, with its alias in place")
                .says("`--remove-restrictions` agrees to it");
            assert_eq!(state(&account, &key).await, KeyState::PendingDeletion);
        }
    }
}

#[tokio::test]
async fn a_key_is_not_kept_twice_where_the_alias_of_the_first_shows_late() {
    let account = Account::applied(&[MAIN]).answering_late();
    let first = account.key_id().await;
    // Another run has made the key a moment ago.
    account.answer("ListKeys", r#"{"Keys": [], "Truncated": false}"#);
    shows_the_alias_late(&account, true, 3);
    let applied = account.apply(&[]);
    assert!(applied.writes().contains(&"CreateKey"), "{applied}");
    assert_eq!(account.key_id().await, first, "{applied}");
    let keys = account.kms(MAIN).list_keys().send().await.unwrap().keys;
    let mut live = Vec::new();
    for key in keys.unwrap() {
        let id = key.key_id.unwrap();
        if state(&account, &id).await == KeyState::Enabled {
            live.push(id);
        }
    }
    assert_eq!(live, [first]);
}

#[tokio::test]
async fn a_run_that_finds_nothing_looks_twice_before_it_creates_a_key() {
    let account = Account::new(&[MAIN]);
    // Only the key is created before the end of the run.
    let apply = account.command(&["apply", "--yes"]);
    let killed = account.run_watched(apply, |process, call, moment| {
        let is_key = call.operation == "CreateKey";
        let is_answered = is_key && moment == Moment::Answered;
        if is_answered {
            process.send(Signal::KILL);
        }
        !is_answered && (is_key || !call.is_write)
    });
    assert_eq!(killed.code(), None, "{killed}");
    let account = account.answering_late();
    let first_look = OnceLock::new();
    account.stand_in(move |call| {
        let age = first_look.get_or_init(Instant::now).elapsed();
        let is_late = call.operation == "ListKeys" && age < Duration::from_secs(5);
        let nothing = || r#"{"Keys": [], "Truncated": false}"#.to_owned();
        is_late.then(|| ("200 OK".to_owned(), nothing()))
    });
    account
        .provision(&["apply", "--yes"])
        .exits(1)
        .says(&format!("{ADDRESS} changed after the plan to create it"))
        .says("Run the same command again");
    account.apply(&[]);
    Deployment::of(&account, &[MAIN]).check().await;
    let keys = account.kms(MAIN).list_keys().send().await.unwrap().keys;
    assert_eq!(keys.unwrap_or_default().len(), 1);
}

#[tokio::test]
async fn a_destroy_deletes_the_alias_that_it_does_not_see_yet() {
    let account = Account::applied(&[MAIN]).answering_late();
    let key = account.key_id().await;
    account.stand_in(|call| describes_the_alias(call).then(not_found));
    account.destroy(&ALL);
    assert_eq!(state(&account, &key).await, KeyState::PendingDeletion);
    let aliases = account.kms(MAIN).list_aliases().key_id(&key).send().await;
    let aliases = aliases.unwrap().aliases.unwrap_or_default();
    assert!(aliases.is_empty(), "{aliases:?}");
}

#[tokio::test]
async fn a_destroy_goes_on_with_a_key_that_another_run_has_scheduled_for_deletion() {
    let account = Account::applied(&[MAIN]).answering_late();
    let key = account.key_id().await;
    schedule_deletion(&account, &key).await;
    describes_late(&account, &key, "ScheduleKeyDeletion", 2);
    account.destroy(&ALL);
    assert_eq!(state(&account, &key).await, KeyState::PendingDeletion);
    let alias = account.kms(MAIN).describe_key().key_id(ALIAS).send().await;
    assert!(alias.is_err(), "{alias:?}");
}
