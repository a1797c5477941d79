//! What a security team did against a misuse, and what would undo it.

use futures_util::future::FutureExt;

use super::Attack;
use super::stage::{Played, Stage};
use crate::harness::{Account, MAIN};
use crate::restrictions;

pub(super) fn attacks() -> Vec<Attack> {
    vec![
        Attack {
            name: "holds a session of our role, and waits for a pipeline's apply to remove the deny-all policy, the revocation of sessions, the boundary and the Deny in bucket and key policy",
            may: "nothing",
            play: || a_pipeline_that_applies().boxed_local(),
        },
        Attack {
            name: "has Audit Trail's policy, and waits for a destroy to remove the Deny that was put into it",
            may: "what the policy allows",
            play: || a_policy_with_a_deny().boxed_local(),
        },
        Attack {
            name: "waits for an apply to take back a key that was disabled and scheduled for deletion",
            may: "what the key allows",
            play: || a_doomed_key().boxed_local(),
        },
        Attack {
            name: "writes `adopt` into a saved plan that a pipeline applies",
            may: "to write the plan's file",
            play: || a_plan_with_consent().boxed_local(),
        },
        Attack {
            name: "writes a principal of its own into a saved plan that a pipeline applies",
            may: "to write the plan's file",
            play: || a_plan_with_a_principal().boxed_local(),
        },
        Attack {
            name: "writes a destroy into a saved plan that a pipeline applies",
            may: "to write the plan's file",
            play: || a_plan_that_destroys().boxed_local(),
        },
    ]
}

async fn a_pipeline_that_applies() -> Played {
    let account = Account::new(&[MAIN]);
    account.write("provision.toml", restrictions::BOTH);
    account.apply(&[]);
    restrictions::contain(&account).await;
    let stage = Stage::guard_all(account, "`--remove-restrictions`").await;
    stage.run(&["apply", "--yes"], 1).await
}

async fn a_plan_with_consent() -> Played {
    let account = Account::new(&[MAIN]);
    let role = account.iam().create_role();
    let role = role.role_name("StackStateAwsIntegrationRole");
    let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow",
        "Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;
    role.assume_role_policy_document(trust)
        .send()
        .await
        .unwrap();
    account
        .provision(&["plan", "--adopt", "--out", "plan.json"])
        .exits(0);
    let stage = Stage::guard_all(account, "--adopt").await;
    stage.run(&["apply", "--yes", "plan.json"], 1).await
}

async fn a_plan_with_a_principal() -> Played {
    let account = Account::new(&[MAIN]);
    let forged = ["--agent-principal", "999999999999", "--out", "plan.json"];
    account
        .provision(&[&["plan"], &forged[..]].concat())
        .exits(0);
    let stage = Stage::guard_all(account, "--agent-principal=999999999999").await;
    stage.run(&["apply", "--yes", "plan.json"], 1).await
}

async fn a_plan_that_destroys() -> Played {
    let account = Account::applied(&[MAIN]);
    account
        .provision(&["plan", "--destroy", "--out", "plan.json"])
        .exits(0);
    let stage = Stage::guard_all(account, "was made with --destroy").await;
    stage.run(&["apply", "--yes", "plan.json"], 1).await
}

async fn a_policy_with_a_deny() -> Played {
    let account = Account::new(&[]);
    let user = account.iam().create_user().user_name("audit-trail");
    user.send().await.unwrap();
    let settings = "[audit_trail]\nattach_to = [\"user/audit-trail\"]\n";
    account.write("provision.toml", settings);
    account.apply(&[]);
    let version = account.iam().create_policy_version();
    let arn = format!("arn:aws:iam::{}:policy/AuditTrailRole", account.id);
    let version = version.policy_arn(arn).set_as_default(true);
    let version = version.policy_document(restrictions::DENY);
    version.send().await.unwrap();
    let words = "its deletion would remove what restricts access";
    let stage = Stage::guard_all(account, words).await;
    stage.run(&["destroy", "--yes"], 1).await
}

async fn a_doomed_key() -> Played {
    let account = Account::applied(&[MAIN]);
    let key = account.key_id().await;
    let kms = account.kms(MAIN);
    kms.disable_key().key_id(&key).send().await.unwrap();
    let schedule = kms.schedule_key_deletion().key_id(&key);
    schedule.send().await.unwrap();
    let words = "it would remove what restricts access: that the key is scheduled for deletion";
    let stage = Stage::guard_all(account, words).await;
    stage.run(&["apply", "--yes"], 1).await
}
