//! Random accounts: a random part of a deployment of ours, beside hundreds of resources of others with
//! names, tags and aliases near ours. Whatever plan, apply and destroy do, everything of others must be
//! afterwards exactly as before.
//!
//! The seed is printed, and `ACCOUNTS_SEED` repeats it. `ACCOUNTS` is the number of accounts.

mod deployment;
mod others;

use std::collections::BTreeSet;

use crate::faults::say;
use crate::harness::contents::{self, Contents};
use crate::harness::random::{Random, number};
use crate::harness::{Account, MAIN, OTHER, Output};
use deployment::Deployment;
use others::Others;

/// The number of accounts without `ACCOUNTS`.
const SAMPLE: u64 = 3;
/// How many resources others have in each account.
const THEIRS: u64 = 200;
/// Regions with resources of others. The last two are never ours.
const REGIONS: [&str; 4] = [MAIN, OTHER, "us-east-2", "eu-central-1"];

/// The resources that others own, as they are now.
async fn theirs(account: &Account, others: &Others) -> Contents {
    let mut found = contents::of(account, &REGIONS).await;
    found.retain(|name, _| others.own(name));
    found
}

/// Fails if a resource of others is not what it was.
fn unchanged(before: &Contents, after: &Contents, context: &str, run: &Output) {
    for (name, content) in before {
        let now = after.get(name).map_or("nothing", String::as_str);
        assert_eq!(
            now, content,
            "{name} is not ours and changed, {context}: {run}"
        );
    }
}

/// Fails if something of ours is left that the run does not name. A key cannot be deleted at once.
async fn left_nothing_unsaid(account: &Account, others: &Others, context: &str, run: &Output) {
    for (name, content) in contents::of(account, &REGIONS).await {
        let is_doomed = name.starts_with("key ") && content.contains("PendingDeletion");
        if others.own(&name) || is_doomed {
            continue;
        }
        // An identity is a kind, a name and a region.
        let words = name.split(' ').find(|word| run.stdout.contains(*word));
        assert!(words.is_some(), "{name} is left, {context}: {run}");
    }
}

async fn check(seed: u64, number: u64) {
    let random = &mut Random::of(seed.wrapping_add(number));
    let context = format!("in account {number} of the seed {seed}");
    let account = Account::new(&[]);
    let deployment = Deployment::random(&account, random);
    let context = format!("{context}, {deployment:?}");
    account.apply(&[]);
    let removed = deployment.remove_some(random).await;
    let others = others::populate(&deployment, &removed, THEIRS, random).await;

    let everything = contents::of(&account, &REGIONS).await;
    let planned = account.provision(&["plan"]).writes_nothing();
    assert_ne!(planned.code(), Some(2), "{context}: {planned}");
    let now = contents::of(&account, &REGIONS).await;
    unchanged(&everything, &now, &context, &planned);

    let before = theirs(&account, &others).await;
    let known: BTreeSet<_> = before.keys().cloned().collect();
    assert_eq!(known, others.names(), "{context}");
    let applied = account.provision(&["apply", "--yes"]);
    unchanged(
        &before,
        &theirs(&account, &others).await,
        &context,
        &applied,
    );
    if others.are_in_the_way() {
        let applied = applied.exits(1).writes_nothing();
        assert!(applied.stdout.contains("! blocked"), "{context}: {applied}");
    } else {
        applied.exits(0);
        account.apply(&[]).writes_nothing();
    }

    let more: &[&str] = if random.once_in(2) {
        &["--empty-bucket"]
    } else {
        &[]
    };
    let destroyed = account.provision(&[&["destroy", "--yes"], more].concat());
    unchanged(
        &before,
        &theirs(&account, &others).await,
        &context,
        &destroyed,
    );
    left_nothing_unsaid(&account, &others, &context, &destroyed).await;
    if !others.are_in_the_way() {
        destroyed.exits(0);
    }
}

#[tokio::test]
async fn in_random_accounts_nothing_of_others_is_touched() {
    let seed = number("ACCOUNTS_SEED").unwrap_or_else(Random::seed);
    let accounts = number("ACCOUNTS").unwrap_or(SAMPLE);
    say(&format!("{accounts} random accounts of the seed {seed}"));
    for number in 0..accounts {
        Box::pin(check(seed, number)).await;
    }
}
