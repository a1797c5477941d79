//! `--target` narrows a plan to the named resources and those that must be done with them.

use std::collections::BTreeSet;

use crate::harness::{Account, MAIN, inventory};

const BUCKET: &str = "s3_bucket.logs@eu-west-1";
const TARGET: &str = "event_target.firehose@eu-west-1";

/// What `after` has and `before` has not.
fn more(before: &BTreeSet<String>, after: &BTreeSet<String>) -> Vec<String> {
    after.difference(before).cloned().collect()
}

#[tokio::test]
async fn an_apply_makes_what_is_named_and_what_that_needs() {
    let account = Account::new(&[MAIN]);
    let plan = account.provision(&["plan", "--target", BUCKET]).exits(0);
    plan.says("Narrowed by --target to s3_bucket.logs@eu-west-1")
        .says("5 other changes are left out.")
        .says("Plan: + 3 to create.");
    let before = inventory::of(&account, &[MAIN]).await;
    account.apply(&["--target", BUCKET]);
    let made = more(&before, &inventory::of(&account, &[MAIN]).await);
    let has = |what: &str| made.iter().any(|name| name.contains(what));
    assert!(has("bucket stackstate-logs-"), "{made:?}");
    assert!(has("StackStateAwsIntegrationRole"), "{made:?}");
    assert!(!has("stream") && !has("StackStateFirehoseRole"), "{made:?}");
    // The rest follows without it.
    account.apply(&[]).has_done(5);
}

#[tokio::test]
async fn a_destroy_removes_what_is_named_and_what_needs_that() {
    let account = Account::applied(&[MAIN]);
    let before = inventory::of(&account, &[MAIN]).await;
    let stream = "firehose_stream.eventbridge@eu-west-1";
    account
        .destroy(&["--target", stream])
        .says("Narrowed by --target to firehose_stream.eventbridge@eu-west-1");
    let after = inventory::of(&account, &[MAIN]).await;
    let gone = more(&after, &before);
    let has = |what: &str| gone.iter().any(|name| name.contains(what));
    assert!(has("stream stackstate"), "{gone:?}");
    assert!(
        has("with [\"StsEventBridgeFirehose\"]"),
        "the rule lost its target: {gone:?}"
    );
    assert!(!has("bucket") && !has("Role"), "{gone:?}");
    let plan = account.plan(&[]);
    // The deletion of a target disables its rule, so that no event is led nowhere.
    let rule = "event_rule.stackstate@eu-west-1";
    assert_eq!(plan.attributes(rule), ["state"]);
    let expected = [(TARGET, "create"), (stream, "create"), (rule, "update")];
    let changes: BTreeSet<_> = plan.changes().into_iter().collect();
    assert_eq!(changes, BTreeSet::from(expected));
}

#[tokio::test]
async fn a_saved_plan_remembers_what_it_was_narrowed_to() {
    let account = Account::new(&[MAIN]);
    let role = "iam_role.integration";
    account
        .provision(&["plan", "--target", role, "-o", "plan.json"])
        .exits(0);
    account
        .provision(&["apply", "plan.json", "-y", "--target", role])
        .exits(1)
        .writes_nothing()
        .says("cannot be used with");
    account
        .provision(&["apply", "plan.json", "--yes"])
        .exits(0)
        .has_done(1);
    assert_eq!(account.plan(&[]).changes().len(), 7);
}

#[test]
fn an_unknown_address_changes_nothing() {
    let account = Account::new(&[MAIN]);
    for command in [&["plan"][..], &["apply", "--yes"], &["destroy", "--yes"]] {
        let args = [command, &["--target", "s3_bucket.logs"]].concat();
        let refused = account.provision(&args).exits(1).writes_nothing();
        refused
            .says("no resource has the address \"s3_bucket.logs\"")
            .says("Did you mean s3_bucket.logs@eu-west-1?");
    }
}
