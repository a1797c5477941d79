//! Which keys with our tags are ours.

use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_kms::types::{KeyState, OriginType};

use super::*;
use crate::deployment::Deployment;

/// Where our alias leads to while the key of another team carries our tags.
#[derive(Debug, Clone, Copy)]
enum OurAlias {
    Nowhere,
    ToOurKey,
    ToOurKeyThatIsToBeDeleted,
    ToAKeyOfOthers,
}

#[tokio::test]
async fn a_key_of_others_with_our_tags_is_neither_changed_nor_deleted_nor_in_the_way() {
    for our_alias in [
        OurAlias::Nowhere,
        OurAlias::ToOurKey,
        OurAlias::ToOurKeyThatIsToBeDeleted,
        OurAlias::ToAKeyOfOthers,
    ] {
        let account = match our_alias {
            OurAlias::Nowhere | OurAlias::ToAKeyOfOthers => Account::new(&[MAIN]),
            _ => Account::applied(&[MAIN]),
        };
        let mut theirs = Vec::new();
        match our_alias {
            OurAlias::ToOurKeyThatIsToBeDeleted => {
                schedule_deletion(&account, &account.key_id().await).await;
            }
            OurAlias::ToAKeyOfOthers => {
                let key = account.kms(MAIN).create_key().description("Orders");
                let key = key.send().await.unwrap().key_metadata.unwrap().key_id;
                lead(&account, ALIAS, &key).await;
                theirs.push(key);
            }
            OurAlias::Nowhere | OurAlias::ToOurKey => {}
        }
        theirs.push(victim(&account).await);
        let mut before = Vec::new();
        for key in &theirs {
            before.push(everything_of(&account, key).await);
        }

        let applied = account.provision(&["apply", "--yes", "--remove-restrictions"]);
        match our_alias {
            OurAlias::ToAKeyOfOthers => {
                applied.exits(1).writes_nothing();
            }
            _ => {
                applied.exits(0);
                Deployment::of(&account, &[MAIN]).check().await;
                account.plan(&[]).has_no_changes();
            }
        }
        let destroy = [&["destroy", "--yes"][..], &ALL].concat();
        account.provision(&destroy);
        // A second destroy names the key, because nothing of ours keeps it from looking.
        let last = theirs.last().unwrap();
        account.provision(&destroy).writes_nothing().says(&format!(
            "the key {last} carries the tags of this deployment and is not managed by provision, because \
             its description is another one"
        ));
        for (key, before) in theirs.iter().zip(before) {
            let after = everything_of(&account, key).await;
            assert_eq!(after, before, "{our_alias:?}");
        }
    }
}

#[tokio::test]
async fn a_tagged_key_without_our_alias_is_ours_only_if_all_of_it_is_as_we_make_it() {
    let account = Account::applied(&[MAIN]);
    let our_policy = policy(&account, &account.key_id().await).await;
    let other_policy = our_policy.replace("kms:ReEncrypt*", "kms:*");
    account.destroy(&ALL);

    // Each nearly as the program makes a key, with the difference.
    let kms = account.kms(MAIN);
    let make = || {
        let create = kms.create_key().set_tags(Some(tags()));
        create.description(OURS).policy(&our_policy)
    };
    let create = [
        ("its description is another one", make().description("x")),
        ("its key policy is another one", make().policy(other_policy)),
        ("it has the alias alias/payments", make()),
        (
            "its key material has the origin EXTERNAL",
            make().origin(OriginType::External),
        ),
        (
            "it is a key of the kind RSA_2048",
            make()
                .key_spec("RSA_2048".into())
                .key_usage("SIGN_VERIFY".into()),
        ),
        ("it is a multi-Region key", make().multi_region(true)),
    ];
    for (because, create) in create {
        let key = create.send().await.unwrap().key_metadata.unwrap().key_id;
        if because.contains("alias/payments") {
            lead(&account, "alias/payments", &key).await;
        }
        let before = everything_of(&account, &key).await;
        let told = format!(
            "the key {key} carries the tags of this deployment and is not managed by provision, because \
             {because}"
        );
        account
            .provision(&[&["destroy", "--yes"][..], &ALL].concat())
            .writes_nothing()
            .says(&told);
        account
            .provision(&["plan", "--adopt"])
            .says(&told)
            .says("~ kms_key.integration@eu-west-1");
        assert_eq!(everything_of(&account, &key).await, before, "{because}");
        // The next rounds are about other keys.
        let untag = kms.untag_resource().key_id(&key);
        untag.tag_keys("provision:system").send().await.unwrap();
        if because.contains("alias/payments") {
            let delete = kms.delete_alias().alias_name("alias/payments");
            delete.send().await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_key_of_ours_that_lost_its_alias_is_found_by_apply_and_by_destroy() {
    for profile in ["documented", "hardened"] {
        let profile = ["--policy-profile", profile];
        let account = Account::new(&[MAIN]);
        account.apply(&profile);
        let key = account.key_id().await;
        remove_alias(&account).await;
        account.apply(&[]);
        assert_eq!(account.key_id().await, key, "{profile:?}");
        account.apply(&profile);
        remove_alias(&account).await;
        account
            .destroy(&[])
            .says(&format!("the key {key}, created "));
        assert_eq!(state(&account, &key).await, KeyState::PendingDeletion);
    }
}

#[tokio::test]
async fn a_key_with_a_document_of_the_settings_is_found_by_apply_without_its_alias() {
    let account = Account::new(&[MAIN]);
    let document = include_str!("../../policies/stackstate/key-policy.json");
    let document = document.replace("AllowVpcFlowLogAccess", "FlowLogs");
    let document = document.replace("\"kms:ReEncrypt*\"", "\"kms:ReEncryptFrom\"");
    account.write("documents/key-policy.json", &document);
    let folder = ["--policies", "documents"];
    account.apply(&folder);
    let key = account.key_id().await;
    remove_alias(&account).await;
    account.apply(&folder);
    assert_eq!(account.key_id().await, key);
    // A destroy reads no document. It leaves the key, and says how to go on.
    remove_alias(&account).await;
    account.destroy_leaves(&ALL).says(&format!(
        "the key {key} carries the tags of this deployment and is not managed by provision, because its \
         key policy is another one; let {ALIAS} lead to the key of this deployment"
    ));
    assert_eq!(state(&account, &key).await, KeyState::Enabled);
    lead(&account, ALIAS, &key).await;
    account.destroy(&[]);
    assert_eq!(state(&account, &key).await, KeyState::PendingDeletion);
}

#[tokio::test]
async fn a_destroy_that_stopped_before_the_alias_finds_the_key_again() {
    let account = Account::applied(&[MAIN]);
    let key = account.key_id().await;
    // The policy has drifted, so that without the alias nothing would tell that the key is ours.
    let drifted = policy(&account, &key).await;
    let drifted = drifted.replace("kms:ReEncrypt*", "kms:*");
    set_policy(&account, &key, &drifted).await;
    let refused = AtomicBool::new(false);
    account.stand_in(move |call| {
        let is_first = call.operation == "DeleteAlias" && !refused.swap(true, Ordering::Relaxed);
        let denied = r#"{"__type": "AccessDeniedException", "message": "denied"}"#;
        is_first.then(|| ("400 Bad Request".to_owned(), denied.to_owned()))
    });
    account.provision(&["destroy", "--yes"]).exits(1);
    assert_eq!(state(&account, &key).await, KeyState::PendingDeletion);
    assert_eq!(account.key_id().await, key);

    account
        .destroy(&[])
        .says("scheduled for deletion already, only its alias is deleted");
    let alias = account.kms(MAIN).describe_key().key_id(ALIAS).send().await;
    assert!(alias.is_err(), "{alias:?}");
}

#[tokio::test]
async fn a_key_behind_our_alias_that_we_cannot_have_made_is_blocked_and_kept() {
    let account = Account::new(&[MAIN]);
    let create = account.kms(MAIN).create_key().origin(OriginType::External);
    let create = create.description(OURS).set_tags(Some(tags()));
    let key = create.send().await.unwrap().key_metadata.unwrap().key_id;
    lead(&account, ALIAS, &key).await;
    let before = everything_of(&account, &key).await;
    for adopt in [&[][..], &["--adopt"]] {
        let plan = account.plan(adopt);
        assert_eq!(plan.action(ADDRESS), "blocked");
        let reason = plan.reason(ADDRESS);
        let expected =
            "the origin EXTERNAL of the key material cannot be changed; delete the alias";
        assert!(reason.contains(expected), "{reason}");
    }
    account
        .destroy_leaves(&ALL)
        .writes_nothing()
        .says("it is not managed by provision and stays: its key material has the origin EXTERNAL");
    assert_eq!(everything_of(&account, &key).await, before);
}

#[tokio::test]
async fn a_key_whose_tags_may_not_be_read_is_named_and_blocks_nothing() {
    let account = Account::new(&[MAIN]);
    let key = account.kms(MAIN).create_key().send().await.unwrap();
    let key = key.key_metadata.unwrap().key_id;
    for denial in [
        "because no resource-based policy allows the kms:ListResourceTags action",
        "with an explicit deny in a service control policy",
    ] {
        let (hidden, denial) = (key.clone(), denial.to_owned());
        account.stand_in(move |call| {
            let is_hidden = call.operation == "ListResourceTags" && call.body.contains(&hidden);
            let message = format!("User: u is not authorized to perform: kms:X {denial}");
            let body = format!(r#"{{"__type": "AccessDeniedException", "message": "{message}"}}"#);
            is_hidden.then(|| ("400 Bad Request".to_owned(), body))
        });
        account
            .provision(&["plan"])
            .exits(0)
            .says(&format!("the tags of these keys may not be read: {key}"))
            .says("+ kms_key.integration@eu-west-1");
    }
    // The caller has the permission for some keys, such as those that carry our tags.
    let other = account.kms(MAIN).create_key().send().await.unwrap();
    let other = other.key_metadata.unwrap().key_id;
    let hidden = key.clone();
    account.stand_in(move |call| {
        let is_hidden = call.operation == "ListResourceTags" && call.body.contains(&hidden);
        let message = "User: u is not authorized to perform: kms:ListResourceTags because no \
                       identity-based policy allows the kms:ListResourceTags action";
        is_hidden.then(|| refusal("AccessDeniedException", message))
    });
    let told = format!("the tags of these keys may not be read: {key}");
    let plan = account.provision(&["plan"]).exits(0).says(&told);
    assert!(!plan.stdout.contains(&other), "{plan}");
    // A permission that is missing altogether could hide our own key.
    account.refuse_in_json(
        "ListResourceTags",
        "AccessDeniedException",
        "User: u is not authorized to perform: kms:ListResourceTags because no identity-based \
         policy allows the kms:ListResourceTags action",
    );
    account
        .provision(&["plan"])
        .exits(1)
        .says("ListResourceTags");
}

#[tokio::test]
async fn a_destroy_names_our_alias_that_a_key_of_others_keeps() {
    let account = Account::applied(&[MAIN]);
    let key = account.key_id().await;
    let theirs = account.kms(MAIN).create_key().send().await.unwrap();
    let theirs = theirs.key_metadata.unwrap().key_id;
    remove_alias(&account).await;
    lead(&account, ALIAS, &theirs).await;
    // The second destroy finds our key on its way out, and the alias as before.
    for _ in 0..2 {
        account
            .destroy_leaves(&ALL)
            .says(&format!("the alias {ALIAS} belongs to the key {theirs}"));
        assert_eq!(state(&account, &key).await, KeyState::PendingDeletion);
    }
}
