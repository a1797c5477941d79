//! The account of an attack, what it guards, and what became of it.

use crate::harness::contents::{self, Contents};
use crate::harness::{Account, MAIN, OTHER, Output};

/// The regions that are guarded.
const REGIONS: [&str; 2] = [MAIN, OTHER];

/// What became of an attack.
pub struct Played {
    /// What the program said, in its own words.
    pub said: String,
    /// What was lost: the resources that changed, and what the program did not say.
    pub lost: Vec<String>,
}

/// An account whose resources are as an attack left them.
pub struct Stage {
    account: Account,
    before: Contents,
}

impl Stage {
    /// Guards every resource of the account for which `guard` holds.
    pub async fn guard(account: Account, guard: impl Fn(&str) -> bool) -> Self {
        let mut before = contents::of(&account, &REGIONS).await;
        before.retain(|name, _| guard(name));
        assert!(!before.is_empty(), "the attack guards nothing");
        Stage { account, before }
    }

    /// Runs the program, which must end with `code` and say `words`.
    pub async fn plays(self, args: &[&str], code: i32, words: &str) -> Played {
        let run = self.account.provision(args);
        self.ends(&run, code, words).await
    }

    /// What became of the attack after the last run.
    pub async fn ends(&self, run: &Output, code: i32, words: &str) -> Played {
        let mut lost = Vec::new();
        if run.code() != Some(code) {
            lost.push(format!("the exit code was {:?}: {run}", run.code()));
        }
        let shown = format!("{}\n{}", run.stdout, run.stderr);
        // A long line may be wrapped.
        let shown: Vec<&str> = shown.split_whitespace().collect();
        if !shown.join(" ").contains(words) {
            lost.push(format!("{words:?} was not said: {run}"));
        }
        let after = contents::of(&self.account, &REGIONS).await;
        let changed = self.before.iter();
        let changed = changed.filter(|(name, content)| after.get(*name) != Some(content));
        lost.extend(changed.map(|(name, _)| format!("{name} changed: {run}")));
        Played {
            said: words.to_owned(),
            lost,
        }
    }
}
