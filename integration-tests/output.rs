//! The output for programs: events as JSON, and the agent's configuration. Without a terminal there
//! is no question.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use yaml_rust2::{Yaml, YamlLoader};

use crate::harness::{AGENT, Account, MAIN, OTHER, inventory};

#[tokio::test]
async fn without_a_terminal_and_without_yes_nothing_is_written() {
    let account = Account::new(&[MAIN]);
    let refused = account.provision(&["apply"]).exits(1).writes_nothing();
    refused
        .says("is not a terminal, so there is no way to ask for confirmation")
        .says("`--yes`");
    let refused = account
        .provision(&["apply", "--json"])
        .exits(1)
        .writes_nothing();
    refused.says("is not a terminal, so there is no way to ask for confirmation");
    assert_eq!(inventory::of(&account, &[MAIN]).await, BTreeSet::new());

    account.apply(&[]);
    let before = inventory::of(&account, &[MAIN]).await;
    let refused = account.provision(&["destroy"]).exits(1).writes_nothing();
    refused
        .says("is not a terminal, so there is no way to ask for confirmation")
        .says("`--yes`");
    assert_eq!(inventory::of(&account, &[MAIN]).await, before);
    // An empty plan needs no confirmation.
    account.provision(&["apply"]).exits(0).writes_nothing();
}

/// The addresses with their outcomes and actions, sorted.
fn finished(events: &[Json]) -> Vec<String> {
    let finished = events.iter().filter(|event| event["event"] == "finished");
    let mut finished: Vec<String> = finished
        .map(|event| {
            let text = |name: &str| event[name].as_str().unwrap_or_default();
            format!("{} {} {}", text("address"), text("outcome"), text("action"))
        })
        .collect();
    finished.sort();
    finished
}

#[test]
fn apply_and_destroy_print_one_event_a_line() {
    let account = Account::new(&[MAIN]);
    let addresses = [
        "event_rule.stackstate@eu-west-1",
        "event_target.firehose@eu-west-1",
        "firehose_stream.eventbridge@eu-west-1",
        "iam_role.eventbridge-eu-west-1",
        "iam_role.firehose-eu-west-1",
        "iam_role.integration",
        "kms_key.integration@eu-west-1",
        "s3_bucket.logs@eu-west-1",
    ];
    let applied = account.apply(&["--json"]).json_lines();
    assert_eq!(applied[0]["event"], "plan");
    assert_eq!(applied[0]["plan"]["summary"]["create"], addresses.len());
    let started = applied.iter().filter(|event| event["event"] == "started");
    assert_eq!(started.count(), addresses.len());
    assert_eq!(
        finished(&applied),
        addresses.map(|address| format!("{address} done create"))
    );
    let last = applied.last().unwrap();
    assert_eq!(last["event"], "outputs");
    let outputs = &last["outputs"];
    assert_eq!(
        outputs["log_bucket"],
        format!("stackstate-logs-{}", account.id)
    );
    let role = format!(
        "arn:aws:iam::{}:role/StackStateAwsIntegrationRole",
        account.id
    );
    assert_eq!(outputs["role_arn"], role);
    let source = "the environment variable STS_EXTERNAL_ID";
    assert_eq!(outputs["external_id_source"], source);
    let key = outputs["key_arn"].as_str().unwrap();
    assert!(
        key.starts_with(&format!("arn:aws:kms:{MAIN}:{}:key/", account.id)),
        "{key}"
    );

    let again = account.apply(&["--json"]).json_lines();
    assert_eq!(again.len(), 3, "{again:?}");
    assert_eq!(again[1]["outcomes"]["done"], 0);
    assert_eq!(again[2]["outputs"], *outputs);

    let destroyed = account.destroy(&["--json"]).json_lines();
    assert_eq!(destroyed[0]["event"], "plan");
    assert_eq!(
        finished(&destroyed),
        addresses.map(|address| format!("{address} done delete"))
    );
}

/// The document of the agent's configuration.
fn agent_config(account: &Account, args: &[&str]) -> Yaml {
    let printed = account
        .provision(&[&["agent-config"], args].concat())
        .exits(0);
    let mut documents = YamlLoader::load_from_str(&printed.stdout).unwrap();
    assert_eq!(documents.len(), 1, "{printed}");
    documents.remove(0)
}

#[test]
fn the_agents_configuration_has_the_form_that_the_agent_reads() {
    let account = Account::new(&[MAIN, OTHER]);
    let config = agent_config(&account, &[]);
    let init = &config["init_config"];
    assert_eq!(init["aws_access_key_id"].as_str(), Some(""));
    assert_eq!(init["aws_secret_access_key"].as_str(), Some(""));
    assert_eq!(init["external_id"].as_str(), Some("EXTERNAL_ID"));
    assert_eq!(init["full_run_interval"].as_i64(), Some(3600));
    let instances = config["instances"].as_vec().unwrap();
    let [instance] = instances.as_slice() else {
        panic!("one instance, not {instances:?}");
    };
    let role = format!(
        "arn:aws:iam::{}:role/StackStateAwsIntegrationRole",
        account.id
    );
    assert_eq!(instance["role_arn"].as_str(), Some(role.as_str()));
    let regions = instance["regions"].as_vec().unwrap().iter();
    let regions: Vec<&str> = regions.map(|region| region.as_str().unwrap()).collect();
    assert_eq!(regions, ["global", MAIN, OTHER]);
    assert_eq!(instance["collection_interval"].as_i64(), Some(60));
    assert!(
        instance["log_bucket_name"].is_badvalue(),
        "the agent knows the documented name"
    );

    let mut without = account.command(&["agent-config"]);
    without.env_remove("STS_EXTERNAL_ID");
    let without = account.run(without).exits(0);
    without
        .says("external_id: \"EXTERNAL_ID\"")
        .says("# Replace EXTERNAL_ID by the external ID that the agent presents");

    // The harness fails if any other command prints the external ID.
    let shown = agent_config(&account, &["--show-secrets"]);
    let external_id = shown["init_config"]["external_id"].as_str();
    assert_eq!(external_id, Some(account.external_id.as_str()));

    let blue = agent_config(&account, &["--postfix", "-blue"]);
    let instance = &blue["instances"][0];
    let bucket = format!("stackstate-logs-{}-blue", account.id);
    assert_eq!(
        instance["role_arn"].as_str(),
        Some(format!("{role}-blue").as_str())
    );
    assert_eq!(instance["log_bucket_name"].as_str(), Some(bucket.as_str()));

    let ec2 = agent_config(&account, &["--trust", "ec2"]);
    assert_eq!(ec2["init_config"]["external_id"].as_str(), Some(""));
}

#[test]
fn the_agents_policy_lets_it_assume_the_role_and_nothing_else() {
    let account = Account::new(&[MAIN]);
    let printed = account.provision(&["agent-config", "--policy"]).exits(0);
    assert!(
        printed.calls.is_empty(),
        "the account is not needed: {printed}"
    );
    let expected = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "AssumeStackStateIntegrationRole",
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Resource": "arn:aws:iam::*:role/StackStateAwsIntegrationRole",
        }],
    });
    assert_eq!(printed.json(), expected);
}

#[test]
fn with_an_account_in_the_settings_the_agents_configuration_needs_no_call() {
    let account = Account::new(&[MAIN]);
    let printed = account
        .provision(&["agent-config", "--account", &account.id])
        .exits(0);
    assert!(printed.calls.is_empty(), "{printed}");
    printed.says(&account.id);
    let policy = account.provision(&["agent-config", "--policy", "--region", "cn-north-1"]);
    policy
        .exits(0)
        .says("arn:aws-cn:iam::*:role/StackStateAwsIntegrationRole");
    assert_ne!(account.id, AGENT);
}
