//! One account serves a run, even if the credentials change to those of another one.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::harness::session::{Session, THOUGHT};
use crate::harness::{Account, MAIN, Moment, inventory, unwrapped};

/// Two accounts, and a profile whose `credential_process` changes from the first to the second one.
pub struct Changing {
    pub approved: Account,
    pub other: Account,
}

impl Changing {
    pub fn new() -> Self {
        let (approved, other) = (Account::new(&[MAIN]), Account::new(&[MAIN]));
        // The SDK asks again some seconds before the credentials expire.
        let script = format!(
            "#!/bin/sh\n\
             id={}; if [ -e {} ]; then id={}; fi\n\
             ends=$(date -u -d '+4 seconds' +%Y-%m-%dT%H:%M:%SZ)\n\
             printf '{{\"Version\":1,\"AccessKeyId\":\"%s\",\"SecretAccessKey\":\"test\",\
             \"Expiration\":\"%s\"}}' $id $ends\n",
            approved.id,
            approved.path("changed").display(),
            other.id,
        );
        approved.write("credentials", &script);
        let process = approved.path("credentials");
        fs::set_permissions(&process, PermissionsExt::from_mode(0o700)).unwrap();
        let profile = format!("[default]\ncredential_process = {}\n", process.display());
        approved.write(".aws/config", &profile);
        Changing { approved, other }
    }

    /// The program with `args` and the credentials of the profile.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = self.approved.quiet_command(args);
        command.env_remove("AWS_ACCESS_KEY_ID");
        command.env_remove("AWS_SECRET_ACCESS_KEY");
        command
    }

    /// From now on the profile gives the credentials of the other account.
    pub fn change(&self) {
        self.approved.write("changed", "");
    }

    /// What a person is told.
    fn told(&self) -> [String; 2] {
        let (now, expected) = (&self.other.id, &self.approved.id);
        [
            format!("they now belong to the account {now}, and this run is for the account"),
            format!("{expected} alone"),
        ]
    }

    /// Answers the question with yes after the change, and checks that the run ends and says why. The
    /// answer is what was shown.
    async fn change_during_the_question(&self, args: &[&str]) -> String {
        let mut session = Session::start(self.command(args));
        session.until_asked();
        self.change();
        tokio::time::sleep(THOUGHT).await;
        session.answer("yes");
        let (code, screen) = session.end();
        assert_eq!(code, Some(1), "{screen}");
        for told in self.told() {
            assert!(unwrapped(&screen).contains(&told), "{told}: {screen}");
        }
        screen
    }

    async fn other_is_untouched(&self) {
        let found = inventory::of(&self.other, &[MAIN]).await;
        assert_eq!(found, [].into(), "the other account was written to");
    }
}

#[tokio::test]
async fn credentials_that_change_during_the_question_write_nothing() {
    let accounts = Changing::new();
    for (command, account) in [("apply", ""), ("apply", &*accounts.approved.id)] {
        let _ = fs::remove_file(accounts.approved.path("changed"));
        let mut args = vec![command];
        if !account.is_empty() {
            args.extend(["--account", account]);
        }
        let screen = accounts.change_during_the_question(&args).await;
        assert!(
            unwrapped(&screen).contains("credentials that stay in one account"),
            "{screen}"
        );
        accounts.other_is_untouched().await;
        let found = inventory::of(&accounts.approved, &[MAIN]).await;
        assert_eq!(found, [].into(), "{screen}");
    }
}

#[tokio::test]
async fn credentials_that_change_during_a_destroy_delete_nothing_of_the_other_account() {
    let accounts = Changing::new();
    accounts.other.apply(&[]);
    accounts.approved.apply(&[]);
    let before = inventory::of(&accounts.other, &[MAIN]).await;
    accounts.change_during_the_question(&["destroy"]).await;
    assert_eq!(inventory::of(&accounts.other, &[MAIN]).await, before);
}

#[tokio::test]
async fn credentials_that_change_in_the_middle_of_an_apply_write_nothing_more() {
    let accounts = Changing::new();
    let changed = accounts.approved.path("changed");
    let command = accounts.command(&["apply", "--yes"]);
    let ended = accounts
        .approved
        .run_watched(command, move |_, call, moment| {
            if moment == Moment::Arrived && call.operation == "CreateRole" && !changed.exists() {
                fs::write(&changed, "").unwrap();
                // The credentials of the profile are no longer used after this.
                std::thread::sleep(THOUGHT);
            }
            true
        });
    let ended = ended.exits(1);
    for told in accounts.told() {
        assert!(ended.to_string().contains(&told), "{told}: {ended}");
    }
    accounts.other_is_untouched().await;
}

#[tokio::test]
async fn renewed_credentials_of_the_same_account_serve_on() {
    let accounts = Changing::new();
    let mut session = Session::start(accounts.command(&["apply"]));
    session.until_asked();
    tokio::time::sleep(THOUGHT).await;
    session.answer("yes");
    let (code, screen) = session.end();
    assert_eq!(code, Some(0), "{screen}");
}

#[test]
fn a_destroy_that_asks_nobody_needs_the_account() {
    let account = Account::new(&[MAIN]);
    for args in [&["destroy"][..], &["destroy", "--json"]] {
        let mut command = account.command(args);
        command.arg("--yes");
        let refused = account.run(command).exits(1).writes_nothing();
        assert!(refused.calls.is_empty(), "{refused}");
        refused
            .says("`destroy --yes` needs the account")
            .says("account = \"123456789012\"")
            .says("--account 123456789012");
    }
    let settings = fs::read_to_string(account.path("provision.toml")).unwrap();
    account.write(
        "provision.toml",
        &format!("account = \"{}\"\n{settings}", account.id),
    );
    let mut command = account.command(&["destroy"]);
    command.arg("--yes");
    account.run(command).exits(0);
}

#[test]
fn an_apply_that_asks_nobody_warns_without_the_account() {
    let account = Account::new(&[MAIN]);
    let warning = format!("pass --account {}", account.id);
    let fresh = account.provision(&["apply", "--yes", "--json"]).exits(0);
    assert!(fresh.stderr.contains(&warning), "{fresh}");
    assert!(!fresh.stdout.contains("Warning"), "{fresh}");
    let again = account.apply(&["--tag", "team=b", "--account", &account.id]);
    assert!(!again.stderr.contains(&warning), "{again}");
}
