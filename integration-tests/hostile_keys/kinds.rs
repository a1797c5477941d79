//! Keys behind our alias of kinds and in states that the program's own never have.

use super::*;

const KEY: &str = "00000000-0000-4000-8000-000000000000";

/// A key behind our alias, with our tags. KMS refuses what its Developer Guide says that it refuses of such
/// keys: "Key states of AWS KMS keys", and "Rotate AWS KMS keys" for the rotation.
fn behind_our_alias(different: &Json) -> Account {
    let account = Account::new(&[MAIN]);
    let described = description(&account, KEY, different);
    let tags = OWNERSHIP.map(|(key, value)| json!({"TagKey": key, "TagValue": value}));
    let tags = json!({"Tags": tags, "Truncated": false}).to_string();
    let is_created = different["KeyState"] != "Creating";
    account.stand_in(move |call| {
        let ok = |body: String| ("200 OK".to_owned(), body);
        let invalid = || refusal("KMSInvalidStateException", "the key is being created.");
        match call.operation.as_str() {
            "DescribeKey" => Some(described.clone()),
            "ListResourceTags" => Some(ok(tags.clone())),
            "ListAliases" => Some(ok(json!({"Aliases": []}).to_string())),
            "GetKeyPolicy" if is_created => {
                let policy = json!({"Version": "2012-10-17", "Statement": []}).to_string();
                Some(ok(json!({"Policy": policy}).to_string()))
            }
            "GetKeyPolicy" => Some(invalid()),
            "GetKeyRotationStatus" => {
                let message = "the key is not valid for this operation.";
                Some(refusal("UnsupportedOperationException", message))
            }
            _ => None,
        }
    });
    account
}

#[test]
fn a_key_that_the_program_cannot_have_made_is_blocked_and_kept_whatever_kms_refuses_of_it() {
    let cases = [
        (
            json!({"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"}),
            "it is a key of the kind RSA_2048",
        ),
        (
            json!({"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}),
            "it is a key of the kind HMAC_256",
        ),
        (
            json!({"Origin": "EXTERNAL", "KeyState": "PendingImport", "Enabled": false}),
            "its key material has the origin EXTERNAL",
        ),
        (
            json!({"Origin": "AWS_CLOUDHSM", "KeyState": "Unavailable", "Enabled": false}),
            "its key material has the origin AWS_CLOUDHSM",
        ),
        (
            json!({"Origin": "EXTERNAL_KEY_STORE", "KeyState": "Unavailable", "Enabled": false}),
            "its key material has the origin EXTERNAL_KEY_STORE",
        ),
        (
            json!({"MultiRegion": true, "KeyState": "Creating", "Enabled": false}),
            "it is a multi-Region key, and this program makes none",
        ),
        (
            json!({"MultiRegion": true, "KeyState": "Updating"}),
            "it is a multi-Region key, and this program makes none",
        ),
        (
            json!({"MultiRegion": true, "KeyState": "PendingReplicaDeletion", "Enabled": false}),
            "it is a multi-Region key, and this program makes none; it is on its way out \
             (PendingReplicaDeletion)",
        ),
        // Nothing but the refusal tells what this one is.
        (json!({}), "AWS cannot rotate it"),
    ];
    for (different, whose) in cases {
        let account = behind_our_alias(&different);
        for adopt in [&[][..], &["--adopt"]] {
            let plan = account.plan(adopt);
            assert_eq!(plan.action(ADDRESS), "blocked", "{different}");
            let reason = plan.reason(ADDRESS);
            assert!(reason.contains("`postfix`"), "{different}: {reason}");
            if adopt.is_empty() {
                assert!(reason.contains(whose), "{different}: {reason}");
            }
        }
        account.destroy_leaves(&ALL).writes_nothing().says(&format!(
            "it is not managed by provision and stays: {whose}"
        ));
    }
}
