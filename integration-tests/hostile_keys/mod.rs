//! Keys of others that carry the tags of the deployment. Whoever may tag keys can make them, and the
//! program neither changes nor deletes one.

mod approval;
mod kinds;
mod many;
mod tagged;

use aws_sdk_kms::types::{KeyState, Tag};
use serde_json::{Value as Json, json};

use crate::harness::{Account, MAIN, OWNERSHIP};

pub const ADDRESS: &str = "kms_key.integration@eu-west-1";
pub const ALIAS: &str = "alias/stackstate-integration";
/// The description that the program gives its keys.
pub const OURS: &str = "StackState Integration Key";
pub const ALL: [&str; 2] = ["--empty-bucket", "--detach-foreign"];

/// The ownership tags of the deployment.
pub fn tags() -> Vec<Tag> {
    let tags = OWNERSHIP.map(|(key, value)| Tag::builder().tag_key(key).tag_value(value));
    tags.map(|tag| tag.build().unwrap()).to_vec()
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

pub async fn remove_alias(account: &Account) {
    let delete = account.kms(MAIN).delete_alias().alias_name(ALIAS);
    delete.send().await.unwrap();
}

pub async fn schedule_deletion(account: &Account, key: &str) {
    let schedule = account.kms(MAIN).schedule_key_deletion().key_id(key);
    let schedule = schedule.pending_window_in_days(7);
    schedule.send().await.unwrap();
}

pub async fn policy(account: &Account, key: &str) -> String {
    let policy = account.kms(MAIN).get_key_policy().key_id(key);
    let policy = policy.policy_name("default").send().await.unwrap();
    policy.policy.unwrap()
}

pub async fn set_policy(account: &Account, key: &str, policy: &str) {
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

/// The status and the body of an answer of KMS that is an error.
pub fn refusal(code: &str, message: &str) -> (String, String) {
    let body = json!({"__type": code, "message": message});
    ("400 Bad Request".to_owned(), body.to_string())
}

/// What KMS answers to `DescribeKey` of a key as the program makes it, except for `different`.
pub fn description(account: &Account, key: &str, different: &Json) -> (String, String) {
    let mut metadata = json!({
        "AWSAccountId": account.id,
        "KeyId": key,
        "Arn": format!("arn:aws:kms:{MAIN}:{}:key/{key}", account.id),
        "CreationDate": 1_700_000_000.0,
        "Enabled": true,
        "Description": OURS,
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeyState": "Enabled",
        "Origin": "AWS_KMS",
        "KeyManager": "CUSTOMER",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "MultiRegion": false,
    });
    for (name, value) in different.as_object().unwrap() {
        metadata[name] = value.clone();
    }
    let body = json!({"KeyMetadata": metadata});
    ("200 OK".to_owned(), body.to_string())
}
