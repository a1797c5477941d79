//! The key policy: who administers the key, and who uses it.

use crate::deployment::{ACCOUNT, KEY, STRANGER};
use crate::requests::{Case, check, request};

fn administrator(account: &str) -> String {
    format!("arn:aws:iam::{account}:user/administrator")
}

#[test]
fn the_accounts_administrators_administer_the_key() {
    let actions = [
        "kms:DescribeKey",
        "kms:EnableKeyRotation",
        "kms:GetKeyPolicy",
        "kms:ListResourceTags",
        "kms:PutKeyPolicy",
        "kms:ScheduleKeyDeletion",
        "kms:TagResource",
        "kms:UpdateKeyDescription",
    ];
    let of = |why: &str, action, account| {
        let request = request(why, administrator(account), action, KEY);
        request.by_administrator().on("key-policy")
    };
    let mut cases: Vec<Case> = Vec::new();
    for action in actions {
        cases.push(of("an administrator of the account", action, ACCOUNT).allowed());
        cases.push(of("an administrator of another account", action, STRANGER).refused());
        let nobody = request(
            "a principal that its own account allows nothing",
            administrator(ACCOUNT),
            action,
            KEY,
        );
        cases.push(nobody.on("key-policy").refused());
    }
    for action in ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"] {
        cases.push(of("not through S3", action, ACCOUNT).refused());
    }
    check(&cases);
}

#[test]
fn the_key_policy_alone_lets_the_account_use_the_key_through_s3() {
    let reader = request(
        "somebody who may read all buckets, and whose policy names no key",
        administrator(ACCOUNT),
        "kms:Decrypt",
        KEY,
    );
    let reader = reader.on("key-policy").with("kms:CallerAccount", ACCOUNT);
    let through = |service| reader.clone().with("kms:ViaService", service);
    check(&[
        through("s3.eu-west-1.amazonaws.com").allowed(),
        through("s3.us-east-1.amazonaws.com").refused(),
        reader.clone().refused(),
    ]);
}

#[test]
fn no_other_account_uses_the_key_through_s3() {
    let mut cases = Vec::new();
    for action in ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"] {
        let of = |why: &str, account: &str| {
            let request = request(why, administrator(account), action, KEY).by_administrator();
            let request = request.on("key-policy").with("kms:CallerAccount", account);
            request.with("kms:ViaService", "s3.eu-west-1.amazonaws.com")
        };
        cases.push(of("this account", ACCOUNT).allowed());
        cases.push(of("any other account", STRANGER).refused_if_hardened());
    }
    check(&cases);
}
