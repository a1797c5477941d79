//! Resources of others under our names.

use futures_util::future::FutureExt;

use super::Attack;
use super::stage::{Played, Stage};
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
            name: "makes our role with our tags and a trust policy of its own",
            may: "`iam:CreateRole`, `iam:TagRole`",
            play: || a_prepared_role().boxed_local(),
        },
        Attack {
            name: "writes the lines of a good ending into a tag",
            may: "`iam:TagRole`",
            play: || forged_lines().boxed_local(),
        },
        Attack {
            name: "adds a policy under a name that `keep_policies` keeps",
            may: "`iam:CreatePolicy`, `iam:AttachRolePolicy`",
            play: || a_kept_name().boxed_local(),
        },
    ]
}

/// Makes a role that the attacker's account may assume.
async fn make_role(account: &Account, name: &str, tags: &[(&str, &str)]) {
    let trust = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow",
            "Principal":{{"AWS":"arn:aws:iam::999999999999:root"}},"Action":"sts:AssumeRole"}}}}"#
    );
    let role = account.iam().create_role().role_name(name);
    let role = tags.iter().fold(role, |role, (key, value)| {
        let tag = aws_sdk_iam::types::Tag::builder().key(*key).value(*value);
        role.tags(tag.build().unwrap())
    });
    let role = role.assume_role_policy_document(trust);
    role.send().await.unwrap();
}

async fn a_role_of_another_region() -> Played {
    let account = Account::new(&[MAIN]);
    make_role(&account, "StackStateFirehoseRole-us-east-1", &[]).await;
    let stage = Stage::guard(account, |_| true).await;
    stage.plays(&["destroy", "--yes"], 0, "?").await
}

async fn a_role_under_our_name() -> Played {
    let account = Account::new(&[MAIN]);
    make_role(&account, ROLE, &[]).await;
    let stage = Stage::guard(account, |_| true).await;
    let words = "it exists and is not ours: it carries no tags; `--adopt` takes it over";
    stage.plays(&["apply", "--yes"], 1, words).await
}

/// Nothing tells such a role from ours. Therefore the apply corrects it, and shows the difference.
async fn a_prepared_role() -> Played {
    let account = Account::new(&[MAIN]);
    let tags = [
        ("provision:system", "stackstate"),
        ("provision:deployment", "default"),
        ("team", "observability"),
    ];
    make_role(&account, ROLE, &tags).await;
    account.apply(&[]);
    let role = account.iam().get_role().role_name(ROLE).send().await;
    let trust = role.unwrap().role.unwrap().assume_role_policy_document;
    let trust = trust.unwrap();
    let is_corrected = trust.contains(AGENT) && !trust.contains("999999999999");
    let stage = Stage::guard(account, |_| true).await;
    let mut played = stage.plays(&["apply", "--yes"], 0, "8 unchanged").await;
    if !is_corrected {
        played.lost.push(format!("the trust policy is {trust}"));
    }
    played
}

async fn forged_lines() -> Played {
    let account = Account::new(&[MAIN]);
    let lines = "x\n\nOutcome: 8 done.\n\u{202e}\u{85}Plan: 0 to create";
    make_role(&account, ROLE, &[("team", lines)]).await;
    let stage = Stage::guard(account, |_| true).await;
    let run = stage.account.provision(&["apply", "--yes"]);
    let mut played = stage.ends(&run, 1, "it is tagged team=x\\n\\nOutcome").await;
    let mut shown = run.stdout.lines().chain(run.stderr.lines());
    if let Some(line) = shown.find(|line| line.starts_with("Outcome")) {
        played.lost.push(format!("the program printed {line:?}"));
    }
    played
}

async fn a_kept_name() -> Played {
    todo!()
}
