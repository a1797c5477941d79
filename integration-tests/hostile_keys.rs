//! Keys of others that carry the tags of the deployment. Whoever may tag keys can make them, and the
//! program neither changes nor deletes one.

use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_kms::types::{KeyState, OriginType, Tag};

use crate::deployment::Deployment;
use crate::harness::{Account, MAIN, Moment};

pub const ADDRESS: &str = "kms_key.integration@eu-west-1";
pub const ALIAS: &str = "alias/stackstate-integration";
/// The description that the program gives its keys.
const OURS: &str = "StackState Integration Key";
const ALL: [&str; 2] = ["--empty-bucket", "--detach-foreign"];

/// The ownership tags of the deployment.
fn tags() -> Vec<Tag> {
    let tags = [
        ("provision:system", "stackstate"),
        ("provision:deployment", "default"),
    ];
    let tags = tags.map(|(key, value)| Tag::builder().tag_key(key).tag_value(value));
    tags.map(|tag| tag.build().unwrap()).to_vec()
}

/// The id of the key that our alias leads to.
pub async fn ours(account: &Account) -> String {
    let key = account.kms(MAIN).describe_key().key_id(ALIAS);
    key.send().await.unwrap().key_metadata.unwrap().key_id
}

/// A key of another team that somebody gave our tags.
pub async fn victim(account: &Account) -> String {
    let create = account.kms(MAIN).create_key().set_tags(Some(tags()));
    let key = create.description("Payments").send().await.unwrap();
    key.key_metadata.unwrap().key_id
}

pub async fn lead(account: &Account, alias: &str, key: &str) {
    let create = account.kms(MAIN).create_alias().alias_name(alias);
    create.target_key_id(key).send().await.unwrap();
}

async fn remove_alias(account: &Account) {
    let delete = account.kms(MAIN).delete_alias().alias_name(ALIAS);
    delete.send().await.unwrap();
}

async fn schedule_deletion(account: &Account, key: &str) {
    let schedule = account.kms(MAIN).schedule_key_deletion().key_id(key);
    let schedule = schedule.pending_window_in_days(7);
    schedule.send().await.unwrap();
}

async fn policy(account: &Account, key: &str) -> String {
    let policy = account.kms(MAIN).get_key_policy().key_id(key);
    let policy = policy.policy_name("default").send().await.unwrap();
    policy.policy.unwrap()
}

async fn set_policy(account: &Account, key: &str, policy: &str) {
    let put = account.kms(MAIN).put_key_policy().key_id(key);
    let put = put.policy_name("default").policy(policy);
    put.send().await.unwrap();
}

pub async fn state(account: &Account, key: &str) -> KeyState {
    let key = account.kms(MAIN).describe_key().key_id(key).send().await;
    key.unwrap().key_metadata.unwrap().key_state.unwrap()
}

/// Everything that a run could change of a key.
pub async fn everything_of(account: &Account, key: &str) -> String {
    let kms = account.kms(MAIN);
    let described = kms.describe_key().key_id(key).send().await.unwrap();
    let described = described.key_metadata.unwrap();
    let tags = kms.list_resource_tags().key_id(key).send().await.unwrap();
    let rotation = kms.get_key_rotation_status().key_id(key).send().await;
    let rotates = rotation.is_ok_and(|it| it.key_rotation_enabled);
    let aliases = kms.list_aliases().key_id(key).send().await.unwrap();
    format!(
        "{described:?} {:?} {rotates} {:?} {}",
        tags.tags,
        aliases.aliases,
        policy(account, key).await
    )
}

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
                schedule_deletion(&account, &ours(&account).await).await;
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

        let applied = account.provision(&["apply", "--yes"]);
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
        account.destroy(&ALL);
        // A second destroy names the key, because nothing of ours keeps it from looking.
        let last = theirs.last().unwrap();
        account.destroy(&ALL).writes_nothing().says(&format!(
            "the key {last} carries the tags of this deployment and is not taken for ours, because \
             its description is not ours"
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
    let our_policy = policy(&account, &ours(&account).await).await;
    let other_policy = our_policy.replace("kms:ReEncrypt*", "kms:*");
    account.destroy(&ALL);

    // Each nearly as the program makes a key, with the difference.
    let kms = account.kms(MAIN);
    let make = || {
        let create = kms.create_key().set_tags(Some(tags()));
        create.description(OURS).policy(&our_policy)
    };
    let create = [
        ("its description is not ours", make().description("x")),
        ("its key policy is not ours", make().policy(other_policy)),
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
            "the key {key} carries the tags of this deployment and is not taken for ours, because \
             {because}"
        );
        account.destroy(&ALL).writes_nothing().says(&told);
        account
            .provision(&["plan", "--adopt"])
            .says(&told)
            .says("~ update  kms_key.integration@eu-west-1");
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
        let key = ours(&account).await;
        remove_alias(&account).await;
        account.apply(&[]);
        assert_eq!(ours(&account).await, key, "{profile:?}");
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
    let document = include_str!("../policies/stackstate/key-policy.json");
    let document = document.replace("AllowVpcFlowLogAccess", "FlowLogs");
    let document = document.replace("\"kms:ReEncrypt*\"", "\"kms:ReEncryptFrom\"");
    account.write("documents/key-policy.json", &document);
    let folder = ["--policies", "documents"];
    account.apply(&folder);
    let key = ours(&account).await;
    remove_alias(&account).await;
    account.apply(&folder);
    assert_eq!(ours(&account).await, key);
    // A destroy reads no document. It leaves the key, and says how to go on.
    remove_alias(&account).await;
    account.destroy(&ALL).says(&format!(
        "the key {key} carries the tags of this deployment and is not taken for ours, because its \
         key policy is not ours; let {ALIAS} lead to the key of this deployment"
    ));
    assert_eq!(state(&account, &key).await, KeyState::Enabled);
    lead(&account, ALIAS, &key).await;
    account.destroy(&[]);
    assert_eq!(state(&account, &key).await, KeyState::PendingDeletion);
}

#[tokio::test]
async fn a_destroy_that_stopped_before_the_alias_finds_the_key_again() {
    let account = Account::applied(&[MAIN]);
    let key = ours(&account).await;
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
    assert_eq!(ours(&account).await, key);

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
        .destroy(&ALL)
        .writes_nothing()
        .says("it is not ours and stays: its key material has the origin EXTERNAL");
    assert_eq!(everything_of(&account, &key).await, before);
}

#[tokio::test]
async fn another_alias_blocks_the_deletion_of_a_key_until_detach_foreign() {
    let account = Account::applied(&[MAIN]);
    let key = ours(&account).await;
    lead(&account, "alias/payments", &key).await;
    account
        .provision(&["destroy", "--yes"])
        .exits(1)
        .says("! blocked kms_key.integration@eu-west-1")
        .says("others use it with alias/payments; detach it there");
    assert_eq!(state(&account, &key).await, KeyState::Enabled);
    account
        .destroy(&["--detach-foreign"])
        .says("others use it with alias/payments, and lose it");
    assert_eq!(state(&account, &key).await, KeyState::PendingDeletion);
}

#[tokio::test]
async fn the_plan_says_which_key_it_changes_adopts_or_deletes() {
    let account = Account::new(&[MAIN]);
    let key = account.kms(MAIN).create_key().description("Pay\u{1b}[2J");
    let key = key.send().await.unwrap().key_metadata.unwrap().key_id;
    lead(&account, ALIAS, &key).await;
    lead(&account, "alias/payments", &key).await;
    let which = format!("the key {key}, created 20");
    let described = "\"Pay\\u{1b}[2J\", also alias/payments";
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
            .says("+ create  kms_key.integration@eu-west-1");
    }
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
    let approved = ours(&account).await;
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
