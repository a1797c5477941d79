//! A security team restricts what a deployment may do: no run undoes that without a person's consent.

use serde_json::{Value as Json, json};

use crate::deployment::Deployment;
use crate::harness::{Account, MAIN, inventory};

const ROLE: &str = "StackStateAwsIntegrationRole";
const DENY_ALL: &str = "arn:aws:iam::aws:policy/AWSDenyAll";
const BOUNDARY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";
pub const BOTH: &str = "regions = [\"eu-west-1\"]\ntags = { team = \"observability\" }\n[stackstate]\n\
    agent_principals = [\"210987654321\"]\nexternal_id = \"${STS_EXTERNAL_ID}\"\n[audit_trail]\n";
const DENY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["*"],
    "Resource":["*"],"Condition":{"DateLessThan":
    {"aws:TokenIssueTime":"2026-11-28T06:00:00.000Z"}}}]}"#;

/// The policy with a statement that denies everything to everyone.
fn denied(policy: &str, resource: &str) -> String {
    let mut policy: Json = serde_json::from_str(policy).unwrap();
    let denies = json!({"Sid": "Containment", "Effect": "Deny", "Principal": "*",
        "Action": resource, "Resource": "*"});
    policy["Statement"].as_array_mut().unwrap().push(denies);
    policy.to_string()
}

/// Contains the deployment in every way that a security team has.
pub async fn contain(account: &Account) {
    let iam = account.iam();
    let attach = iam.attach_role_policy().role_name(ROLE);
    attach.policy_arn(DENY_ALL).send().await.unwrap();
    let revoke = iam.put_role_policy().role_name(ROLE);
    let revoke = revoke.policy_name("AWSRevokeOlderSessions");
    revoke.policy_document(DENY).send().await.unwrap();
    let bound = iam.put_role_permissions_boundary();
    let bound = bound.role_name("StackStateFirehoseRole-eu-west-1");
    bound.permissions_boundary(BOUNDARY).send().await.unwrap();
    let version = iam.create_policy_version();
    let version = version.policy_arn(format!("arn:aws:iam::{}:policy/AuditTrailRole", account.id));
    let version = version.policy_document(DENY).set_as_default(true);
    version.send().await.unwrap();

    let s3 = account.s3(MAIN);
    let bucket = Deployment::of(account, &[MAIN]).bucket();
    let policy = s3.get_bucket_policy().bucket(&bucket).send().await.unwrap();
    let policy = denied(policy.policy().unwrap(), "s3:*");
    let put = s3.put_bucket_policy().bucket(&bucket).policy(policy);
    put.send().await.unwrap();

    let kms = account.kms(MAIN);
    let id = account.key_id().await;
    let policy = kms.get_key_policy().key_id(&id).policy_name("default");
    let policy = policy.send().await.unwrap();
    let policy = denied(policy.policy().unwrap(), "kms:Decrypt");
    let put = kms.put_key_policy().key_id(&id).policy_name("default");
    put.policy(policy).send().await.unwrap();
    kms.disable_key().key_id(&id).send().await.unwrap();
}

/// Each contained resource, with what its reason names.
const CONTAINED: [(&str, &[&str]); 5] = [
    (
        "iam_role.integration",
        &[
            "attached_policy[arn:aws:iam::aws:policy/AWSDenyAll]",
            "statement 1 in inline_policy[AWSRevokeOlderSessions]",
        ],
    ),
    (
        "iam_role.firehose-eu-west-1",
        &["the permissions boundary arn:aws:iam::aws:policy/ReadOnlyAccess"],
    ),
    ("iam_policy.AuditTrailRole", &["statement 1 in document"]),
    (
        "s3_bucket.logs@eu-west-1",
        &["statement \"Containment\" in bucket_policy"],
    ),
    (
        "kms_key.integration@eu-west-1",
        &[
            "statement \"Containment\" in key_policy",
            "the key is disabled",
        ],
    ),
];

#[tokio::test]
async fn a_containment_stays_until_a_person_agrees_to_remove_it() {
    let account = Account::new(&[MAIN]);
    account.write("provision.toml", BOTH);
    account.apply(&[]);
    contain(&account).await;
    let before = inventory::of(&account, &[MAIN]).await;

    let plan = account.plan(&[]);
    assert_eq!(plan.changes().len(), CONTAINED.len());
    for (address, named) in CONTAINED {
        assert_eq!(plan.action(address), "blocked", "{address}");
        let reason = plan.reason(address);
        for part in named.iter().chain(&["`--remove-restrictions`"]) {
            assert!(reason.contains(part), "{address}: {reason}");
        }
    }
    let refused = account.provision(&["apply", "--yes"]);
    refused
        .exits(1)
        .writes_nothing()
        .says("nothing was changed");
    let refused = account.provision(&["apply", "--yes", "--adopt"]);
    refused.exits(1).writes_nothing();
    account
        .provision(&["preflight"])
        .exits(1)
        .writes_nothing()
        .says("`--remove-restrictions`");
    assert_eq!(inventory::of(&account, &[MAIN]).await, before);

    let agreed = account.apply(&["--remove-restrictions"]);
    agreed.says("Outcome: 5 done.");
    account.plan(&[]).has_no_changes();
    Deployment::of(&account, &[MAIN]).check().await;
}

#[tokio::test]
async fn a_policy_whose_document_may_not_be_read_counts_as_a_restriction() {
    let account = Account::applied(&[MAIN]);
    let attach = account.iam().attach_role_policy().role_name(ROLE);
    attach.policy_arn(BOUNDARY).send().await.unwrap();
    assert_eq!(
        account.plan(&[]).changes(),
        [("iam_role.integration", "update")],
        "the policy allows only"
    );
    account.refuse("GetPolicy", "AccessDenied", "not authorized");
    let plan = account.plan(&[]);
    assert_eq!(plan.changes(), [("iam_role.integration", "blocked")]);
    let reason = plan.reason("iam_role.integration");
    assert!(reason.contains("cannot be read and may deny"), "{reason}");
    account
        .apply(&["--remove-restrictions"])
        .says("Outcome: 1 done.");
}

#[tokio::test]
async fn a_destroy_needs_no_consent_because_the_restricted_goes_too() {
    let account = Account::new(&[MAIN]);
    account.write("provision.toml", BOTH);
    account.apply(&[]);
    contain(&account).await;
    account.destroy(&[]);
    assert!(
        account
            .iam()
            .get_role()
            .role_name(ROLE)
            .send()
            .await
            .is_err()
    );
}
