//! Keys of others with our tags.

use aws_sdk_kms::types::{GrantOperation, OriginType, Tag};
use futures_util::future::FutureExt;

use super::Attack;
use super::stage::{Played, Stage};
use crate::harness::{Account, MAIN};

const OURS: [(&str, &str); 2] = [
    ("provision:system", "stackstate"),
    ("provision:deployment", "default"),
];

pub(super) fn attacks() -> Vec<Attack> {
    vec![
        Attack {
            name: "tags another team's key as ours, and waits for a destroy",
            may: "`kms:TagResource`",
            play: || a_tagged_key_at_a_destroy().boxed_local(),
        },
        Attack {
            name: "tags another team's key as ours, and waits for an apply",
            may: "`kms:TagResource`",
            play: || a_tagged_key_at_an_apply().boxed_local(),
        },
        Attack {
            name: "tags a second key as ours to block every apply",
            may: "`kms:TagResource`",
            play: || a_second_tagged_key().boxed_local(),
        },
        Attack {
            name: "makes a key with imported material, our tags and our alias",
            may: "`kms:CreateKey`, `kms:CreateAlias`",
            play: || an_imported_key().boxed_local(),
        },
        Attack {
            name: "makes a key with our tags, our alias and a grant for a stranger, to be adopted",
            may: "`kms:CreateKey`, `kms:CreateGrant`",
            play: || a_granted_key().boxed_local(),
        },
    ]
}

/// A key of others with our tags.
async fn tagged(account: &Account, origin: OriginType) -> String {
    let key = account.kms(MAIN).create_key().description("payroll");
    let key = OURS.iter().fold(key.origin(origin), |key, (name, value)| {
        let tag = Tag::builder().tag_key(*name).tag_value(*value);
        key.tags(tag.build().unwrap())
    });
    key.send().await.unwrap().key_metadata.unwrap().key_id
}

async fn point_our_alias_to(account: &Account, key: &str) {
    let alias = account.kms(MAIN).create_alias();
    let alias = alias.alias_name("alias/stackstate-integration");
    alias.target_key_id(key).send().await.unwrap();
}

async fn a_tagged_key_at_a_destroy() -> Played {
    let account = Account::new(&[MAIN]);
    tagged(&account, OriginType::AwsKms).await;
    let stage = Stage::guard(account, |name| name.starts_with("key ")).await;
    stage.plays(&["destroy", "--yes"], 0, "?").await
}

async fn a_tagged_key_at_an_apply() -> Played {
    let account = Account::new(&[MAIN]);
    tagged(&account, OriginType::AwsKms).await;
    let stage = Stage::guard(account, |name| name.starts_with("key ")).await;
    stage.plays(&["apply", "--yes"], 0, "?").await
}

async fn a_second_tagged_key() -> Played {
    let account = Account::applied(&[MAIN]);
    let key = tagged(&account, OriginType::AwsKms).await;
    let stage = Stage::guard(account, |name| name.contains(&key)).await;
    stage
        .plays(&["apply", "--yes", "--tag", "cost=8"], 0, "8 done")
        .await
}

async fn an_imported_key() -> Played {
    let account = Account::new(&[MAIN]);
    let key = tagged(&account, OriginType::External).await;
    point_our_alias_to(&account, &key).await;
    let stage = Stage::guard(account, |name| name.contains(&key)).await;
    stage.plays(&["apply", "--yes"], 1, "?").await
}

async fn a_granted_key() -> Played {
    let account = Account::new(&[MAIN]);
    let key = account.kms(MAIN).create_key().send().await.unwrap();
    let key = key.key_metadata.unwrap().key_id;
    point_our_alias_to(&account, &key).await;
    let grant = account.kms(MAIN).create_grant().key_id(&key);
    let grant = grant.grantee_principal("arn:aws:iam::210987654321:role/stranger");
    let grant = grant.operations(GrantOperation::Decrypt);
    grant.send().await.unwrap();
    let stage = Stage::guard(account, |name| name.contains(&key)).await;
    stage.plays(&["apply", "--yes", "--adopt"], 1, "?").await
}
