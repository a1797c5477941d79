//! A run itself: its credentials, its plan, its secrets and the network.

use std::os::unix::fs::PermissionsExt;

use futures_util::future::FutureExt;

use super::Attack;
use super::stage::{Played, Stage};
use crate::environment;
use crate::harness::session::{Session, THOUGHT};
use crate::harness::{Account, MAIN};
use crate::one_account::Changing;

pub(super) fn attacks() -> Vec<Attack> {
    vec![
        Attack {
            name: "changes the credentials to those of another account while an apply waits for its answer",
            may: "to change what a `credential_process` or a profile answers",
            play: || changed_credentials().boxed_local(),
        },
        Attack {
            name: "adds a target to our rule while a destroy waits for its answer",
            may: "`events:PutTargets`",
            play: || a_late_target().boxed_local(),
        },
        Attack {
            name: "changes a saved plan",
            may: "to write the plan's file",
            play: || a_changed_plan().boxed_local(),
        },
        Attack {
            name: "reads a saved plan that another user left behind",
            may: "to read the folder",
            play: || a_plan_left_behind().boxed_local(),
        },
        Attack {
            name: "puts a line break into the access key",
            may: "to set a variable",
            play: || a_hostile_variable().boxed_local(),
        },
        Attack {
            name: "answers without an end in AWS's place",
            may: "to set `AWS_ENDPOINT_URL` to this machine",
            play: || an_endless_answer().boxed_local(),
        },
        Attack {
            name: "reads the logs of a run in which AWS refuses the trust policy and quotes it",
            may: "to read logs",
            play: || a_quoted_secret().boxed_local(),
        },
        Attack {
            name: "listens on the network, where a variable sends the requests in the clear",
            may: "to set `AWS_ENDPOINT_URL_STS`, to listen",
            play: || requests_in_the_clear().boxed_local(),
        },
    ]
}

async fn changed_credentials() -> Played {
    let Changing { approved, other } = Changing::new();
    other.apply(&[]);
    let accounts = Changing { approved, other };
    let words = "they now belong to the account";
    let mut session = Session::start(accounts.command(&["apply"]));
    session.until_asked();
    accounts.change();
    let stage = Stage::guard_all(accounts.other, words).await;
    tokio::time::sleep(THOUGHT).await;
    session.answer("yes");
    stage.judge_session(session, 1).await
}

async fn a_late_target() -> Played {
    let account = Account::applied(&[MAIN]);
    let words = "event_rule.stackstate@eu-west-1 changed after the plan to delete it was made";
    let rule = "StsEventBridgeRule";
    let mut session = Session::start(account.quiet_command(&["destroy"]));
    session.until_asked();
    let target = aws_sdk_eventbridge::types::Target::builder().id("theirs");
    let target = target.arn("arn:aws:sqs:eu-west-1:210987654321:theirs");
    let put = account.events(MAIN).put_targets().rule(rule);
    put.targets(target.build().unwrap()).send().await.unwrap();
    let stage = Stage::guard(account, words, |name| name.starts_with("rule")).await;
    tokio::time::sleep(THOUGHT).await;
    session.answer("yes");
    stage.judge_session(session, 1).await
}

async fn a_changed_plan() -> Played {
    let account = Account::new(&[MAIN]);
    account.provision(&["plan", "--out", "plan.json"]).exits(0);
    let plan = std::fs::read_to_string(account.path("plan.json")).unwrap();
    account.write("plan.json", &plan.replace("210987654321", "999999999999"));
    let words = "it was changed after it was saved";
    let stage = Stage::guard_all(account, words).await;
    stage.run(&["apply", "--yes", "plan.json"], 1).await
}

async fn a_quoted_secret() -> Played {
    let account = Account::new(&[MAIN]);
    let message = format!(
        "Syntax error near sts:ExternalId: {}, at 1:2",
        account.external_id
    );
    account.refuse("CreateRole", "MalformedPolicyDocument", &message);
    // The harness fails if the external ID is anywhere in the output or the log.
    let words = "Syntax error near sts:ExternalId: [hidden], at 1:2";
    let stage = Stage::guard(account, words, |_| false).await;
    stage.run(&["apply", "--yes"], 1).await
}

async fn requests_in_the_clear() -> Played {
    let account = Account::new(&[MAIN]);
    let words = "would send requests over the network unencrypted";
    let mut command = account.command(&["apply", "--yes"]);
    command.env("AWS_ENDPOINT_URL_STS", "http://192.0.2.1");
    let stage = Stage::guard_all(account, words).await;
    stage.run_command(command, 1).await
}

/// The harness fails if the external ID is in a file of the folder.
async fn a_plan_left_behind() -> Played {
    let account = Account::new(&[MAIN]);
    let words = "Saved as plan.json";
    let mut stage = Stage::guard_all(account, words).await;
    let run = stage.account.provision(&["plan", "--out", "plan.json"]);
    let file = std::fs::metadata(stage.account.path("plan.json")).unwrap();
    let mode = file.permissions().mode() & 0o777;
    stage.expect(mode == 0o600, || format!("the mode is {mode:o}"));
    stage.judge(&run, 0).await
}

async fn a_hostile_variable() -> Played {
    let account = Account::new(&[MAIN]);
    let mut command = account.command(&["apply", "--yes"]);
    command.env("AWS_ACCESS_KEY_ID", "AKIA\nDone in 3.1 s: 8 created.");
    let stage = Stage::guard_all(account, "AWS_ACCESS_KEY_ID").await;
    stage.run_command(command, 1).await
}

async fn an_endless_answer() -> Played {
    let account = Account::new(&[MAIN]);
    let endpoint = environment::endless();
    let words = "the answers have more than 64 MiB together";
    let stage = Stage::guard_all(account, words).await;
    stage
        .run(&["apply", "--yes", "--endpoint-url", &endpoint], 1)
        .await
}
