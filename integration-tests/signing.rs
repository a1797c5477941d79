//! The commands of `docs/operating.md` with which one person signs a plan and another applies it.

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::deployment::Deployment;
use crate::harness::{Account, MAIN, Output};

const PAGE: &str = include_str!("../docs/operating.md");

/// The commands in the page's block with this mark.
fn block(mark: &str) -> &'static str {
    let start = format!("<!-- {mark} -->\n```sh\n");
    let (_, after) = PAGE.split_once(&start).expect("a block with this mark");
    after.split_once("```").expect("the end of the block").0
}

/// Runs the commands in `account` as the page says, with the program first in `PATH`.
fn run(account: &Account, mark: &str) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_provision"));
    let folder = program.parent().expect("a folder").to_owned();
    let others = env::var_os("PATH").expect("a PATH");
    let path = env::join_paths([folder].into_iter().chain(env::split_paths(&others)));
    let environment = account.quiet_command(&[]);
    let environment = environment.get_envs();
    let mut shell = Command::new("bash");
    shell
        .args(["-euo", "pipefail", "-c", block(mark)])
        .current_dir(account.path(""))
        .stdin(Stdio::null())
        .env_clear()
        .envs(environment.filter_map(|(name, value)| Some((name, value?))))
        .env("PATH", path.expect("a PATH"));
    account.run(shell)
}

/// Whether the tool of the page is here. It comes with OpenSSH, which git needs for most remotes.
fn can_sign() -> bool {
    let found = Command::new("ssh-keygen").arg("-?").output().is_ok();
    if !found {
        eprintln!("LEFT OUT, because ssh-keygen is missing: the signed plans");
    }
    found
}

/// An account with a signed plan.
fn signed() -> Account {
    let account = Account::new(&[MAIN]);
    run(&account, "once").exits(0);
    run(&account, "plan").exits(0).writes_nothing();
    account
}

#[tokio::test]
async fn a_signed_plan_is_applied() {
    if !can_sign() {
        return;
    }
    let account = signed();
    let applied = run(&account, "apply").exits(0);
    applied
        .says("Good \"provision-plan\" signature for planner")
        .has_done(8);
    Deployment::of(&account, &[MAIN]).check().await;
}

#[test]
fn a_plan_that_was_changed_or_signed_by_somebody_else_is_not_applied() {
    if !can_sign() {
        return;
    }
    let account = signed();
    let signature = fs::read(account.path("plan.json.sig")).expect("a signature");
    // Another plan for the same settings, which the program itself would accept.
    account.provision(&["plan", "--out", "plan.json"]).exits(0);
    let refused = run(&account, "apply").exits(255).writes_nothing();
    refused.says("Could not verify signature");

    // The attacker has a key, and signs as the planner does.
    let trusted = fs::read_to_string(account.path("planners")).expect("the list");
    for name in ["planner", "planner.pub", "plan.json.sig"] {
        fs::remove_file(account.path(name)).expect("a file");
    }
    run(&account, "once").exits(0);
    account.write("planners", &trusted);
    run(&account, "plan").exits(0);
    run(&account, "apply").exits(255).writes_nothing();
    assert_ne!(
        fs::read(account.path("plan.json.sig")).expect("a signature"),
        signature
    );
}
