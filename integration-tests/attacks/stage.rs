//! The account of an attack, what it guards, and what became of it.

use std::collections::BTreeSet;
use std::process::Command;

use crate::harness::contents::{self, Contents};
use crate::harness::session::Session;
use crate::harness::{Account, MAIN, OTHER, Output, unwrapped};

/// The regions that are guarded.
const REGIONS: [&str; 2] = [MAIN, OTHER];

/// What became of an attack.
pub struct Played {
    /// What the program said, in its own words.
    pub said: &'static str,
    /// What was lost: each resource that changed, and what the program should have said or done.
    pub lost: Vec<String>,
}

/// An account as an attacker left it, and those of its resources that no run may change.
pub struct Stage {
    pub account: Account,
    guarded: Contents,
    words: &'static str,
    lost: Vec<String>,
}

impl Stage {
    /// Guards every resource of the account for whose name `is_guarded` holds, as it is now. The
    /// program must say `words`.
    pub async fn guard(
        account: Account,
        words: &'static str,
        is_guarded: impl Fn(&str) -> bool,
    ) -> Self {
        let mut guarded = contents::of(&account, &REGIONS).await;
        guarded.retain(|name, _| is_guarded(name));
        Stage {
            account,
            guarded,
            words,
            lost: Vec::new(),
        }
    }

    /// The same for everything in the account.
    pub async fn guard_all(account: Account, words: &'static str) -> Self {
        Stage::guard(account, words, |_| true).await
    }

    /// Plays the attack with one run of the program, which must end with `code`.
    pub async fn run(self, args: &[&str], code: i32) -> Played {
        let output = self.account.provision(args);
        self.judge(&output, code).await
    }

    /// The same with a command that is at hand.
    pub async fn run_command(self, command: Command, code: i32) -> Played {
        let output = self.account.run(command);
        self.judge(&output, code).await
    }

    /// What became of the attack after its last run.
    pub async fn judge(self, run: &Output, code: i32) -> Played {
        let shown = format!("{}\n{}", run.stdout, run.stderr);
        self.judge_shown(run.code(), &shown, code).await
    }

    /// The same after a session at a terminal.
    pub async fn judge_session(self, session: Session, code: i32) -> Played {
        let (ended, screen) = session.end();
        self.judge_shown(ended, &screen, code).await
    }

    async fn judge_shown(mut self, ended: Option<i32>, shown: &str, code: i32) -> Played {
        self.expect(ended == Some(code), || {
            format!("exit code {ended:?}: {shown}")
        });
        let said = unwrapped(shown).contains(self.words);
        self.expect(said, || format!("not said in {shown}"));
        let now = contents::of(&self.account, &REGIONS).await;
        let all: BTreeSet<&String> = self.guarded.keys().collect();
        for name in all {
            let is_same = now.get(name) == self.guarded.get(name);
            if !is_same {
                self.lost.push(format!("{name} changed: {shown}"));
            }
        }
        Played {
            said: self.words,
            lost: self.lost,
        }
    }

    /// Something else that must hold, or what is lost if it does not.
    pub fn expect(&mut self, holds: bool, lost: impl FnOnce() -> String) {
        if !holds {
            self.lost.push(lost());
        }
    }
}
