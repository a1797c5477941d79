//! A security team contains a role or a bucket of ours. A later run must not undo that.

use futures_util::future::FutureExt;

use super::Attack;
use super::stage::{Played, Stage};
use crate::harness::{Account, MAIN};

const ROLE: &str = "StackStateAwsIntegrationRole";
const DENY_ALL: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Contain","Effect":"Deny",
    "Action":"*","Resource":"*"}]}"#;
const REVOKE: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*",
    "Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"2026-11-28T00:00:00Z"}}}]}"#;

pub(super) fn attacks() -> Vec<Attack> {
    vec![
        Attack {
            name: "waits for a pipeline's apply to remove a deny-all policy from the role",
            may: "nothing: holds a session of the role",
            play: || an_attached_deny().boxed_local(),
        },
        Attack {
            name: "waits for an apply to remove the policy that revokes older sessions",
            may: "nothing: holds a session of the role",
            play: || a_revocation().boxed_local(),
        },
        Attack {
            name: "waits for an apply to remove a permissions boundary from the role",
            may: "nothing: holds a session of the role",
            play: || a_boundary().boxed_local(),
        },
        Attack {
            name: "waits for an apply to remove a Deny from the bucket's policy",
            may: "nothing: may read the bucket otherwise",
            play: || a_denial_of_the_bucket().boxed_local(),
        },
    ]
}

async fn stays(account: Account, name: &'static str) -> Played {
    let stage = Stage::guard(account, |it| it.starts_with(name)).await;
    stage
        .plays(&["apply", "--yes"], 1, "--remove-restrictions")
        .await
}

async fn an_attached_deny() -> Played {
    let account = Account::applied(&[MAIN]);
    let iam = account.iam();
    let policy = iam.create_policy().policy_name("contain");
    let policy = policy.policy_document(DENY_ALL).send().await.unwrap();
    let attach = iam.attach_role_policy().role_name(ROLE);
    let attach = attach.policy_arn(policy.policy.unwrap().arn.unwrap());
    attach.send().await.unwrap();
    stays(account, "role StackStateAwsIntegrationRole").await
}

async fn a_revocation() -> Played {
    let account = Account::applied(&[MAIN]);
    let put = account.iam().put_role_policy().role_name(ROLE);
    let put = put.policy_name("AWSRevokeOlderSessions");
    put.policy_document(REVOKE).send().await.unwrap();
    stays(account, "role StackStateAwsIntegrationRole").await
}

async fn a_boundary() -> Played {
    let account = Account::applied(&[MAIN]);
    let put = account.iam().put_role_permissions_boundary();
    let put = put.role_name(ROLE);
    let put = put.permissions_boundary("arn:aws:iam::aws:policy/ReadOnlyAccess");
    put.send().await.unwrap();
    stays(account, "role StackStateAwsIntegrationRole").await
}

async fn a_denial_of_the_bucket() -> Played {
    let account = Account::applied(&[MAIN]);
    let bucket = format!("stackstate-logs-{}", account.id);
    let s3 = account.s3(MAIN);
    let policy = s3.get_bucket_policy().bucket(&bucket).send().await;
    let policy = policy.unwrap().policy.unwrap();
    let mut policy: serde_json::Value = serde_json::from_str(&policy).unwrap();
    let statements = policy["Statement"].as_array_mut().unwrap();
    statements.push(serde_json::json!({
        "Sid": "Contain",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": format!("arn:aws:s3:::{bucket}/*"),
    }));
    let put = s3.put_bucket_policy().bucket(&bucket);
    put.policy(policy.to_string()).send().await.unwrap();
    stays(account, "bucket ").await
}
