//! What is said and asked before the first write: the waves, and how much is changed and deleted.

use std::collections::BTreeMap;

use super::counted;
use crate::engine::action::Action;
use crate::fleet::ended::Ended;
use crate::fleet::groups::Plans;
use crate::kinds::s3;
use crate::names::AccountId;
use crate::render::text::{STRONG, sign_of};

/// The actions that write, in the order of the table.
const WRITES: [Action; 4] = [
    Action::Create,
    Action::Adopt,
    Action::Update,
    Action::Delete,
];

/// The table of the waves: how many accounts each has, and what is written there. `canaries` tells whether the
/// first wave is that of the canaries.
pub fn waves(waves: &[Vec<AccountId>], canaries: bool, planned: &[Ended]) -> String {
    let by_account: BTreeMap<&AccountId, &Ended> =
        planned.iter().map(|it| (&it.account, it)).collect();
    let all = |action| -> usize { planned.iter().map(|it| count(it, action)).sum() };
    let actions: Vec<Action> = WRITES.into_iter().filter(|it| all(*it) > 0).collect();
    let mut text = format!(
        "{STRONG}{:<10}  {:>8}  {:>10}",
        "wave", "accounts", "to change"
    );
    for action in &actions {
        text += &format!("  {:>8}", action.to_string());
    }
    text += &format!("{STRONG:#}\n");
    for (index, wave) in waves.iter().enumerate() {
        let members: Vec<&Ended> = wave
            .iter()
            .filter_map(|it| by_account.get(it).copied())
            .collect();
        let name = match index {
            0 if canaries => "1 (canary)".to_owned(),
            _ => (index + 1).to_string(),
        };
        let changed = members.iter().filter(|it| it.changes() > 0).count();
        text += &format!("{name:<10}  {:>8}  {changed:>10}", wave.len());
        for action in &actions {
            let sum: usize = members.iter().map(|it| count(it, *action)).sum();
            let (style, _) = sign_of(*action);
            text += &format!("  {style}{sum:>8}{style:#}");
        }
        text.push('\n');
    }
    text
}

fn count(ended: &Ended, action: Action) -> usize {
    ended.counts.get(&action).copied().unwrap_or(0)
}

/// What a person is asked about: the accounts in which something would be written.
#[derive(Debug)]
pub struct Question<'a> {
    /// The plans, as they are kept of each account.
    pub planned: &'a [Ended],
    /// One plan of each group of equal plans.
    pub plans: &'a Plans,
    /// The organization in which accounts were discovered.
    pub organization: Option<&'a str>,
    /// How many waves there are.
    pub waves: usize,
}

impl Question<'_> {
    /// The question: how many changes of which sort, in how many accounts, in which organization and how many
    /// waves, and what is deleted.
    pub fn text(&self) -> String {
        let changed: Vec<&Ended> = self.planned.iter().filter(|it| it.changes() > 0).collect();
        let changes: usize = changed.iter().map(|it| it.changes()).sum();
        let all = |action| -> usize { changed.iter().map(|it| count(it, action)).sum() };
        let deleted = all(Action::Delete);
        let what = if deleted == changes {
            format!("Delete {}", counted(changes, "resource"))
        } else {
            let sorts = WRITES.map(|action| (action, all(action))).into_iter();
            let sorts = sorts.filter(|(_, count)| *count > 0);
            let sorts: Vec<String> = sorts
                .map(|(action, count)| format!("{count} {action}"))
                .collect();
            format!(
                "Apply {} ({})",
                counted(changes, "change"),
                sorts.join(", ")
            )
        };
        let mut text = format!("{what} in {}", counted(changed.len(), "account"));
        if let Some(organization) = self.organization {
            text += &format!(" of organization {organization}");
        }
        if self.waves > 1 {
            text += &format!(" in {} waves", self.waves);
        }
        if deleted > 0 && deleted < changes {
            let accounts = changed.iter().filter(|it| count(it, Action::Delete) > 0);
            let accounts = counted(accounts.count(), "account");
            text += &format!(", deleting {} in {accounts}", counted(deleted, "resource"));
        }
        match self.buckets() {
            0 => {}
            buckets => text += &format!(", including {}", counted(buckets, "bucket")),
        }
        text + "?"
    }

    /// How many buckets are deleted.
    fn buckets(&self) -> usize {
        let mut accounts: BTreeMap<_, usize> = BTreeMap::new();
        for digest in self.planned.iter().filter_map(|it| it.plan) {
            *accounts.entry(digest).or_default() += 1;
        }
        let buckets = |digest| -> usize {
            let Some(plan) = self.plans.get(digest) else {
                return 0;
            };
            let resources = plan["resources"].as_array().into_iter().flatten();
            let deleted = resources.filter(|it| {
                it["kind"] == s3::bucket::KIND && it["action"] == Action::Delete.to_string()
            });
            deleted.count()
        };
        let buckets = accounts
            .iter()
            .map(|(digest, count)| count * buckets(digest));
        buckets.sum()
    }
}

/// What a person types to destroy in so many accounts, and how it is asked for.
pub fn typed(accounts: usize) -> (String, String) {
    let prompt = "Type the number of accounts to delete all of this, anything else to stop: ";
    (accounts.to_string(), prompt.to_owned())
}
