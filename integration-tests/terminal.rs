//! The question at a terminal, and a person's answers.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use aws_sdk_kms::types::KeyState;
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::harness::{Account, MAIN, OTHER};
use crate::hostile_keys;

const ROLE: &str = "StackStateAwsIntegrationRole";
const QUESTION: &str = "Only `yes` is accepted: ";
/// Longer than the time for which an observation counts, so the program reads again.
const THOUGHT: Duration = Duration::from_secs(6);

/// The program at a terminal, with the person's side of the terminal.
pub struct Session {
    child: Child,
    keyboard: File,
    screen: Receiver<String>,
    seen: String,
}

impl Session {
    pub fn start(mut command: Command) -> Self {
        let person = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&person).unwrap();
        unlockpt(&person).unwrap();
        let name = ptsname(&person, Vec::new()).unwrap();
        let terminal = File::options()
            .read(true)
            .write(true)
            .open(name.to_str().unwrap())
            .unwrap();
        let end = || Stdio::from(OwnedFd::from(terminal.try_clone().unwrap()));
        command.stdin(end()).stdout(end()).stderr(end());
        let child = command.spawn().unwrap();
        let keyboard = File::from(person);
        let mut screen = keyboard.try_clone().unwrap();
        let (send, receive) = channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            // The read fails once no process has the terminal open any more.
            while let Ok(read @ 1..) = screen.read(&mut buffer) {
                let text = String::from_utf8_lossy(&buffer[..read]).into_owned();
                if send.send(text).is_err() {
                    break;
                }
            }
        });
        Session {
            child,
            keyboard,
            screen: receive,
            seen: String::new(),
        }
    }

    /// Reads until the question is shown.
    pub fn until_asked(&mut self) {
        while !self.seen.contains(QUESTION) {
            let text = self.screen.recv_timeout(Duration::from_secs(60));
            self.seen
                .push_str(&text.unwrap_or_else(|_| panic!("no question in {}", self.seen)));
        }
    }

    /// Types a line.
    pub fn answer(&mut self, line: &str) {
        self.keyboard.write_all(line.as_bytes()).unwrap();
        self.keyboard.write_all(b"\n").unwrap();
    }

    /// The exit code, and everything that was shown.
    pub fn end(mut self) -> (Option<i32>, String) {
        let code = self.child.wait().unwrap().code();
        self.seen.extend(self.screen.iter());
        (code, self.seen)
    }
}

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
    for (answer, code, said) in [
        ("y", 1, "not confirmed; nothing was changed"),
        ("", 1, "not confirmed; nothing was changed"),
        ("yes", 0, "Outcome: 1 done."),
    ] {
        let before = duration(&account).await;
        let mut session = Session::start(account.quiet_command(&["apply"]));
        session.until_asked();
        session.answer(answer);
        let (ended, screen) = session.end();
        assert_eq!(ended, Some(code), "{answer:?}: {screen}");
        assert!(screen.contains(said), "{answer:?}: {screen}");
        let changed = duration(&account).await != before;
        assert_eq!(changed, code == 0, "{answer:?}: {screen}");
    }
}

#[tokio::test]
async fn the_question_can_be_interrupted() {
    let account = drifted().await;
    for command in ["apply", "destroy"] {
        let mut session = Session::start(account.quiet_command(&[command]));
        session.until_asked();
        kill_process(Pid::from_child(&session.child), Signal::INT).unwrap();
        let (code, screen) = session.end();
        assert_eq!(code, Some(130), "{screen}");
        let told = "stopped before the question was answered; nothing was changed";
        assert!(screen.contains(told), "{screen}");
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
    assert!(screen.contains(told), "{screen}");
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
        assert!(screen.contains(told), "{command}: {screen}");
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
    let holds = format!("every object in {bucket} (1 object version or delete marker)?");
    assert!(screen.contains(&holds), "{screen}");
    let looked = looked.lock().unwrap();
    assert!(
        !looked.is_empty() && looked.iter().all(|region| region == MAIN),
        "{looked:?}"
    );
}
