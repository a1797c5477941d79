//! Regions that are removed from the settings, a changed main region, and regions that do not answer.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::deployment::Deployment;
use crate::harness::{Account, MAIN, OTHER, inventory};

const THIRD: &str = "ap-northeast-1";
const ALL: [&str; 3] = [MAIN, OTHER, THIRD];

#[tokio::test]
async fn resources_in_a_region_removed_from_the_settings_are_deleted() {
    let account = Account::applied(&ALL);
    let regions = ["--region", MAIN, "--region", THIRD];
    let plan = account.plan(&regions);
    let mut changes = plan.changes();
    changes.sort_unstable();
    let expected = [
        ("event_rule.stackstate@us-east-1", "delete"),
        ("event_target.firehose@us-east-1", "delete"),
        ("firehose_stream.eventbridge@us-east-1", "delete"),
        ("iam_role.eventbridge-us-east-1", "delete"),
        ("iam_role.firehose-us-east-1", "delete"),
    ];
    assert_eq!(changes, expected);
    account.apply(&regions).has_done(5);

    Deployment::of(&account, &[MAIN, THIRD]).check().await;
    let left = inventory::of(&account, &ALL).await;
    assert!(!left.iter().any(|it| it.contains(OTHER)), "{left:?}");
    account.plan(&regions).has_no_changes();
}

#[tokio::test]
async fn destroy_finds_regions_that_are_no_longer_in_the_settings() {
    let account = Account::applied(&ALL);
    account.destroy(&["--region", MAIN]).has_done(18);
    let left = inventory::of(&account, &ALL).await;
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn a_changed_main_region_blocks_an_apply_and_not_a_destroy() {
    let account = Account::applied(&[MAIN]);
    let before = inventory::of(&account, &[MAIN, OTHER]).await;
    let moved = ["--region", OTHER];
    let plan = account.plan(&moved);
    let bucket = "s3_bucket.logs@us-east-1";
    assert_eq!(plan.action(bucket), "blocked");
    let reason = plan.reason(bucket);
    let way_out = "name eu-west-1 as the first region, or run `provision destroy`";
    assert!(
        reason.contains("a bucket cannot move") && reason.contains(way_out),
        "{reason}"
    );

    let refused = account.provision(&["apply", "--yes", "--region", OTHER]);
    refused
        .exits(1)
        .writes_nothing()
        .says("nothing was changed")
        .says(way_out);
    assert_eq!(inventory::of(&account, &[MAIN, OTHER]).await, before);

    account.destroy(&moved);
    let left = inventory::of(&account, &[MAIN, OTHER]).await;
    assert!(left.is_empty(), "{left:?}");
}

/// Every command that reads the resources.
const READING: [&[&str]; 5] = [
    &["plan"],
    &["preflight"],
    &["apply", "--yes"],
    &["apply", "--yes", "--no-preflight"],
    &["destroy", "--yes"],
];

/// Disables a region in the account: no service there accepts the account's credentials.
fn disable(account: &Account, disabled: &'static str) {
    let id = account.id.clone();
    account.answer_with("GetCallerIdentity", move |call| {
        if call.region == disabled {
            let body = "<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>The \
                        security token is invalid</Message></Error></ErrorResponse>";
            return ("403 Forbidden".to_owned(), body.to_owned());
        }
        let body = format!(
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::{id}:root</Arn>\
             <Account>{id}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
        );
        ("200 OK".to_owned(), body)
    });
    let unknown = r#"{"__type": "UnrecognizedClientException", "message": "token is invalid"}"#;
    account.stand_in(move |call| {
        let here =
            call.region == disabled && ["events", "firehose", "kms"].contains(&&*call.service);
        here.then(|| ("400 Bad Request".to_owned(), unknown.to_owned()))
    });
}

#[test]
fn a_region_that_is_not_enabled_is_named_by_every_command() {
    let cases: [(&str, &[&str], &str); 3] = [
        (OTHER, &[MAIN, OTHER], "a region other than the main one"),
        (
            MAIN,
            &[MAIN, OTHER],
            "the main region, where the caller's identity is read",
        ),
        (THIRD, &[THIRD], "the only region"),
    ];
    for (disabled, regions, why) in cases {
        let account = Account::new(regions);
        disable(&account, disabled);
        for command in READING {
            let failed = account.provision(command).exits(1).writes_nothing();
            let error = format!(
                "Error: the region {disabled} does not accept the credentials\n\
                 Caused by:\n  1: {disabled}: InvalidClientTokenId: The security token is invalid \
                 (request id request-1)\n\
                 Hint: Enable {disabled} in the account, after which it can take hours until AWS \
                 answers; where that is done, use credentials from a regional endpoint of STS, \
                 because regions that must be enabled refuse those of its global endpoint. Or take \
                 {disabled} out of `regions`"
            );
            assert!(failed.stderr.ends_with(&error), "{why}: {failed}");
        }
    }
}

/// Somebody disables a region of an earlier deployment, or anybody makes a role that leads to one.
#[test]
fn a_region_that_only_a_role_leads_to_is_named_with_that_reason() {
    let account = Account::applied(&[MAIN, OTHER]);
    disable(&account, OTHER);
    for command in READING {
        let command = [command, &["--region", MAIN]].concat();
        let failed = account.provision(&command).exits(1).writes_nothing();
        let failed = failed.says(&format!(
            "Error: the region {OTHER} does not accept the credentials"
        ));
        let reason = format!(
            "{OTHER} is not in `regions`: a role in the account with a name and the tags of this \
             deployment leads there. Or delete that role, or take its `provision:` tags away"
        );
        assert!(failed.stderr.ends_with(&reason), "{failed}");
    }
}

/// S3 answers an expired token with 400, and only an answer to GET has the code in its body
/// (HADOOP-18353; aws-sdk-js #2219).
#[test]
fn a_token_that_expires_during_a_run_is_named_although_head_gives_no_reason() {
    let account = Account::new(&[MAIN]);
    let head = format!("HEAD /stackstate-logs-{}/", account.id);
    account.answer_with(&head, |_| ("400 Bad Request".to_owned(), String::new()));
    let failed = account.provision(&["plan"]).exits(1);
    failed
        .says("HTTP 400")
        .says("S3 gives no reason in its answer to HEAD");

    let asked = AtomicBool::new(false);
    let identity = format!(
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::{0}:root</Arn>\
         <Account>{0}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
        account.id
    );
    let expired = "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>The security token \
                   included in the request is expired</Message></Error></ErrorResponse>";
    account.answer_with("GetCallerIdentity", move |_| {
        match asked.swap(true, Ordering::Relaxed) {
            false => ("200 OK".to_owned(), identity.clone()),
            true => ("403 Forbidden".to_owned(), expired.to_owned()),
        }
    });
    let failed = account.provision(&["plan"]).exits(1);
    failed.says("ExpiredToken").says("Renew the credentials");
}

#[test]
fn a_region_that_an_organization_denies_is_named_by_every_command() {
    let account = Account::new(&[MAIN, OTHER]);
    let denied = r#"{"__type": "AccessDeniedException", "message": "User: alice is not authorized to perform: events:DescribeRule with an explicit deny in a service control policy"}"#;
    account.stand_in(|call| {
        let here = call.region == OTHER && call.operation == "DescribeRule";
        here.then(|| ("400 Bad Request".to_owned(), denied.to_owned()))
    });
    for command in READING {
        let failed = account.provision(command).exits(1).writes_nothing();
        failed.says("(account ").says("region us-east-1)").says(
            "Hint: Have events:DescribeRule allowed in us-east-1 by the organization's service \
             control policies, or take us-east-1 out of `regions`",
        );
    }
}
