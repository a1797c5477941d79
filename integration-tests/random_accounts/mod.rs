//! Random accounts: a random part of a deployment of ours, beside hundreds of resources of others with
//! names, tags and aliases near ours. Whatever plan, apply and destroy do, everything of others must be
//! afterwards exactly as before.
//!
//! The seed is printed, and `ACCOUNTS_SEED` repeats it. `ACCOUNTS` is the number of accounts.

pub mod deployment;
pub mod others;

use std::collections::BTreeSet;

use crate::faults::say;
use crate::harness::contents::{self, Contents};
use crate::harness::random::{Random, number};
use crate::harness::{Account, MAIN, OTHER, Output};
use deployment::Deployment;
use others::Others;

/// The number of accounts without `ACCOUNTS`.
const SAMPLE: u64 = 2;
/// How many resources others have in each account.
const THEIRS: u64 = 200;
/// Regions with resources of others. The last two are never ours.
pub const REGIONS: [&str; 4] = [MAIN, OTHER, "us-east-2", "eu-central-1"];

/// What is no longer what it was.
pub fn changed(before: &Contents, after: &Contents) -> Vec<String> {
    let mut changed = Vec::new();
    for (name, content) in before {
        let now = after.get(name).map_or("nothing", String::as_str);
        if now != content {
            changed.push(format!(
                "{name} is not ours and changed from {content} to {now}"
            ));
        }
    }
    changed
}

/// Fails if a resource of others is not what it was.
fn unchanged(before: &Contents, after: &Contents, context: &str, run: &Output) {
    assert_eq!(changed(before, after), [""; 0], "{context}: {run}");
}

/// Fails if something of ours is left that the run does not name. A key cannot be deleted at once.
fn left_nothing_unsaid(left: &Contents, others: &Others, context: &str, run: &Output) {
    for (name, content) in left {
        let is_doomed = name.starts_with("key ") && content.contains("PendingDeletion");
        if others.own(name) || is_doomed {
            continue;
        }
        // The longest of kind, name and region is the name, or the ARN that ends with it.
        let words = name.split([' ', '/']).max_by_key(|word| word.len());
        let is_named = run.stdout.contains(words.expect("a word"));
        assert!(is_named, "{name} is left, {context}: {run}");
    }
}

async fn check(seed: u64, number: u64) {
    let random = &mut Random::of(seed.wrapping_add(number));
    let account = Account::new(&[]);
    let deployment = Deployment::random(&account, random);
    let context = format!("in account {number} of the seed {seed}, {deployment:?}");
    account.apply(&[]);
    let removed = deployment.remove_some(random).await;
    let others = others::populate(&deployment, &removed, THEIRS, random).await;
    let read = async || contents::of(&account, &REGIONS).await;

    let everything = read().await;
    let planned = account.provision(&["plan"]).writes_nothing();
    unchanged(&everything, &read().await, &context, &planned);

    let mut theirs = everything;
    theirs.retain(|name, _| others.own(name));
    let found: BTreeSet<&String> = theirs.keys().collect();
    assert_eq!(found, others.names().collect(), "{context}");
    let applied = account.provision(&["apply", "--yes"]);
    unchanged(&theirs, &read().await, &context, &applied);
    if others.are_in_the_way() {
        let applied = applied.exits(1).writes_nothing();
        assert!(applied.stdout.contains("blocked: "), "{context}: {applied}");
    } else {
        applied.exits(0);
        account.apply(&[]).writes_nothing();
    }

    let mut destroy = vec!["destroy", "--yes"];
    if random.once_in(2) {
        destroy.push("--empty-bucket");
    }
    let destroyed = account.provision(&destroy);
    let left = read().await;
    unchanged(&theirs, &left, &context, &destroyed);
    left_nothing_unsaid(&left, &others, &context, &destroyed);
    if !others.are_in_the_way() {
        // The exit code tells a script that something stays, which the program names.
        let stays = destroyed
            .stderr
            .contains("Left under the names of this deployment:");
        destroyed.exits(i32::from(stays));
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
