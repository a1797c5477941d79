//! Compares the printed policies with the calls that the program makes: the policies allow every call,
//! and nothing else.

mod call;
mod fleet;
mod policy;
mod simulator;
mod tamper;
mod trails;

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

pub use policy::Grants;
pub use simulator::{simulates, simulates_in_an_organization};
pub use trails::trail;

use crate::harness::{AGENT, Account, MAIN, Output};
use crate::role_page::TRUNCATED;

const SETTINGS: &str = "[audit_trail]\n\
     attach_to = [\"user/audit-trail\", \"group/auditors\", \"role/app\"]\n";
const EC2: [&str; 2] = ["--trust", "ec2"];
const ALL: [&str; 2] = ["--empty-bucket", "--detach-foreign"];

/// An account for both systems in one region, with the identities in the settings.
pub async fn both_systems() -> Account {
    let account = Account::new(&[MAIN]);
    account.write(
        "provision.toml",
        &format!(
            "regions = [{MAIN:?}]\ntags = {{ team = \"observability\" }}\n[stackstate]\n\
             agent_principals = [{AGENT:?}]\nexternal_id = \"${{STS_EXTERNAL_ID}}\"\n{SETTINGS}"
        ),
    );
    tamper::identities(&account).await;
    account
}

/// The policy that `provision permissions` prints for these arguments. AWS must not be called.
pub fn printed(account: &Account, args: &[&str]) -> Grants {
    let id = account.id.clone();
    let output = account.provision(&[&["permissions"], args, &["--account", &id]].concat());
    let output = output.exits(0);
    assert!(output.calls.is_empty(), "AWS was called by {output}");
    Grants::parse(&output.stdout)
}

/// Runs of the program, each compared with its policy.
struct Runs<'a> {
    account: &'a Account,
    /// The policies by the arguments of `provision permissions`.
    grants: BTreeMap<Vec<String>, Grants>,
}

impl<'a> Runs<'a> {
    fn new(account: &'a Account) -> Self {
        Runs {
            account,
            grants: BTreeMap::new(),
        }
    }

    fn grants(&mut self, permitted: &[&str]) -> &mut Grants {
        let key = permitted.iter().map(|&it| it.to_owned()).collect();
        let account = self.account;
        self.grants
            .entry(key)
            .or_insert_with(|| printed(account, permitted))
    }

    /// Runs the program with `permitted`, the arguments that the policy depends on, and `others`.
    ///
    /// The simulator answers by the same policy, so the program's own check passes.
    fn run(&mut self, permitted: &[&str], others: &[&str]) -> Output {
        let account = self.account;
        let grants = self.grants(permitted);
        simulates(account, grants);
        let output = account.provision(&[permitted, others].concat());
        for call in &output.calls {
            for need in call::needs(call, &account.id) {
                let holds = |key: &str, value: &str| need.meets(key, value);
                assert!(
                    grants.allow(&need.action, &need.resource, holds),
                    "{} on {} is not allowed, which {} {} needs, in {output}",
                    need.action,
                    need.resource,
                    call.operation,
                    call.body
                );
            }
        }
        output
    }

    fn unused(&mut self, permitted: &[&str]) -> Vec<String> {
        self.grants(permitted).unused()
    }
}

#[tokio::test]
async fn the_policies_allow_every_call_and_nothing_else() {
    let account = both_systems().await;
    let mut runs = Runs::new(&account);
    tamper::role(&account, "deployer").await;
    tamper::extra_policy(&account).await;
    trail(&account, true, "All");
    let session = format!("arn:aws:sts::{}:assumed-role/deployer/me", account.id);
    account.calls_as(&session);

    let squatted = tamper::squat(&account);
    runs.run(&["plan"], &[]).exits(1);
    runs.run(&["apply"], &["--yes"]).exits(1).writes_nothing();
    runs.run(&[&["destroy"][..], &ALL].concat(), &["--yes"])
        .exits(0)
        .writes_nothing();
    squatted.store(false, Ordering::Relaxed);

    runs.run(&["plan"], &[]).exits(0);
    runs.run(&["apply"], &["--yes"])
        .exits(0)
        .has_done(12)
        .says("calls are allowed");
    // The policy of verify does not allow what that of Audit Trail does, and here answers for it.
    runs.run(&["verify"], &["--timeout", "30"])
        .exits(1)
        .says("the record arrived below")
        .says("(IAM simulation); denied: ");
    let mut unused = runs.unused(&["verify"]);
    // The emulator takes the event, so that the stream is not tagged.
    let only = [
        "Send",
        "FindDelivered",
        "ReadAndRemove",
        "SimulateIdentities",
    ];
    unused.retain(|item| {
        only.iter().any(|it| item.starts_with(it)) && !item.contains("TagDeliveryStream")
    });
    assert_eq!(unused, Vec::<String>::new());
    runs.run(&["apply", "--trust", "ec2"], &["--yes"]).exits(0);
    tamper::occupy_profile(&account).await;
    runs.run(&["plan"], &[]).exits(0);
    runs.run(&["apply", "--trust", "ec2"], &["--yes", "--tag", "team=a"])
        .exits(0);
    tamper::drift(&account).await;
    runs.run(&["plan"], &[]).exits(0);
    // The instance profile is no longer wanted.
    runs.run(&["apply"], &["--yes", "--tag", "team=b"]).exits(0);
    tamper::restrict(&account).await;
    runs.run(&["apply"], &["--yes"]).exits(1);
    let lifts = ["apply", "--remove-restrictions"];
    runs.run(&lifts, &["--yes"]).exits(0);
    let lifting = |item: &&String| item.contains("Boundar");
    assert_eq!(runs.unused(&lifts).iter().find(lifting), None);

    runs.run(&["apply", "--trust", "ec2"], &["--yes"]).exits(0);
    tamper::hold(&account).await;
    runs.run(&[&["destroy"][..], &ALL].concat(), &["--yes"])
        .exits(0);
    // This time the caller is a user, and the key is restored.
    account.calls_as(&format!("arn:aws:iam::{}:user/alice", account.id));
    runs.run(&["apply"], &["--yes"]).exits(0);
    // In an account with more roles, each role is read by itself.
    account.answer("GetAccountAuthorizationDetails", TRUNCATED);
    runs.run(&["plan"], &[]).exits(0);
    runs.run(&["apply"], &["--yes"]).exits(0);
    runs.run(&[&["destroy"][..], &ALL].concat(), &["--yes"])
        .exits(0);

    for permitted in [
        &["plan"][..],
        &["apply"],
        &[&["destroy"][..], &ALL].concat(),
    ] {
        let mut unused = runs.unused(permitted);
        if permitted == ["apply"] {
            // Only of two runs at once, one schedules its own key for deletion.
            let takes_away = |item: &str| {
                item.starts_with("Delete") && (item.contains("kms:") || item.ends_with(":key/*"))
            };
            unused.retain(|item| !takes_away(item));
        }
        assert_eq!(unused, Vec::<String>::new(), "{permitted:?}");
    }
    let profile = |item: &String| item.contains("nstance") || item.contains("Ec2");
    let unused: Vec<String> = runs
        .unused(&[&["apply"][..], &EC2].concat())
        .into_iter()
        .filter(profile)
        .collect();
    assert_eq!(unused, Vec::<String>::new());
}

#[tokio::test]
async fn other_settings_need_other_policies() {
    let account = both_systems().await;
    let mut runs = Runs::new(&account);
    let policy = account.iam().create_policy().policy_name("limit");
    let document = r#"{"Version":"2012-10-17","Statement":
        {"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    let policy = policy.policy_document(document).send().await.unwrap();
    let limit = policy.policy.unwrap().arn.unwrap();
    let none = ["apply", "--encryption", "none"];
    let bounded = ["apply", "--permissions-boundary", &limit];
    let marked = [&none[..], &["--postfix=-blue", "--only=stackstate"]].concat();

    runs.run(&bounded, &["--yes"]).exits(0);
    let regional = ["Firehose", "EventBridge"].map(|it| format!("StackState{it}Role-{MAIN}"));
    for role in regional.iter().map(String::as_str).chain([tamper::ROLE]) {
        let remove = account.iam().delete_role_permissions_boundary();
        remove.role_name(role).send().await.unwrap();
    }
    let delete = account.iam().detach_role_policy().role_name("app");
    let own = format!("arn:aws:iam::{}:policy/AuditTrailRole", account.id);
    delete.policy_arn(own).send().await.unwrap();
    tamper::policies(&account).await;
    let attach = account.iam().attach_role_policy().role_name(tamper::ROLE);
    attach.policy_arn(&limit).send().await.unwrap();
    let mended = runs.run(&bounded, &["--yes"]).exits(0);
    let on_role = mended
        .calls
        .iter()
        .filter(|call| call.is_write && call.body.contains(&format!("RoleName={}&", tamper::ROLE)));
    let on_role: Vec<&str> = on_role.map(|call| call.operation.as_str()).collect();
    let expected = [
        "PutRolePermissionsBoundary",
        "UpdateAssumeRolePolicy",
        "UpdateRole",
        "DetachRolePolicy",
        "PutRolePolicy",
        "DeleteRolePolicy",
    ];
    assert_eq!(on_role, expected, "the boundary comes first");
    // The boundary is removed, and the key is kept.
    let lifts = [&none[..], &["--remove-restrictions"]].concat();
    runs.run(&lifts, &["--yes"]).exits(0);
    let unused = runs.unused(&bounded);
    let about = |item: &&String| item.contains("oundar") || item.contains("Bounded");
    assert_eq!(unused.iter().find(about), None);

    runs.run(&marked, &["--yes"]).exits(0);
    runs.run(&["destroy"], &["--yes"]).exits(0);
    runs.run(&["destroy", "--postfix=-blue"], &["--yes"])
        .exits(0);
}

#[tokio::test]
async fn adopting_needs_no_other_policy() {
    let account = both_systems().await;
    let mut runs = Runs::new(&account);
    tamper::make_foreign(&account).await;
    runs.run(&["plan"], &[]).exits(1);
    runs.run(&["apply"], &["--yes", "--adopt"]).exits(0);
    runs.run(&["destroy"], &["--yes"]).exits(0);
}

#[test]
fn options_of_another_command_are_refused() {
    let account = Account::new(&[MAIN]);
    for (args, option) in [
        (&["permissions", "--empty-bucket"][..], "destroy"),
        (
            &["permissions", "destroy", "--remove-restrictions"],
            "apply",
        ),
        (&["permissions", "plan", "--no-preflight"], "apply"),
    ] {
        let refused = account.provision(args).exits(1);
        assert!(refused.calls.is_empty(), "{refused}");
        refused.says(&format!("is an option of `provision {option}`"));
    }
}

#[test]
fn the_external_id_is_not_needed_and_the_account_is_read_from_aws() {
    let account = Account::new(&[MAIN]);
    account.write("provision.toml", "[stackstate]\n");
    let output = account.provision(&["permissions", "plan", "--region", MAIN]);
    let output = output.exits(0).writes_nothing();
    let operations: Vec<_> = output
        .calls
        .iter()
        .map(|it| it.operation.as_str())
        .collect();
    assert_eq!(operations, ["GetCallerIdentity"]);
    output.says(&format!("arn:aws:s3:::stackstate-logs-{}", account.id));
}
