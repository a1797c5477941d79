//! Changes by hand to our roles: the next plan shows each, and the next apply corrects it.

use aws_sdk_iam::types::Tag;
use serde_json::{Value as Json, json};

use crate::deployment::Deployment;
use crate::harness::{Account, MAIN};

const ROLE: &str = "StackStateAwsIntegrationRole";
const ADDRESS: &str = "iam_role.integration";
/// A policy of others, inline or managed.
const EXTRA: &str = r#"{"Version":"2012-10-17","Statement":
    {"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;

/// Creates a managed policy in the account and returns its ARN.
async fn managed_policy(account: &Account, name: &str) -> String {
    let policy = account.iam().create_policy().policy_name(name);
    let policy = policy.policy_document(EXTRA).send().await.unwrap();
    policy.policy.unwrap().arn.unwrap()
}

async fn inline_policy(account: &Account, name: &str, document: &str) {
    let policy = account.iam().put_role_policy().role_name(ROLE);
    let policy = policy.policy_name(name).policy_document(document);
    policy.send().await.unwrap();
}

/// The integration role's own policy.
async fn own_policy(account: &Account) -> Json {
    let policy = account.iam().get_role_policy().role_name(ROLE);
    let policy = policy.policy_name("STSIntegration").send().await.unwrap();
    let text = percent_encoding::percent_decode_str(policy.policy_document());
    serde_json::from_str(&text.decode_utf8().unwrap()).unwrap()
}

#[tokio::test]
async fn every_change_to_a_role_is_shown_and_corrected() {
    let account = Account::applied(&[MAIN]);
    let iam = account.iam();
    let mends =
        |reason: &str, attribute: &str| account.mends(reason, ADDRESS, "update", &[attribute]);

    let mut policy = own_policy(&account).await;
    policy["Statement"]
        .as_array_mut()
        .unwrap()
        .retain(|it| it["Sid"] != "RdsAccess");
    inline_policy(&account, "STSIntegration", &policy.to_string()).await;
    account
        .provision(&["plan"])
        .says("+ statement \"RdsAccess\"");
    mends("a statement was removed", "inline_policy[STSIntegration]");

    let mut policy = own_policy(&account).await;
    policy["Statement"][0]["Action"] =
        json!(["cloudtrail:LookupEvents", "iam:ListAccountAliases", "iam:*"]);
    inline_policy(&account, "STSIntegration", &policy.to_string()).await;
    account
        .provision(&["plan"])
        .says("~ statement \"SelfAccess\"")
        .says("- action iam:*");
    mends("an action was added", "inline_policy[STSIntegration]");

    let delete = iam.delete_role_policy().role_name(ROLE);
    delete.policy_name("STSIntegration").send().await.unwrap();
    mends("the policy was removed", "inline_policy[STSIntegration]");

    inline_policy(&account, "extra", EXTRA).await;
    mends("an inline policy was added", "inline_policy[extra]");

    let arn = managed_policy(&account, "extra").await;
    let attach = iam.attach_role_policy().role_name(ROLE).policy_arn(&arn);
    attach.send().await.unwrap();
    mends(
        "a managed policy was attached",
        &format!("attached_policy[{arn}]"),
    );

    let boundary = iam.put_role_permissions_boundary().role_name(ROLE);
    boundary.permissions_boundary(&arn).send().await.unwrap();
    account.mends_with(
        &["--remove-restrictions"],
        "a permissions boundary was set",
        ADDRESS,
        "update",
        &["permissions_boundary"],
    );

    let trust = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}});
    let update = iam.update_assume_role_policy().role_name(ROLE);
    update
        .policy_document(trust.to_string())
        .send()
        .await
        .unwrap();
    mends("everyone was trusted", "trust_policy");

    let update = iam.update_role().role_name(ROLE).max_session_duration(7200);
    update.send().await.unwrap();
    mends("sessions were made longer", "max_session_seconds");

    let tag = Tag::builder().key("team").value("other").build().unwrap();
    iam.tag_role()
        .role_name(ROLE)
        .tags(tag)
        .send()
        .await
        .unwrap();
    mends("a tag was changed", "tags[team]");

    let untag = iam.untag_role().role_name(ROLE).tag_keys("team");
    untag.send().await.unwrap();
    mends("a tag was removed", "tags[team]");

    account.plan(&[]).has_no_changes();
    Deployment::of(&account, &[MAIN]).check().await;
}

#[tokio::test]
async fn a_deleted_role_is_created_again() {
    let account = Account::applied(&[MAIN]);
    let iam = account.iam();
    let name = "StackStateFirehoseRole-eu-west-1";
    let policy = iam
        .delete_role_policy()
        .role_name(name)
        .policy_name("default");
    policy.send().await.unwrap();
    iam.delete_role().role_name(name).send().await.unwrap();
    account.mends("deleted", "iam_role.firehose-eu-west-1", "create", &[]);
    account.plan(&[]).has_no_changes();
    Deployment::of(&account, &[MAIN]).check().await;
}

#[tokio::test]
async fn policies_in_keep_policies_are_kept() {
    let account = Account::applied(&[MAIN]);
    let iam = account.iam();
    let by_arn = managed_policy(&account, "kept-by-arn").await;
    let by_name = managed_policy(&account, "kept-by-name").await;
    let unkept = managed_policy(&account, "unkept").await;
    for arn in [&by_arn, &by_name, &unkept] {
        let attach = iam.attach_role_policy().role_name(ROLE).policy_arn(arn);
        attach.send().await.unwrap();
    }
    inline_policy(&account, "kept-inline", EXTRA).await;
    inline_policy(&account, "kept-inline-not", EXTRA).await;
    // Whoever may add a policy gives it a kept name, of another kind.
    inline_policy(&account, "kept-by-name", EXTRA).await;
    let forged = managed_policy(&account, "kept-inline").await;
    let attach = iam.attach_role_policy().role_name(ROLE);
    attach.policy_arn(&forged).send().await.unwrap();

    let keep: Vec<&str> = [&by_arn, "customer/kept-by-name", "inline/kept-inline"]
        .iter()
        .flat_map(|policy| ["--keep-policy", policy])
        .collect();
    let unkept = format!("attached_policy[{unkept}]");
    let forged = format!("attached_policy[{forged}]");
    let expected = [
        forged.as_str(),
        unkept.as_str(),
        "inline_policy[kept-by-name]",
        "inline_policy[kept-inline-not]",
    ];
    assert_eq!(account.plan(&keep).attributes(ADDRESS), expected);
    let mut shown = account.provision(&[&["plan"], &keep[..]].concat());
    for kept in [by_arn.as_str(), by_name.as_str(), "inline/kept-inline"] {
        shown = shown.says(&format!("keeps {kept}: s3:* on *"));
    }
    account.apply(&keep);
    account.plan(&keep).has_no_changes();

    let attached = iam
        .list_attached_role_policies()
        .role_name(ROLE)
        .send()
        .await
        .unwrap();
    let mut attached: Vec<_> = attached
        .attached_policies()
        .iter()
        .map(|it| it.policy_arn().unwrap())
        .collect();
    attached.sort_unstable();
    assert_eq!(attached, [by_arn.as_str(), by_name.as_str()]);
    let inline = iam
        .list_role_policies()
        .role_name(ROLE)
        .send()
        .await
        .unwrap();
    let mut inline = inline.policy_names;
    inline.sort_unstable();
    assert_eq!(inline, ["STSIntegration", "kept-inline"]);

    // Kept policies do not prevent the role's deletion.
    account.destroy(&keep);
    assert!(iam.get_role().role_name(ROLE).send().await.is_err());
}
