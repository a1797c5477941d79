//! Fleets of three accounts in moto: what is planned, changed and left alone in which order.

mod others;
mod stopping;

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value as Json;

use crate::harness::{AGENT, Account, MAIN, Moment, Output};

/// A fleet of three accounts, the second of which is the canary, and the caller with its settings.
struct Fleet {
    caller: Account,
    accounts: Vec<Account>,
}

impl Fleet {
    async fn new() -> Self {
        let caller = Account::in_moto(&[MAIN]).await;
        let mut accounts = Vec::new();
        for _ in 0..3 {
            accounts.push(Account::in_moto(&[MAIN]).await);
        }
        accounts.sort_by(|one, other| one.id.cmp(&other.id));
        let fleet = Fleet { caller, accounts };
        fleet.settle("");
        fleet
    }

    /// Writes the settings, with `more` in `[fleet]`.
    fn settle(&self, more: &str) {
        let ids: Vec<&str> = self.accounts.iter().map(|it| it.id.as_str()).collect();
        self.settle_for(&ids, more);
    }

    /// The same for these accounts, the second of which is the canary.
    fn settle_for(&self, ids: &[&str], more: &str) {
        let canary = ids[1];
        self.caller.write(
            "provision.toml",
            &format!(
                "regions = [\"{MAIN}\"]\n[stackstate]\nagent_principals = [\"{AGENT}\"]\n\
                 external_id = \"${{STS_EXTERNAL_ID}}\"\n[fleet]\nrole = \"team/Deploy\"\n\
                 accounts = {ids:?}\ncanary = [\"{canary}\"]\n{more}"
            ),
        );
    }

    fn id(&self, index: usize) -> &str {
        &self.accounts[index].id
    }

    /// Runs a command of `fleet`, and returns how each account ended, by its report.
    fn run(&self, args: &[&str]) -> (Output, Vec<(String, String)>) {
        let output = self.caller.run(self.command(args));
        (output, self.reported())
    }

    /// A command of `fleet`, with a report.
    fn command(&self, args: &[&str]) -> Command {
        let args = [&["fleet"], args, &["--report", "report.jsonl"]].concat();
        self.caller.quiet_command(&args)
    }

    /// How each account ended, by the report.
    fn reported(&self) -> Vec<(String, String)> {
        let report = std::fs::read_to_string(self.caller.path("report.jsonl")).unwrap();
        let lines = report
            .lines()
            .map(|line| serde_json::from_str::<Json>(line).unwrap());
        let accounts = lines.filter(|line| line["type"] == "account").map(|line| {
            let text = |name: &str| line[name].as_str().unwrap().to_owned();
            (text("account"), text("outcome"))
        });
        accounts.collect()
    }

    /// The accounts with these outcomes, in their order.
    fn all(&self, outcomes: [&str; 3]) -> Vec<(String, String)> {
        let ids = self.accounts.iter().map(|it| it.id.clone());
        ids.zip(outcomes.map(str::to_owned)).collect()
    }

    async fn has_role(&self, index: usize) -> bool {
        let role = self.accounts[index].iam().get_role();
        let role = role.role_name("StackStateAwsIntegrationRole").send().await;
        role.is_ok()
    }

    /// From now on the role of this account cannot be assumed.
    fn denies_its_role(&self, index: usize) {
        let account = self.id(index).to_owned();
        self.caller.stand_in(move |call| {
            let is_asked = call.name.contains("AssumeRole") && call.body.contains(&account);
            is_asked.then(|| {
                let body = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>\
                    <Message>User is not authorized to perform: sts:AssumeRole</Message></Error>\
                    </ErrorResponse>";
                ("403 Forbidden".to_owned(), body.to_owned())
            })
        });
    }
}

/// How many requests change something. To assume a role changes nothing.
fn written(output: &Output) -> usize {
    let writes = output.writes();
    writes
        .iter()
        .filter(|it| !it.contains("AssumeRole"))
        .count()
}

#[tokio::test]
async fn a_fleet_is_planned_applied_and_destroyed_like_an_account() {
    let fleet = Fleet::new().await;
    let (plan, ended) = fleet.run(&["plan", "--detailed-exitcode"]);
    assert_eq!(ended, fleet.all(["changed"; 3]));
    let plan = plan.exits(2);
    assert_eq!(written(&plan), 0);
    let policies = plan.calls.iter().filter(|it| it.body.contains("Policy="));
    assert_eq!(policies.count(), 3, "each session may only read");
    let text = plan.stdout.clone();
    assert_eq!(
        text.matches("Plan: + ").count(),
        1,
        "equal plans once: {text}"
    );

    let (apply, ended) = fleet.run(&["apply", "--yes", "--no-preflight"]);
    assert_eq!(ended, fleet.all(["done"; 3]));
    assert!(written(&apply.exits(0)) > 3);
    for index in 0..3 {
        assert!(fleet.has_role(index).await, "{}", fleet.id(index));
    }

    let (again, ended) = fleet.run(&["apply", "--yes"]);
    assert_eq!(ended, fleet.all(["unchanged"; 3]));
    assert_eq!(written(&again.exits(0)), 0);

    let (refused, _) = fleet.run(&["destroy", "--confirm-accounts", "2"]);
    assert_eq!(written(&refused), 0);
    refused.exits(1).says("nothing was changed");
    let (destroy, ended) = fleet.run(&["destroy", "--confirm-accounts", "3"]);
    assert_eq!(ended, fleet.all(["done"; 3]));
    destroy.exits(0);
    assert!(!fleet.has_role(0).await);
}

#[tokio::test]
async fn an_account_that_denies_its_role_stops_an_apply_unless_it_may_be_left_out() {
    let fleet = Fleet::new().await;
    fleet.denies_its_role(0);
    let (plan, ended) = fleet.run(&["plan"]);
    assert_eq!(ended, fleet.all(["unreachable", "changed", "changed"]));
    plan.exits(1).says("AccessDenied");
    let (refused, _) = fleet.run(&["apply", "--yes", "--no-preflight"]);
    assert_eq!(written(&refused), 0);
    refused.exits(1).says("--allow-unready 1");
    let allowed = ["apply", "--yes", "--no-preflight", "--allow-unready", "1"];
    let (apply, ended) = fleet.run(&allowed);
    assert_eq!(ended, fleet.all(["unreachable", "done", "done"]));
    apply.exits(1);
}

/// A person approved a plan, and no other one is carried out.
#[tokio::test]
async fn an_account_that_changed_since_the_question_is_left_as_it_is() {
    let fleet = Fleet::new().await;
    let other = Account::of_moto(fleet.id(2).to_owned(), &[MAIN]).await;
    let other = Arc::new(other);
    let has_drifted = AtomicBool::new(false);
    // The canary is the first to be written to.
    fleet.caller.watch(move |call, moment| {
        let begins = moment == Moment::Arrived && call.name.contains("CreateRole");
        if begins && !has_drifted.swap(true, Ordering::Relaxed) {
            let other = Arc::clone(&other);
            let drift = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread();
                let runtime = { runtime }.enable_all().build().unwrap();
                runtime.block_on(async {
                    let role = other.iam().create_role();
                    let role = role.role_name("StackStateAwsIntegrationRole");
                    let trust = r#"{"Version": "2012-10-17", "Statement": []}"#;
                    let role = role.assume_role_policy_document(trust);
                    role.send().await.expect("a role of others");
                });
            });
            drift.join().expect("the drift is made");
        }
        true
    });
    let (apply, ended) = fleet.run(&["apply", "--yes", "--no-preflight", "--max-failures", "1"]);
    assert_eq!(ended, fleet.all(["done", "done", "stale"]));
    apply.exits(1).says("changed since its plan was approved");
    let buckets = fleet.accounts[2].s3(MAIN).list_buckets().send().await;
    assert!(buckets.unwrap().buckets().is_empty(), "nothing was written");
}

#[tokio::test]
async fn after_a_canary_that_fails_no_account_begins_and_a_retry_goes_on() {
    let fleet = Fleet::new().await;
    let is_broken = Arc::new(AtomicBool::new(true));
    let breaks = Arc::clone(&is_broken);
    fleet.caller.stand_in(move |call| {
        let is_refused = call.name.contains("CreateKey") && breaks.load(Ordering::Relaxed);
        is_refused.then(|| {
            let body = r#"{"__type": "AccessDeniedException", "message": "not you"}"#;
            ("400 Bad Request".to_owned(), body.to_owned())
        })
    });
    let (apply, ended) = fleet.run(&["apply", "--yes", "--no-preflight"]);
    assert_eq!(ended, fleet.all(["not_started", "failed", "not_started"]));
    apply.exits(1).says("max_failures");
    assert!(!fleet.has_role(0).await, "the second wave has not begun");

    is_broken.store(false, Ordering::Relaxed);
    let retry = [
        "apply",
        "--yes",
        "--no-preflight",
        "--retry",
        "report.jsonl",
    ];
    let (apply, ended) = fleet.run(&retry);
    assert_eq!(ended, fleet.all(["done"; 3]));
    apply.exits(0);
}

/// AWS's words are those of the IAM User Guide, "Troubleshoot access denied error messages".
#[tokio::test]
async fn a_region_that_an_organization_denies_is_left_out_if_the_settings_say_so() {
    let fleet = Fleet::new().await;
    let denied = "us-east-1";
    fleet.caller.stand_in(move |call| {
        let is_denied = call.region == denied && ["kms", "firehose", "events"].contains(&&*call.service);
        is_denied.then(|| {
            let body = r#"{"__type": "AccessDeniedException", "message": "User is not authorized to perform the action with an explicit deny in a service control policy"}"#;
            ("400 Bad Request".to_owned(), body.to_owned())
        })
    });
    let regions = format!("--region={MAIN},{denied}");
    let (plan, ended) = fleet.run(&["plan", &regions]);
    assert_eq!(ended, fleet.all(["failed"; 3]));
    plan.exits(1).says("service control policy");
    fleet.settle("missing_regions = \"skip\"\n");
    let (plan, ended) = fleet.run(&["plan", &regions]);
    assert_eq!(ended, fleet.all(["changed"; 3]));
    plan.exits(0);
    let report = std::fs::read_to_string(fleet.caller.path("report.jsonl")).unwrap();
    assert!(
        report.contains(&format!("\"regions\":[\"{MAIN}\"]")),
        "{report}"
    );
}

#[tokio::test]
async fn a_saved_plan_is_carried_out_in_the_accounts_that_are_as_they_were() {
    let fleet = Fleet::new().await;
    let (plan, _) = fleet.run(&["plan", "--out", "plans", "--html", "fleet.html"]);
    plan.exits(0).says("provision fleet apply plans");
    let page = std::fs::read_to_string(fleet.caller.path("fleet.html")).unwrap();
    assert!(page.contains(fleet.id(2)));
    let show = |more: &[&str]| {
        let args = [&["show", "plans"], more].concat();
        let shown = fleet.caller.run(fleet.caller.quiet_command(&args));
        assert!(shown.calls.is_empty(), "{shown}");
        shown
    };
    let shown = show(&[]).exits(0);
    let shown = shown.says("`provision fleet apply plans` carries it out");
    assert_eq!(shown.stdout.matches("Plan: + ").count(), 1, "{shown}");
    shown
        .says(fleet.id(2))
        .says("Fleet plan: 3 accounts: 3 changed.");
    show(&["--html", "shown.html"]).exits(0);
    let page = std::fs::read_to_string(fleet.caller.path("shown.html")).unwrap();
    assert!(page.contains(fleet.id(2)));
    show(&["--json"]).exits(1).says("the plans of a fleet");
    let role = fleet.accounts[2].iam().create_role();
    let role = role.role_name("StackStateAwsIntegrationRole");
    let role = role.assume_role_policy_document(r#"{"Version": "2012-10-17", "Statement": []}"#);
    role.send().await.expect("a role of others");
    let apply = ["apply", "plans", "--yes", "--no-preflight"];
    let (refused, ended) = fleet.run(&apply);
    assert_eq!(ended, fleet.all(["changed", "changed", "blocked"]));
    assert_eq!(written(&refused), 0);
    refused.exits(1).says("--allow-unready 1");
    let allowed = [&apply[..], &["--allow-unready", "1"]].concat();
    let (apply, ended) = fleet.run(&allowed);
    assert_eq!(ended, fleet.all(["done", "done", "blocked"]));
    apply.exits(1);
}
