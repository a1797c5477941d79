//! Resources of others under our names, and what their texts say.

use futures_util::future::FutureExt;

use super::Attack;
use super::stage::{Played, Stage};
use crate::forged;
use crate::harness::{AGENT, Account, MAIN};

const ROLE: &str = "StackStateAwsIntegrationRole";

pub(super) fn attacks() -> Vec<Attack> {
    vec![
        Attack {
            name: "names a role as ours, in a region where nothing of ours is",
            may: "`iam:CreateRole`",
            play: || a_role_of_another_region().boxed_local(),
        },
        Attack {
            name: "makes a role under our name before the first apply",
            may: "`iam:CreateRole`",
            play: || a_role_under_our_name().boxed_local(),
        },
        Attack {
            name: "makes our role with our tags, and trusts itself",
            may: "`iam:CreateRole`, `iam:TagRole`",
            play: || a_prepared_role().boxed_local(),
        },
        Attack {
            name: "attaches a policy under Audit Trail's name to itself, to be adopted",
            may: "`iam:CreatePolicy`, `iam:AttachUserPolicy` on itself",
            play: || a_policy_in_use().boxed_local(),
        },
        Attack {
            name: "takes a tag away from our role, so that a destroy leaves it and seems to be done",
            may: "`iam:UntagRole`",
            play: || a_lost_tag().boxed_local(),
        },
        Attack {
            name: "attaches a policy of its own under the name of a kept inline policy",
            may: "`iam:CreatePolicy`, `iam:AttachRolePolicy`",
            play: || a_kept_name().boxed_local(),
        },
        Attack {
            name: "writes the lines of a good ending into a tag",
            may: "`iam:TagRole`",
            play: || forged_lines().boxed_local(),
        },
    ]
}

/// Makes a role that the attacker's account may assume.
async fn make_role(iam: &aws_sdk_iam::Client, name: &str, tags: &[(&str, &str)]) {
    let trust = serde_json::json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"AWS": "arn:aws:iam::999999999999:root"},
    }});
    let role = iam.create_role().role_name(name);
    let role = tags.iter().fold(role, |role, (key, value)| {
        let tag = aws_sdk_iam::types::Tag::builder().key(*key).value(*value);
        role.tags(tag.build().unwrap())
    });
    let role = role.assume_role_policy_document(trust.to_string());
    role.send().await.unwrap();
}

async fn a_role_of_another_region() -> Played {
    let account = Account::new(&[MAIN]);
    make_role(&account.iam(), "StackStateFirehoseRole-us-east-1", &[]).await;
    let words = "it is not managed by provision and stays: it carries no tags";
    let stage = Stage::guard_all(account, words).await;
    stage.run(&["destroy", "--yes"], 1).await
}

async fn a_role_under_our_name() -> Played {
    let account = Account::new(&[MAIN]);
    make_role(&account.iam(), ROLE, &[]).await;
    let words =
        "it exists and is not managed by provision: it carries no tags; `--adopt` takes it over";
    let stage = Stage::guard_all(account, words).await;
    stage.run(&["apply", "--yes"], 1).await
}

/// Nothing tells such a role from ours, so the apply shows the difference and corrects it.
async fn a_prepared_role() -> Played {
    let account = Account::new(&[MAIN]);
    let tags = [
        ("provision:system", "stackstate"),
        ("provision:deployment", "default"),
        ("team", "observability"),
    ];
    make_role(&account.iam(), ROLE, &tags).await;
    let words = "- principal AWS arn:aws:iam::999999999999:root";
    let mut stage = Stage::guard(account, words, |_| false).await;
    let run = stage.account.provision(&["apply", "--yes"]);
    let role = stage.account.iam().get_role().role_name(ROLE).send().await;
    let trust = role.unwrap().role.unwrap().assume_role_policy_document;
    let trust = trust.unwrap();
    let is_corrected = trust.contains(AGENT) && !trust.contains("999999999999");
    stage.expect(is_corrected, || trust.clone());
    stage.judge(&run, 0).await
}

async fn a_lost_tag() -> Played {
    let account = Account::applied(&[MAIN]);
    let untag = account.iam().untag_role().role_name(ROLE);
    untag.tag_keys("provision:deployment").send().await.unwrap();
    let words = "iam_role.integration";
    let stage = Stage::guard(account, words, |name| name.contains(ROLE)).await;
    stage.run(&["destroy", "--yes"], 1).await
}

async fn a_kept_name() -> Played {
    let account = Account::applied(&[MAIN]);
    let iam = account.iam();
    let all =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    let policy = iam
        .create_policy()
        .policy_name("audit")
        .policy_document(all);
    let policy = policy.send().await.unwrap().policy.unwrap().arn.unwrap();
    let attach = iam.attach_role_policy().role_name(ROLE);
    attach.policy_arn(&policy).send().await.unwrap();
    let words = "- attached_policy[arn:aws:iam::";
    let mut stage = Stage::guard(account, words, |_| false).await;
    let args = ["apply", "--yes", "--keep-policy", "inline/audit"];
    let run = stage.account.provision(&args);
    let left = iam.list_attached_role_policies().role_name(ROLE).send();
    let left = left.await.unwrap().attached_policies.unwrap_or_default();
    stage.expect(left.is_empty(), || format!("{left:?}"));
    stage.judge(&run, 0).await
}

async fn forged_lines() -> Played {
    let account = Account::new(&[MAIN]);
    // AWS allows no control characters in a tag.
    let iam = aws_sdk_iam::Client::new(&account.unchecked());
    make_role(&iam, ROLE, &[("team", forged::FORGED)]).await;
    let words = "it is tagged team=x\\nFORGED: 8 done.";
    let stage = Stage::guard_all(account, words).await;
    let run = stage.account.provision(&["apply", "--yes"]);
    forged::is_honest(&run);
    stage.judge(&run, 1).await
}

async fn a_policy_in_use() -> Played {
    let account = Account::new(&[]);
    account.write("provision.toml", "[audit_trail]\n");
    let iam = account.iam();
    iam.create_user().user_name("mallory").send().await.unwrap();
    let read = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"}}"#;
    let policy = iam.create_policy().policy_name("AuditTrailRole");
    let policy = policy.policy_document(read).send().await.unwrap();
    let arn = policy.policy.unwrap().arn.unwrap();
    let attach = iam.attach_user_policy().user_name("mallory");
    attach.policy_arn(arn).send().await.unwrap();
    let stage = Stage::guard_all(account, "user/mallory").await;
    stage.run(&["apply", "--yes", "--adopt"], 1).await
}
