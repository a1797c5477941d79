//! Audit Trail's policy and attachments: created, corrected and removed, also after changes by others.

use serde_json::{Value as Json, json};

use crate::harness::{Account, MAIN};

const SETTINGS: &str = "[audit_trail]\nattach_to = [\"user/audit-trail\", \"role/app\"]\n";
const POLICY: &str = "iam_policy.AuditTrailRole";

/// An account with the user and the role of the settings.
async fn account(settings: &str) -> Account {
    let account = Account::new(&[MAIN]);
    account.write("provision.toml", settings);
    let iam = account.iam();
    let user = iam.create_user().user_name("audit-trail");
    user.send().await.unwrap();
    let trust = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}"#;
    let role = iam.create_role().role_name("app");
    let role = role.assume_role_policy_document(trust);
    role.send().await.unwrap();
    account
}

fn arn(account: &Account) -> String {
    format!("arn:aws:iam::{}:policy/AuditTrailRole", account.id)
}

/// The document of the policy's default version.
async fn document(account: &Account) -> Json {
    let iam = account.iam();
    let policy = iam.get_policy().policy_arn(arn(account)).send().await;
    let version = policy.unwrap().policy.unwrap().default_version_id.unwrap();
    let version = iam.get_policy_version().version_id(version);
    let version = version.policy_arn(arn(account)).send().await.unwrap();
    let text = version.policy_version.unwrap().document.unwrap();
    let text = percent_encoding::percent_decode_str(&text);
    serde_json::from_str(&text.decode_utf8().unwrap()).unwrap()
}

#[tokio::test]
async fn the_policy_is_made_attached_kept_and_removed() {
    let account = account(SETTINGS).await;
    account.apply(&[]).has_done(3);
    let shipped = include_str!("../policies/audit-trail/permissions.json");
    let shipped: Json = serde_json::from_str(shipped).unwrap();
    assert_eq!(document(&account).await, shipped);
    let attached = account.iam().list_attached_user_policies();
    let attached = attached.user_name("audit-trail").send().await.unwrap();
    assert_eq!(attached.attached_policies().len(), 1);

    let plan = account.provision(&["plan"]).exits(0);
    plan.says("No changes: 3 unchanged.");
    account.apply(&[]).writes_nothing();
    account.destroy(&[]).has_done(3);
    let policy = account.iam().get_policy().policy_arn(arn(&account));
    assert!(policy.send().await.is_err(), "the policy is gone");
}

#[tokio::test]
async fn a_changed_document_becomes_the_default_version_even_after_five_versions() {
    let account = account(SETTINGS).await;
    account.apply(&[]);
    let iam = account.iam();
    let other = json!({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}],
    });
    for _ in 0..4 {
        let version = iam.create_policy_version().policy_arn(arn(&account));
        let version = version.policy_document(other.to_string());
        version.set_as_default(true).send().await.unwrap();
    }
    account.mends("edited by hand", POLICY, "update", &["document"]);
    assert_eq!(
        document(&account).await["Statement"][0]["Sid"],
        "PreflightCheck"
    );
    let versions = iam.list_policy_versions().policy_arn(arn(&account));
    let versions = versions.send().await.unwrap();
    let ids: Vec<_> = versions
        .versions()
        .iter()
        .filter_map(|version| version.version_id())
        .collect();
    assert_eq!(ids.len(), 5, "{ids:?}");
    assert!(!ids.contains(&"v1"), "the oldest made room: {ids:?}");
    account.destroy(&[]);
}

#[tokio::test]
async fn a_detached_policy_is_attached_again() {
    let account = account(SETTINGS).await;
    account.apply(&[]);
    let detach = account.iam().detach_role_policy().role_name("app");
    detach.policy_arn(arn(&account)).send().await.unwrap();
    let attachment = "iam_policy_attachment.AuditTrailRole:role/app";
    account.mends("detached by hand", attachment, "create", &[]);
}

#[tokio::test]
async fn an_attachment_of_others_blocks_the_policys_deletion() {
    let account = account(SETTINGS).await;
    account.apply(&[]);
    let iam = account.iam();
    iam.create_group()
        .group_name("theirs")
        .send()
        .await
        .unwrap();
    let attach = iam.attach_group_policy().group_name("theirs");
    attach.policy_arn(arn(&account)).send().await.unwrap();

    account
        .apply(&[])
        .writes_nothing()
        .says("also attached to group/theirs, which is not in `attach_to`");
    account
        .provision(&["destroy", "--yes"])
        .exits(1)
        .says("also attached to group/theirs, which is not in `attach_to`; detach it there, or run `provision destroy --detach-foreign`")
        .writes_nothing();
    account
        .destroy(&["--detach-foreign"])
        .says("also attached to group/theirs, which is not in `attach_to`; the deletion takes it from them");
    let attached = iam.list_attached_group_policies().group_name("theirs");
    assert!(
        attached
            .send()
            .await
            .unwrap()
            .attached_policies()
            .is_empty()
    );
}

#[tokio::test]
async fn an_identity_that_does_not_exist_is_reported_before_anything_is_written() {
    let account = Account::new(&[MAIN]);
    account.write("provision.toml", SETTINGS);
    account
        .provision(&["apply", "--yes"])
        .exits(1)
        .says("there is no user/audit-trail in this account; create it, or correct `attach_to`")
        .writes_nothing();
}

#[tokio::test]
async fn a_policy_of_others_is_blocked_until_it_is_adopted() {
    let account = account(SETTINGS).await;
    let iam = account.iam();
    let policy = iam.create_policy().policy_name("AuditTrailRole");
    let policy = policy.description("For use with Audit Trail");
    let document = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Action": "s3:*", "Resource": "*"}]}"#;
    policy.policy_document(document).send().await.unwrap();

    let blocked = account.provision(&["apply", "--yes"]).exits(1);
    blocked
        .says("it exists and is not managed by provision: it carries no tags; `--adopt` takes it over")
        .writes_nothing();
    account.destroy_leaves(&[]).writes_nothing();
    account.apply(&["--adopt"]).has_done(3);
    account.plan(&[]).has_no_changes();
}

#[tokio::test]
async fn both_systems_are_deployed_together_and_each_alone() {
    let both = format!(
        "regions = [{MAIN:?}]\n[stackstate]\nagent_principals = [\"210987654321\"]\n\
         external_id = \"${{STS_EXTERNAL_ID}}\"\n{SETTINGS}"
    );
    let account = account(&both).await;
    account.apply(&["--only=audit-trail"]).has_done(3);
    account.apply(&[]).has_done(8);
    account.plan(&[]).has_no_changes();
    account.destroy(&["--only=stackstate"]).has_done(8);
    let plan = account.plan(&["--only=audit-trail"]);
    plan.has_no_changes();
    account.destroy(&[]).has_done(3);
}
