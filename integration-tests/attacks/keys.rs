//! Keys of others that pass themselves off as ours.

use aws_sdk_kms::types::OriginType;
use futures_util::future::FutureExt;

use super::Attack;
use super::stage::{Played, Stage};
use crate::harness::session::{Session, THOUGHT};
use crate::harness::{Account, MAIN};
use crate::{exposures, hostile_keys};

pub(super) fn attacks() -> Vec<Attack> {
    vec![
        Attack {
            name: "tags another team's key as ours, and waits for a destroy",
            may: "`kms:TagResource`",
            play: || tagged_before_a_destroy().boxed_local(),
        },
        Attack {
            name: "tags another team's key as ours, and waits for an apply",
            may: "`kms:TagResource`",
            play: || tagged_before_an_apply().boxed_local(),
        },
        Attack {
            name: "tags a second key as ours, to block every apply",
            may: "`kms:TagResource`",
            play: || a_second_tagged_key().boxed_local(),
        },
        Attack {
            name: "tags another key and untags ours while a destroy waits for its answer",
            may: "`kms:TagResource`, `kms:UntagResource`, `kms:DeleteAlias`, `kms:CreateAlias`",
            play: || swapped_during_the_question().boxed_local(),
        },
        Attack {
            name: "puts a key with imported material, our tags and our alias in our key's place",
            may: "`kms:CreateKey`, `kms:CreateAlias`",
            play: || imported_material().boxed_local(),
        },
        Attack {
            name: "lets a stranger decrypt with a key that is to be adopted",
            may: "`kms:CreateGrant`",
            play: || a_grant_before_an_adoption().boxed_local(),
        },
    ]
}

async fn tagged_before_a_destroy() -> Played {
    let account = Account::new(&[MAIN]);
    hostile_keys::victim(&account).await;
    let words = "carries the tags of this deployment and is not managed by provision";
    let stage = Stage::guard_all(account, words).await;
    stage.run(&["destroy", "--yes"], 1).await
}

async fn tagged_before_an_apply() -> Played {
    let account = Account::new(&[MAIN]);
    hostile_keys::victim(&account).await;
    let words = "carries the tags of this deployment and is not managed by provision";
    let stage = Stage::guard_all(account, words).await;
    stage.run(&["apply", "--yes"], 0).await
}

async fn a_second_tagged_key() -> Played {
    let account = Account::applied(&[MAIN]);
    let key = hostile_keys::victim(&account).await;
    let stage = Stage::guard(account, "7 updated", |name| name.contains(&key)).await;
    stage.run(&["apply", "--yes", "--tag", "cost=8"], 0).await
}

async fn swapped_during_the_question() -> Played {
    let account = Account::applied(&[MAIN]);
    let kms = account.kms(MAIN);
    let approved = account.key_id().await;
    let victim = hostile_keys::victim(&account).await;
    let words = "kms_key.integration@eu-west-1 changed after the plan to delete it was made";
    let stage = Stage::guard(account, words, |name| name.contains(&victim)).await;
    let mut session = Session::start(stage.account.quiet_command(&["destroy"]));
    session.until_asked();
    let untag = kms.untag_resource().key_id(&approved);
    untag.tag_keys("provision:system").send().await.unwrap();
    hostile_keys::remove_alias(&stage.account).await;
    hostile_keys::lead(&stage.account, hostile_keys::ALIAS, &victim).await;
    tokio::time::sleep(THOUGHT).await;
    session.answer("yes");
    stage.judge_session(session, 1).await
}

async fn imported_material() -> Played {
    let account = Account::new(&[MAIN]);
    let key = account.kms(MAIN).create_key();
    let key = key.set_tags(Some(hostile_keys::tags()));
    let key = key.origin(OriginType::External).send().await.unwrap();
    let key = key.key_metadata.unwrap().key_id;
    hostile_keys::lead(&account, hostile_keys::ALIAS, &key).await;
    let stage = Stage::guard_all(
        account,
        "the origin EXTERNAL of the key material cannot be changed",
    )
    .await;
    stage.run(&["apply", "--yes", "--adopt"], 1).await
}

async fn a_grant_before_an_adoption() -> Played {
    let account = Account::new(&[MAIN]);
    let key = account.kms(MAIN).create_key().send().await.unwrap();
    let key = key.key_metadata.unwrap().key_id;
    hostile_keys::lead(&account, hostile_keys::ALIAS, &key).await;
    exposures::grant(&account).await;
    let words = "a grant allows Decrypt to arn:aws:iam::210987654321:role/theirs";
    let stage = Stage::guard_all(account, words).await;
    stage.run(&["apply", "--yes", "--adopt"], 1).await
}
