//! The hardened profile of both systems, in an empty account and in place of the vendor's documents.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::deployment::Deployment;
use crate::harness::{Account, MAIN, OTHER, inventory};

const HARDENED: [&str; 2] = ["--policy-profile", "hardened"];
const BOUNDARY: &str = "arn:aws:iam::aws:policy/PowerUserAccess";

fn hardened<'a>(account: &'a Account, regions: &'a [&'a str]) -> Deployment<'a> {
    Deployment {
        hardened: true,
        ..Deployment::of(account, regions)
    }
}

#[tokio::test]
async fn the_profile_is_deployed_to_an_empty_account_and_destroyed() {
    for regions in [&[MAIN][..], &[MAIN, OTHER]] {
        let account = Account::new(regions);
        account
            .provision(&["plan", "--details", HARDENED[0], HARDENED[1]])
            .exits(0)
            .says(&format!(
                "on arn:aws:kms:{MAIN}:{}:key/(known after apply)",
                account.id
            ));
        account.apply(&HARDENED);
        hardened(&account, regions).check().await;
        account.plan(&HARDENED).has_no_changes();
        account.apply(&HARDENED).writes_nothing();
        // What a destroy deletes does not depend on the profile.
        account.destroy(&[]);
        let left = inventory::of(&account, regions).await;
        assert_eq!(left, BTreeSet::new());
    }
}

#[tokio::test]
async fn a_deployment_changes_to_the_profile_and_back_in_place() {
    let regions = [MAIN, OTHER];
    let account = Account::applied(&regions);
    let plan = account.plan(&HARDENED);
    let mut changes = plan.changes();
    changes.sort_unstable();
    let changed = [
        ("firehose_stream.eventbridge@eu-west-1", "error_prefix"),
        ("firehose_stream.eventbridge@us-east-1", "error_prefix"),
        ("iam_role.eventbridge-eu-west-1", "trust_policy"),
        ("iam_role.eventbridge-us-east-1", "trust_policy"),
        (
            "iam_role.firehose-eu-west-1",
            "inline_policy[default], trust_policy",
        ),
        (
            "iam_role.firehose-us-east-1",
            "inline_policy[default], trust_policy",
        ),
        ("iam_role.integration", "inline_policy[STSIntegration]"),
        ("kms_key.integration@eu-west-1", "key_policy"),
        ("s3_bucket.logs@eu-west-1", "bucket_policy"),
    ];
    assert_eq!(changes, changed.map(|(address, _)| (address, "update")));
    for (address, attributes) in changed {
        assert_eq!(plan.attributes(address).join(", "), attributes, "{address}");
    }

    account.apply(&HARDENED).has_done(9);
    hardened(&account, &regions).check().await;
    account.plan(&HARDENED).has_no_changes();
    account.apply(&[]).has_done(9);
    Deployment::of(&account, &regions).check().await;
    account.plan(&[]).has_no_changes();
}

#[tokio::test]
async fn a_saved_plan_from_before_the_key_existed_is_applied() {
    let account = Account::new(&[MAIN]);
    account
        .provision(&["plan", "--out=plan.json", HARDENED[0], HARDENED[1]])
        .exits(0);
    // A saved plan belongs to the settings that it was made from.
    let documented = ["apply", "plan.json", "--yes", HARDENED[0], "documented"];
    let other = account.provision(&documented).exits(1);
    other.says("stackstate.profile").writes_nothing();
    account.apply(&["plan.json", HARDENED[0], HARDENED[1]]);
    hardened(&account, &[MAIN]).check().await;
}

#[tokio::test]
async fn a_postfix_is_added_to_the_names_in_the_documents() {
    let account = Account::new(&[MAIN]);
    let flags = [HARDENED[0], HARDENED[1], "--postfix", "-blue"];
    account.apply(&flags);
    let deployment = Deployment {
        postfix: "-blue",
        ..hardened(&account, &[MAIN])
    };
    deployment.check().await;
    account.plan(&flags).has_no_changes();
}

#[tokio::test]
async fn without_a_key_the_documents_have_no_statement_on_a_key() {
    let account = Account::new(&[MAIN]);
    let flags = [HARDENED[0], HARDENED[1], "--encryption", "none"];
    account.apply(&flags);
    let deployment = Deployment {
        encrypted: false,
        ..hardened(&account, &[MAIN])
    };
    deployment.check().await;
    account.plan(&flags).has_no_changes();
}

#[tokio::test]
async fn a_new_key_replaces_the_old_one_in_the_roles_policy() {
    let account = Account::new(&[MAIN]);
    account.apply(&HARDENED);
    let kms = account.kms(MAIN);
    let alias = "alias/stackstate-integration";
    let key = kms.describe_key().key_id(alias).send().await.unwrap();
    let id = key.key_metadata.unwrap().key_id;
    // As if the key had been deleted by hand, and its waiting time were over.
    kms.delete_alias().alias_name(alias).send().await.unwrap();
    for tag in ["provision:system", "provision:deployment"] {
        let untag = kms.untag_resource().key_id(&id).tag_keys(tag);
        untag.send().await.unwrap();
    }
    account.apply(&HARDENED);
    hardened(&account, &[MAIN]).check().await;
    account.plan(&HARDENED).has_no_changes();
}

#[tokio::test]
async fn audit_trail_changes_to_the_profile_and_back_in_place() {
    const POLICY: &str = "iam_policy.AuditTrailRole";
    let hardened =
        format!("[audit_trail]\nprofile = \"hardened\"\npermissions_boundary = {BOUNDARY:?}\n");
    let account = Account::new(&[MAIN]);
    account.write("provision.toml", &hardened);
    account.apply(&[]).has_done(1);
    account.plan(&[]).has_no_changes();
    let own = "arn:aws:iam::*:role/AuditTrailRole-*";
    let statement = &statement(&account, "IAMBoundedRoles").await[0];
    assert_eq!(statement["Resource"], own);
    let boundary = &statement["Condition"]["ArnEquals"]["iam:PermissionsBoundary"];
    assert_eq!(boundary, BOUNDARY);

    account.write("provision.toml", "[audit_trail]\n");
    account.mends("documented", POLICY, "update", &["document"]);
    let bounded = self::statement(&account, "IAMBoundedRoles").await;
    assert_eq!(bounded, Vec::<Json>::new());
    account.write("provision.toml", &hardened);
    account.mends("hardened again", POLICY, "update", &["document"]);
    account.destroy(&[]).has_done(1);
}

/// The statements of that name in Audit Trail's policy.
async fn statement(account: &Account, sid: &str) -> Vec<Json> {
    let iam = account.iam();
    let arn = format!("arn:aws:iam::{}:policy/AuditTrailRole", account.id);
    let policy = iam.get_policy().policy_arn(&arn).send().await.unwrap();
    let version = policy.policy.unwrap().default_version_id.unwrap();
    let version = iam
        .get_policy_version()
        .policy_arn(&arn)
        .version_id(version);
    let version = version.send().await.unwrap().policy_version.unwrap();
    let text = version.document.unwrap();
    let text = percent_encoding::percent_decode_str(&text)
        .decode_utf8()
        .unwrap();
    let mut policy: Json = serde_json::from_str(&text).unwrap();
    let statements = policy["Statement"].as_array_mut().unwrap();
    statements.retain(|statement| statement["Sid"] == sid);
    statements.clone()
}
