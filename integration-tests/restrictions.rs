//! A security team restricts what a deployment may do: no run undoes that without a person's consent.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value as Json, json};

use crate::deployment::Deployment;
use crate::harness::{Account, Call, MAIN, Moment, inventory};

const ROLE: &str = "StackStateAwsIntegrationRole";
const DENY_ALL: &str = "arn:aws:iam::aws:policy/AWSDenyAll";
const BOUNDARY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";
pub const BOTH: &str = "regions = [\"eu-west-1\"]\ntags = { team = \"observability\" }\n[stackstate]\n\
    agent_principals = [\"210987654321\"]\nexternal_id = \"${STS_EXTERNAL_ID}\"\n[audit_trail]\n";
pub const DENY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["*"],
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

/// Denies the integration role everything, and revokes its open sessions.
async fn contain_the_role(account: &Account) {
    let iam = account.iam();
    let attach = iam.attach_role_policy().role_name(ROLE);
    attach.policy_arn(DENY_ALL).send().await.unwrap();
    let revoke = iam.put_role_policy().role_name(ROLE);
    let revoke = revoke.policy_name("AWSRevokeOlderSessions");
    revoke.policy_document(DENY).send().await.unwrap();
}

/// Contains the deployment in every way that a security team has.
pub async fn contain(account: &Account) {
    let iam = account.iam();
    contain_the_role(account).await;
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
    agreed.has_done(5);
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
    account.apply(&["--remove-restrictions"]).has_done(1);
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

#[tokio::test]
async fn a_destroy_that_ends_half_way_has_removed_no_denial_before_what_a_role_may_do() {
    let account = Account::applied(&[MAIN]);
    let iam = account.iam();
    contain_the_role(&account).await;
    let own = iam.list_role_policies().role_name(ROLE).send().await;
    let mut own = own.unwrap().policy_names;
    own.retain(|name| name != "AWSRevokeOlderSessions");

    let denied = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not you</Message>\
                  </Error></ErrorResponse>";
    let name = own[0].clone();
    account.stand_in(move |call| {
        let is_own = call.operation == "DeleteRolePolicy" && call.name.contains(&name);
        is_own.then(|| ("403 Forbidden".to_owned(), denied.to_owned()))
    });
    account.provision(&["destroy", "--yes"]).exits(1);
    let attached = iam.list_attached_role_policies().role_name(ROLE).send();
    let attached = attached.await.unwrap().attached_policies.unwrap();
    let attached: Vec<_> = attached.iter().map(|it| it.policy_arn()).collect();
    assert_eq!(attached, [Some(DENY_ALL)]);
    let inline = iam.list_role_policies().role_name(ROLE).send().await;
    let inline = inline.unwrap().policy_names;
    assert!(
        inline.contains(&"AWSRevokeOlderSessions".to_owned()),
        "{inline:?}"
    );
}

/// An account whose bucket policy differs from the wanted one, and what writes the same policy with a
/// denial of everything.
async fn with_a_drifted_bucket_policy() -> (Account, impl Fn() + Send + Sync + 'static) {
    let account = Account::applied(&[MAIN]);
    let s3 = account.s3(MAIN);
    let bucket = Deployment::of(&account, &[MAIN]).bucket();
    let policy = s3.get_bucket_policy().bucket(&bucket).send().await.unwrap();
    let wanted = policy.policy().unwrap().to_owned();
    let mut drifted: Json = serde_json::from_str(&wanted).unwrap();
    let added = json!({"Sid": "Added", "Effect": "Allow", "Principal": {"AWS": "210987654321"},
        "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{bucket}/*")});
    drifted["Statement"].as_array_mut().unwrap().push(added);
    let drifted = drifted.to_string();
    let contained = denied(&drifted, "s3:*");
    let put = s3.put_bucket_policy().bucket(&bucket).policy(drifted);
    put.send().await.unwrap();
    let contain = move || {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_all().build().unwrap();
        let put = s3.put_bucket_policy().bucket(&bucket).policy(&contained);
        runtime.block_on(put.send()).unwrap();
    };
    (account, contain)
}

fn keeps_the_denial(account: &Account) {
    account
        .provision(&["apply", "--yes", "--no-preflight"])
        .exits(1)
        .says("statement \"Containment\" in bucket_policy");
    account.watch(|_, _| true);
    let plan = account.plan(&[]);
    assert_eq!(plan.action("s3_bucket.logs@eu-west-1"), "blocked");
}

fn reads_the_bucket_policy(call: &Call) -> bool {
    call.operation.starts_with("GET") && call.operation.contains("?policy")
}

#[tokio::test]
async fn a_denial_that_appears_right_before_the_bucket_policy_is_written_stays() {
    let (account, contain) = with_a_drifted_bucket_policy().await;
    // The survey reads the policy once. Whoever contains the bucket does so after that.
    account.watch(move |call, moment| {
        if reads_the_bucket_policy(call) && moment == Moment::Arrived && call.earlier == 1 {
            contain();
        }
        true
    });
    keeps_the_denial(&account);
}

#[tokio::test]
async fn a_denial_that_appears_while_s3_throttles_the_write_of_the_bucket_policy_stays() {
    let (account, contain) = with_a_drifted_bucket_policy().await;
    let first = AtomicBool::new(true);
    account.stand_in(move |call| {
        let writes = call.operation.starts_with("PUT") && call.operation.contains("?policy");
        writes.then(|| {
            if first.swap(false, Ordering::SeqCst) {
                contain();
            }
            let body = "<Error><Code>SlowDown</Code><Message>slower</Message></Error>";
            ("503 Slow Down".to_owned(), body.to_owned())
        })
    });
    keeps_the_denial(&account);
}

#[tokio::test]
async fn a_destroy_takes_no_denial_from_a_user_who_stays() {
    let account = Account::new(&[MAIN]);
    let iam = account.iam();
    iam.create_user().user_name("auditor").send().await.unwrap();
    let settings = format!("{BOTH}attach_to = [\"user/auditor\"]\n");
    account.write("provision.toml", &settings);
    account.apply(&[]);
    let arn = format!("arn:aws:iam::{}:policy/AuditTrailRole", account.id);
    let version = iam.create_policy_version().policy_arn(&arn);
    let version = version.policy_document(DENY).set_as_default(true);
    version.send().await.unwrap();

    account
        .provision(&["destroy", "--yes"])
        .exits(1)
        .says("! iam_policy.AuditTrailRole")
        .says("! iam_policy_attachment.AuditTrailRole:user/auditor")
        .says("`provision destroy --remove-restrictions` agrees to that");
    let attached = iam
        .list_attached_user_policies()
        .user_name("auditor")
        .send();
    let attached = attached.await.unwrap().attached_policies.unwrap();
    assert_eq!(attached.len(), 1);

    account.destroy(&["--remove-restrictions"]);
    let attached = iam
        .list_attached_user_policies()
        .user_name("auditor")
        .send();
    assert!(attached.await.unwrap().attached_policies().is_empty());
}
