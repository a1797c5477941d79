//! What a fleet has beside its plans and changes: its caller's own account, what a destroy leaves, what the agent
//! needs, and regions that nobody may list.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Fleet, written};
use crate::harness::{Account, MAIN, Output};

impl Fleet {
    fn runs(&self, args: &[&str]) -> Output {
        self.caller.run(self.caller.quiet_command(args))
    }
}

/// A role of others under the integration role's name.
async fn squat(account: &Account) {
    let role = account.iam().create_role();
    let role = role.role_name("StackStateAwsIntegrationRole");
    let role = role.assume_role_policy_document(r#"{"Version": "2012-10-17", "Statement": []}"#);
    role.send().await.expect("a role of others");
}

#[tokio::test]
async fn the_agents_configuration_has_an_instance_for_each_account() {
    let fleet = Fleet::new().await;
    let own = format!(
        "[fleet.account.\"{}\"]\nregions = [\"us-east-1\"]\n",
        fleet.id(2)
    );
    fleet.settle(&own);
    let all = fleet.runs(&["agent-config", "--fleet"]).exits(0);
    let roles = |output: &Output| -> Vec<bool> {
        let role =
            |it: &Account| format!("arn:aws:iam::{}:role/StackStateAwsIntegrationRole", it.id);
        let accounts = fleet.accounts.iter();
        accounts
            .map(|it| output.stdout.contains(&role(it)))
            .collect()
    };
    assert_eq!(roles(&all), [true; 3], "{all}");
    let names: Vec<&str> = all.calls.iter().map(|it| it.name.as_str()).collect();
    let [only] = names.as_slice() else {
        panic!("no account is asked: {names:?}");
    };
    assert!(only.contains("GetCallerIdentity"), "{only}");
    assert_eq!(all.stdout.matches("- us-east-1").count(), 1, "{all}");
    let narrowed = ["agent-config", "--fleet", "--exclude", fleet.id(0)];
    assert_eq!(roles(&fleet.runs(&narrowed).exits(0)), [false, true, true]);
    let other = ["agent-config", "--fleet", "--accounts", &fleet.caller.id];
    fleet.runs(&other).exits(1).says("no account of the fleet");
    let policy = fleet
        .runs(&["agent-config", "--fleet", "--policy"])
        .exits(0);
    assert!(policy.calls.is_empty(), "{policy}");
}

/// The caller's own account has no role that the caller would assume.
#[tokio::test]
async fn the_callers_own_account_is_changed_in_the_callers_session() {
    let fleet = Fleet::new().await;
    let other = fleet.id(1);
    fleet.settle_for(&[&fleet.caller.id, other], "");
    let (apply, mut ended) = fleet.run(&["apply", "--yes", "--no-preflight"]);
    ended.sort();
    let mut done = [&fleet.caller.id, other].map(|it| (it.to_owned(), "done".to_owned()));
    done.sort();
    assert_eq!(ended, done, "{apply}");
    let assumed = apply
        .calls
        .iter()
        .filter(|it| it.name.contains("AssumeRole"));
    let of_other = assumed.filter(|it| it.body.contains(other));
    let assumed = apply
        .calls
        .iter()
        .filter(|it| it.name.contains("AssumeRole"));
    assert_eq!(assumed.count(), of_other.count());
    let role = fleet.caller.iam().get_role();
    let role = role.role_name("StackStateAwsIntegrationRole").send().await;
    role.expect("the role in the caller's own account");
    let (destroy, _) = fleet.run(&["destroy", "--confirm-accounts", "2"]);
    destroy.exits(0);
}

/// As the destroy of one account, which exits with 1 where something stays under the deployment's names.
#[tokio::test]
async fn a_destroy_with_nothing_to_delete_fails_where_something_stays() {
    let fleet = Fleet::new().await;
    squat(&fleet.accounts[0]).await;
    let (nothing, ended) = fleet.run(&["destroy", "--confirm-accounts", "0"]);
    assert_eq!(ended, fleet.all(["failed", "unchanged", "unchanged"]));
    assert_eq!(written(&nothing), 0);
    nothing.exits(1).says("iam_role.integration is left");

    let (apply, _) = fleet.run(&["apply", "--yes", "--no-preflight", "--exclude", fleet.id(0)]);
    apply.exits(0);
    let (destroy, ended) = fleet.run(&["destroy", "--confirm-accounts", "2"]);
    assert_eq!(ended, fleet.all(["failed", "done", "done"]));
    destroy.exits(1).says("iam_role.integration is left");
}

#[tokio::test]
async fn a_retry_with_nothing_left_says_so() {
    let fleet = Fleet::new().await;
    fleet.run(&["plan"]).0.exits(0);
    let (retry, ended) = fleet.run(&["plan", "--retry", "report.jsonl"]);
    assert_eq!(ended, []);
    retry
        .exits(0)
        .says("The report report.jsonl leaves no account to try again.");
}

#[tokio::test]
async fn accounts_that_were_not_saved_are_not_applied_to_by_name_either() {
    let fleet = Fleet::new().await;
    let others = ["plan", "--out", "plans", "--exclude", fleet.id(0)];
    fleet.run(&others).0.exits(0);
    let apply = |account| {
        let narrowed = [
            "apply",
            "plans",
            "--yes",
            "--no-preflight",
            "--accounts",
            account,
        ];
        fleet.runs(&[&["fleet"], &narrowed[..]].concat())
    };
    let refused = apply(fleet.id(0)).exits(1);
    let assumed = refused
        .calls
        .iter()
        .filter(|it| it.name.contains("AssumeRole"));
    assert_eq!(assumed.count(), 0, "the account is not asked");
    refused.says(&format!(
        "{} is a target now and was not planned",
        fleet.id(0)
    ));
    apply(fleet.id(2)).exits(0);
}

/// The regions that must be enabled are in the AWS Account Management Reference Guide, "Enable or disable AWS Regions
/// in your account".
#[tokio::test]
async fn regions_that_nobody_may_list_are_read_as_if_they_were_enabled() {
    let fleet = Fleet::new().await;
    fleet.settle("missing_regions = \"skip\"\n");
    let is_enabled = Arc::new(AtomicBool::new(true));
    let answers = Arc::clone(&is_enabled);
    fleet.caller.stand_in(move |call| {
        if call.service == "account" {
            let body = r#"{"__type": "AccessDeniedException", "message": "not authorized to perform: account:ListRegions"}"#;
            return Some(("403 Forbidden".to_owned(), body.to_owned()));
        }
        let is_missing = call.region == "af-south-1" && !answers.load(Ordering::Relaxed);
        (is_missing && call.service == "firehose").then(|| {
            let body = r#"{"__type": "UnrecognizedClientException", "message": "The security token included in the request is invalid."}"#;
            ("400 Bad Request".to_owned(), body.to_owned())
        })
    });
    let regions = format!("--region={MAIN},af-south-1");
    let (plan, ended) = fleet.run(&["plan", &regions]);
    assert_eq!(ended, fleet.all(["changed"; 3]), "{plan}");
    is_enabled.store(false, Ordering::Relaxed);
    let (plan, ended) = fleet.run(&["plan", &regions]);
    assert_eq!(ended, fleet.all(["failed"; 3]), "{plan}");
    plan.exits(1).says("account:ListRegions is denied");
}
