//! The accounts of a finished run in groups: those with equal plans, and those that failed alike.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde_json::Value as Json;

use crate::fleet::digest::Digest;
use crate::fleet::ended::{Ended, Outcome};
use crate::names::AccountId;
use crate::saved_plan::without_secrets;

/// One plan of each group of equal plans. A thousand accounts may all have plans of their own, so that each is
/// kept compressed.
#[derive(Debug, Default)]
pub struct Plans(BTreeMap<Digest, Example>);

#[derive(Debug)]
struct Example {
    account: AccountId,
    plan: Vec<u8>,
}

impl Plans {
    /// Keeps the plan of an account, given in the form of `plan --json`, unless that of an account with a lower
    /// number is there: the same plan is kept in whatever order accounts end.
    pub fn add(&mut self, account: &AccountId, digest: Digest, plan: &Json) {
        let there = self.0.get(&digest);
        if there.is_some_and(|there| there.account <= *account) {
            return;
        }
        let example = Example {
            account: account.clone(),
            plan: compressed(&without_secrets(plan).to_string()),
        };
        self.0.insert(digest, example);
    }

    /// The plan with this digest, as one account has it.
    pub fn get(&self, digest: &Digest) -> Option<Json> {
        let plan = &self.0.get(digest)?.plan;
        let mut text = String::new();
        DeflateDecoder::new(plan.as_slice())
            .read_to_string(&mut text)
            .ok()?;
        serde_json::from_str(&text).ok()
    }

    /// The digests of the plans.
    pub fn digests(&self) -> impl Iterator<Item = &Digest> {
        self.0.keys()
    }
}

fn compressed(text: &str) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    // Writing to a vector cannot fail.
    let written = encoder.write_all(text.as_bytes());
    written.and_then(|()| encoder.finish()).unwrap_or_default()
}

/// Accounts that have something in common, in the order of their numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group<'a, T> {
    /// What they have in common.
    pub common: T,
    /// The accounts.
    pub accounts: Vec<&'a Ended>,
}

/// The accounts whose plan says why they ended so, by that and their plan. The largest group comes first.
pub fn by_plan(ended: &[Ended]) -> Vec<Group<'_, (Outcome, Digest)>> {
    let is_told = |it: &&Ended| {
        matches!(
            it.outcome,
            Outcome::Changed | Outcome::Done | Outcome::Blocked
        )
    };
    groups(ended.iter().filter(is_told), |it| {
        Some((it.outcome, it.plan?))
    })
}

/// The other accounts that did not end well, by how they ended and why. The largest group comes first.
pub fn by_cause(ended: &[Ended]) -> Vec<Group<'_, (Outcome, String)>> {
    let is_blocked = |it: &Ended| it.outcome == Outcome::Blocked && it.plan.is_some();
    let is_told = |it: &&Ended| it.outcome.is_failure() && !is_blocked(it);
    groups(ended.iter().filter(is_told), |it| {
        let cause = it.reason.as_ref().map(|reason| reason.cause());
        Some((it.outcome, cause.unwrap_or_default()))
    })
}

/// The accounts that are left out, by the reason. The largest group comes first.
pub fn skipped(ended: &[Ended]) -> Vec<Group<'_, String>> {
    let is_told = |it: &&Ended| it.outcome == Outcome::Skipped;
    groups(ended.iter().filter(is_told), |it| {
        Some(it.reason.as_ref()?.message.clone())
    })
}

fn groups<'a, T: Ord>(
    ended: impl Iterator<Item = &'a Ended>,
    common: impl Fn(&Ended) -> Option<T>,
) -> Vec<Group<'a, T>> {
    let mut by_common: BTreeMap<T, Vec<&Ended>> = BTreeMap::new();
    for account in ended {
        if let Some(common) = common(account) {
            by_common.entry(common).or_default().push(account);
        }
    }
    let groups = by_common.into_iter().map(|(common, mut accounts)| {
        accounts.sort_by(|one, other| one.account.cmp(&other.account));
        Group { common, accounts }
    });
    let mut groups: Vec<Group<'_, T>> = groups.collect();
    groups.sort_by_key(|group| {
        let first = group.accounts.first().map(|it| it.account.clone());
        (std::cmp::Reverse(group.accounts.len()), first)
    });
    groups
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::failure::Failure;
    use crate::fleet::fakes::{account, ended};

    #[test]
    fn the_plan_of_the_first_account_is_kept_in_whatever_order_accounts_end() {
        let digest = Digest::of("x");
        let kept = |order: &[u64]| {
            let mut plans = Plans::default();
            for number in order {
                plans.add(&account(*number), digest, &json!({"of": number}));
            }
            plans.get(&digest)
        };
        assert_eq!(kept(&[2, 1, 3]), Some(json!({"of": 1})));
        assert_eq!(kept(&[3, 2, 1]), kept(&[1, 2, 3]));
        assert_eq!(Plans::default().get(&digest), None);
    }

    #[test]
    fn failures_of_one_cause_are_one_group_and_the_largest_comes_first() {
        let failed = |number, region: &str| {
            let message = format!("GetRole failed (account {number:012}, region {region})");
            ended(number, Outcome::Failed).because(&Failure::new(message).because("AccessDenied"))
        };
        let other = ended(1, Outcome::Failed).because(&Failure::new("another"));
        let all = [
            failed(7, "eu-west-1"),
            other,
            failed(3, "us-east-1"),
            ended(5, Outcome::Done),
        ];
        let numbers: Vec<Vec<&AccountId>> = by_cause(&all)
            .into_iter()
            .map(|it| it.accounts.into_iter().map(|it| &it.account).collect())
            .collect();
        assert_eq!(numbers, [vec![&account(3), &account(7)], vec![&account(1)]]);
    }

    /// A plan in 17 regions has some 200 KiB as JSON.
    #[test]
    fn a_thousand_different_plans_take_little_memory() {
        let resources = vec![
            json!({"address": "iam_role.integration", "changes": [{"attribute": "trust_policy",
                "before": null, "after": {"Version": "2012-10-17", "Statement": []}}]});
            500
        ];
        let plan = json!({"resources": resources});
        let mut plans = Plans::default();
        let used = allocation_counter::measure(|| plans.add(&account(1), Digest::of("1"), &plan));
        assert!(plan.to_string().len() > 60_000);
        assert!(used.bytes_current < 8_000, "{} bytes", used.bytes_current);
    }
}
