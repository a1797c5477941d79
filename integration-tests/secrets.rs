//! An external ID is never shown, neither the one in AWS nor that of the settings, in any notation.
//!
//! The harness searches the output and the files of every run for the settings' external ID. In these
//! tests both sides of a change have an external ID.

use serde_json::{Value as Json, json};

use crate::deployment::Deployment;
use crate::harness::{AGENT, Account, MAIN, Output};

const ROLE: &str = "StackStateAwsIntegrationRole";
const ADDRESS: &str = "iam_role.integration";

/// Fails if the run shows `secret`, which the harness does not know.
#[track_caller]
fn hides(run: Output, secret: &str) -> Output {
    let shown = run.to_string().contains(secret) || run.log.iter().any(|it| it.contains(secret));
    assert!(!shown, "{secret} is in {run}");
    run
}

#[tokio::test]
async fn a_new_external_id_is_applied_and_neither_is_shown() {
    let account = Account::applied(&[MAIN]);
    let run = |args: &[&str]| {
        let mut command = account.command(args);
        command.env("STS_EXTERNAL_ID", "the-new-one");
        hides(account.run(command), "the-new-one")
    };
    run(&["plan"])
        .exits(0)
        .says("sts:ExternalId = (sensitive, changed)");
    let plan = run(&["plan", "--json"]).exits(0).json();
    let steps = plan["resources"].as_array().unwrap();
    let step = steps
        .iter()
        .find(|step| step["address"] == ADDRESS)
        .unwrap();
    let change = &step["changes"][0];
    assert_eq!(change["attribute"], "trust_policy");
    let condition = "/Statement/0/Condition/StringEquals/sts:ExternalId";
    for side in ["before", "after"] {
        let shown = change[side].pointer(condition);
        assert_eq!(
            shown,
            Some(&Json::from("(sensitive)")),
            "{side}: {change:#}"
        );
    }

    run(&["apply", "--yes"]).exits(0).has_done(1);
    run(&["apply", "--yes"]).exits(0).writes_nothing();
    let role = account
        .iam()
        .get_role()
        .role_name(ROLE)
        .send()
        .await
        .unwrap();
    let trust = role.role.unwrap().assume_role_policy_document.unwrap();
    assert!(trust.contains("the-new-one"), "{trust}");
    account.plan(&[]);
    run(&["destroy", "--yes"]).exits(0);
}

#[tokio::test]
async fn an_external_id_in_another_notation_is_not_shown_either() {
    let account = Account::applied(&[MAIN]);
    let id = account.external_id.as_str();
    let secret = "secret-of-another";
    let cases = [
        (
            "another case of the key",
            json!({"StringEquals": {"STS:externalid": secret}}),
        ),
        (
            "another operator",
            json!({"StringLike": {"sts:ExternalId": format!("{secret}*")}}),
        ),
        (
            "several values",
            json!({"StringEquals": {"sts:ExternalId": [id, secret]}}),
        ),
        (
            "a set operator",
            json!({"ForAnyValue:StringEquals": {"sts:ExternalId": [secret]}}),
        ),
    ];
    for (reason, condition) in cases {
        let trust = json!({"Version": "2012-10-17", "Statement": {
            "Effect": "Allow", "Principal": {"AWS": AGENT}, "Action": "sts:AssumeRole",
            "Condition": condition,
        }});
        let update = account.iam().update_assume_role_policy().role_name(ROLE);
        update
            .policy_document(trust.to_string())
            .send()
            .await
            .unwrap();
        hides(account.provision(&["plan"]), secret)
            .exits(0)
            .says("(sensitive");
        hides(
            account.provision(&["plan", "--json", "--out", "plan.json"]),
            secret,
        )
        .exits(0);
        let saved = std::fs::read_to_string(account.path("plan.json")).unwrap();
        assert!(!saved.contains(secret), "{reason}: {saved}");
        hides(account.provision(&["apply", "--yes"]), secret).exits(0);
    }
    Deployment::of(&account, &[MAIN]).check().await;
}
