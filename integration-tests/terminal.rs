//! The question at a terminal, and a person's answers.

use std::fs::{self, File};
use std::sync::{Arc, Mutex};
use std::thread;

use aws_sdk_kms::types::KeyState;

use crate::harness::session::{Session, Shown, THOUGHT};
use crate::harness::{Account, MAIN, OTHER, unwrapped};
use crate::hostile_keys;

const ROLE: &str = "StackStateAwsIntegrationRole";

/// An account where one role has drifted.
async fn drifted() -> Account {
    let account = Account::applied(&[MAIN]);
    set_duration(&account, 7200).await;
    account
}

async fn set_duration(account: &Account, seconds: i32) {
    let iam = account.iam();
    let update = iam.update_role().role_name(ROLE);
    update.max_session_duration(seconds).send().await.unwrap();
}

async fn duration(account: &Account) -> Option<i32> {
    let role = account.iam().get_role().role_name(ROLE).send().await;
    role.unwrap().role.unwrap().max_session_duration
}

#[tokio::test]
async fn only_yes_confirms() {
    let account = drifted().await;
    let name = format!("name-{}", account.id);
    let alias = account.iam().create_account_alias().account_alias(&name);
    alias.send().await.unwrap();
    for (answer, code, said) in [
        ("y", 1, "not confirmed; nothing was changed"),
        ("", 1, "not confirmed; nothing was changed"),
        ("yes", 0, ": 1 updated, 7 unchanged."),
    ] {
        let before = duration(&account).await;
        let mut session = Session::start(account.quiet_command(&["apply"]));
        let question = format!(
            "Apply 1 change (1 update) in account {} \"{name}\" ({MAIN})",
            account.id
        );
        let asked = unwrapped(session.until_asked());
        assert!(asked.contains(&question), "{answer:?}: {asked}");
        session.answer(answer);
        let (ended, screen) = session.end();
        assert_eq!(ended, Some(code), "{answer:?}: {screen}");
        assert!(screen.contains(said), "{answer:?}: {screen}");
        let changed = duration(&account).await != before;
        assert_eq!(changed, code == 0, "{answer:?}: {screen}");
    }
}

#[tokio::test]
async fn who_is_asked_sees_the_plan_although_the_result_goes_to_a_file() {
    let account = drifted().await;
    for args in [&["apply"][..], &["apply", "--json"], &["destroy"]] {
        let mut command = account.quiet_command(args);
        command.stdout(File::create(account.path("log.txt")).unwrap());
        let mut session = Session::start_with(command, Shown::OnStderr);
        let plan = session.until_asked().to_owned();
        session.answer("no");
        let (code, screen) = session.end();
        assert_eq!(code, Some(1), "{args:?}: {screen}");
        assert!(plan.contains(ROLE), "{args:?}: {plan}");
        let log = fs::read_to_string(account.path("log.txt")).unwrap();
        assert!(log.contains(ROLE), "{args:?}: {log}");
    }
}

#[tokio::test]
async fn the_question_can_be_interrupted() {
    let account = drifted().await;
    for command in ["apply", "destroy"] {
        let mut session = Session::start(account.quiet_command(&[command]));
        session.until_asked();
        session.interrupt();
        let (code, screen) = session.end();
        assert_eq!(code, Some(130), "{screen}");
        let told = "Interrupted: nothing was changed.";
        assert!(unwrapped(&screen).contains(told), "{screen}");
    }
    assert_eq!(duration(&account).await, Some(7200));
}

#[tokio::test]
async fn a_change_during_the_question_is_reported_and_not_overwritten() {
    let account = drifted().await;
    let rule = "StsEventBridgeRule";
    let disable = account.events(MAIN).disable_rule().name(rule);
    disable.send().await.unwrap();
    let mut session = Session::start(account.quiet_command(&["apply"]));
    session.until_asked();
    set_duration(&account, 9000).await;
    thread::sleep(THOUGHT);
    session.answer("yes");
    let (code, screen) = session.end();
    assert_eq!(code, Some(1), "{screen}");
    let told = "iam_role.integration changed after the plan to update it was made";
    assert!(unwrapped(&screen).contains(told), "{screen}");
    assert_eq!(duration(&account).await, Some(9000), "{screen}");
    // The other steps are done.
    let found = account.events(MAIN).describe_rule().name(rule).send().await;
    assert_eq!(found.unwrap().state.unwrap().as_str(), "ENABLED");
    let plan = account.plan(&[]);
    assert_eq!(plan.changes(), [("iam_role.integration", "update")]);
}

#[tokio::test]
async fn a_key_that_takes_the_place_of_the_approved_one_during_the_question_is_not_touched() {
    // Where the alias is not moved, the approved key only stops being found.
    for (command, moves_alias) in [("destroy", true), ("apply", true), ("destroy", false)] {
        let account = Account::applied(&[MAIN]);
        let kms = account.kms(MAIN);
        let approved = account.key_id().await;
        kms.disable_key_rotation()
            .key_id(&approved)
            .send()
            .await
            .unwrap();
        let victim = hostile_keys::victim(&account).await;
        let before = hostile_keys::everything_of(&account, &victim).await;
        let mut session = Session::start(account.quiet_command(&[command]));
        session.until_asked();
        let untag = kms.untag_resource().key_id(&approved);
        untag.tag_keys("provision:system").send().await.unwrap();
        let alias = kms.delete_alias().alias_name(hostile_keys::ALIAS);
        alias.send().await.unwrap();
        if moves_alias {
            hostile_keys::lead(&account, hostile_keys::ALIAS, &victim).await;
        }
        thread::sleep(THOUGHT);
        session.answer("yes");
        let (code, screen) = session.end();
        assert_eq!(code, Some(1), "{command}: {screen}");
        let told = "kms_key.integration@eu-west-1 changed after the plan to";
        assert!(unwrapped(&screen).contains(told), "{command}: {screen}");
        assert!(screen.contains(&approved), "{command}: {screen}");
        for key in [&approved, &victim] {
            let state = hostile_keys::state(&account, key).await;
            assert_eq!(state, KeyState::Enabled, "{command}: {screen}");
        }
        if !moves_alias {
            let after = hostile_keys::everything_of(&account, &victim).await;
            assert_eq!(after, before, "{command}: {screen}");
        }
        let rotation = kms.get_key_rotation_status().key_id(&victim);
        assert!(!rotation.send().await.unwrap().key_rotation_enabled());
    }
}

#[tokio::test]
async fn the_question_names_the_buckets_objects_in_any_region() {
    let account = Account::applied(&[MAIN]);
    let bucket = format!("stackstate-logs-{}", account.id);
    let put = account.s3(MAIN).put_object().bucket(&bucket).key("one");
    put.body(b"{}".to_vec().into()).send().await.unwrap();
    let looked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&looked);
    account.watch(move |call, _| {
        if call.operation.contains("?versions") {
            seen.lock().unwrap().push(call.region.clone());
        }
        true
    });
    // The bucket is still in its region, although another region is the first now.
    let args = ["destroy", "--empty-bucket", "--region", OTHER];
    let mut session = Session::start(account.quiet_command(&args));
    session.until_asked();
    session.answer("no");
    let (code, screen) = session.end();
    assert_eq!(code, Some(1), "{screen}");
    let holds = format!(
        "all that the bucket {bucket} holds is deleted with it, for good: 1 object version"
    );
    let day = "AWS deletes the key on 20";
    for told in [
        &holds,
        day,
        &format!(", including bucket {bucket}? Type yes: "),
    ] {
        assert!(unwrapped(&screen).contains(told), "{told}: {screen}");
    }
    let looked = looked.lock().unwrap();
    assert!(looked.iter().any(|region| region == MAIN), "{looked:?}");
}
