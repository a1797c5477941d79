//! What a plan says of a key, and that an approval counts for that key alone.

use aws_sdk_kms::types::KeyState;

use super::*;
use crate::harness::Moment;

#[tokio::test]
async fn another_alias_blocks_the_deletion_of_a_key_until_detach_foreign() {
    let account = Account::applied(&[MAIN]);
    let key = account.key_id().await;
    lead(&account, "alias/payments", &key).await;
    account
        .provision(&["destroy", "--yes"])
        .exits(1)
        .says("! kms_key.integration@eu-west-1")
        .says("also used by alias/payments, which provision does not manage; detach it there");
    assert_eq!(state(&account, &key).await, KeyState::Enabled);
    account
        .destroy(&["--detach-foreign"])
        .says("also used by alias/payments, which provision does not manage; the deletion takes it from them");
    assert_eq!(state(&account, &key).await, KeyState::PendingDeletion);
}

#[tokio::test]
async fn the_plan_says_which_key_it_changes_adopts_or_deletes() {
    let account = Account::new(&[MAIN]);
    let key = account
        .kms(MAIN)
        .create_key()
        .description("Pay\u{1b}[2J\", no");
    let key = key.send().await.unwrap().key_metadata.unwrap().key_id;
    lead(&account, ALIAS, &key).await;
    lead(&account, "alias/payments", &key).await;
    let which = format!("the key {key}, created 20");
    let described = "\"Pay\\u{1b}[2J', no\", also alias/payments";
    for args in [&["plan"][..], &["plan", "--adopt"]] {
        account.provision(args).says(&which).says(described);
    }
    account.apply(&["--adopt"]);
    let described = format!("\"{OURS}\", also alias/payments");
    let changed = account.provision(&["plan", "--tag", "team=other"]);
    changed.says(&which).says(&described);
    let deleted = account.destroy(&["--detach-foreign"]);
    deleted.says(&which).says(&described);
}

#[test]
fn a_plan_with_nothing_to_do_does_not_ask_for_aliases() {
    let account = Account::applied(&[MAIN]);
    let plan = account.provision(&["plan"]).exits(0);
    assert!(
        plan.calls
            .iter()
            .all(|call| call.operation != "ListAliases"),
        "{plan}"
    );
}

#[tokio::test]
async fn a_key_that_gets_our_alias_while_ours_is_created_is_not_changed() {
    for answer_is_lost in [false, true] {
        let account = Account::new(&[MAIN]);
        let victim = victim(&account).await;
        let kms = account.kms(MAIN);
        let target = victim.clone();
        account.watch(move |call, moment| {
            if call.operation != "CreateKey" {
                return true;
            }
            if moment == Moment::Arrived {
                let mut runtime = tokio::runtime::Builder::new_current_thread();
                let runtime = runtime.enable_all().build().unwrap();
                let create = kms.create_alias().alias_name(ALIAS);
                let create = create.target_key_id(&target).send();
                runtime.block_on(create).unwrap();
            }
            moment == Moment::Arrived || !answer_is_lost
        });
        account
            .provision(&["apply", "--yes"])
            .exits(1)
            .says("kms_key.integration@eu-west-1 changed after the plan to create it was made");
        let described = everything_of(&account, &victim).await;
        assert!(described.contains("Payments"), "{described}");
        assert!(!described.contains("AllowS3Access"), "{described}");
    }
}

#[tokio::test]
async fn a_saved_plan_counts_for_one_key() {
    let account = Account::applied(&[MAIN]);
    let approved = account.key_id().await;
    let describe = account.kms(MAIN).update_key_description();
    let describe = describe.key_id(&approved).description("changed");
    describe.send().await.unwrap();
    account.provision(&["plan", "--out", "plan.json"]).exits(0);
    let victim = victim(&account).await;
    let describe = account.kms(MAIN).update_key_description();
    let describe = describe.key_id(&victim).description("changed");
    describe.send().await.unwrap();
    set_policy(&account, &victim, &policy(&account, &approved).await).await;
    let update = account.kms(MAIN).update_alias().alias_name(ALIAS);
    update.target_key_id(&victim).send().await.unwrap();
    let before = everything_of(&account, &victim).await;
    account
        .provision(&["apply", "plan.json", "--yes"])
        .exits(1)
        .writes_nothing()
        .says("kms_key.integration@eu-west-1: what to update has changed");
    assert_eq!(everything_of(&account, &victim).await, before);
}
