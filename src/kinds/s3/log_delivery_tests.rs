//! Which statements count as those of AWS's log delivery: a table, each row with its reason.

use std::collections::BTreeSet;

use iam_policy::{Policy, Statement};
use serde_json::{Value, json};

use super::log_delivery::{Receiver, renamed};

const BUCKET: &str = "arn:aws:s3:::logs";
const WRITE: &str = "s3:PutObject";

fn statement(document: &Value) -> Statement {
    let policy = Policy::from_value(json!({"Statement": document})).expect("a valid policy");
    policy.statements()[0].clone()
}

/// Whether the statement is kept, in the documented and in the hardened profile.
fn kept(document: &Value) -> [bool; 2] {
    let account = "123456789012".parse().expect("an account");
    let statement = statement(document);
    [false, true].map(|names_source| {
        let receiver = Receiver {
            arn: BUCKET,
            account: &account,
            names_source,
        };
        receiver.is_written_by_aws(&statement)
    })
}

/// A statement for the log delivery, with these changes.
fn delivery(action: Value, resource: Value, condition: Value) -> Value {
    json!({
        "Sid": "AWSLogDeliveryWrite1",
        "Effect": "Allow",
        "Principal": {"Service": "delivery.logs.amazonaws.com"},
        "Action": action,
        "Resource": resource,
        "Condition": condition,
    })
}

fn objects(path: &str) -> Value {
    json!(format!("{BUCKET}/{path}"))
}

/// The conditions of a statement that writes, with the source that AWS names now.
fn from(account: &str) -> Value {
    json!({
        "StringEquals": {
            "s3:x-amz-acl": "bucket-owner-full-control",
            "aws:SourceAccount": account,
        },
        "ArnLike": {"aws:SourceArn": format!("arn:aws:logs:us-east-1:{account}:*")},
    })
}

fn acl_alone() -> Value {
    json!({"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}})
}

fn looking_from(account: &str) -> Value {
    json!({
        "StringEquals": {"aws:SourceAccount": account},
        "ArnLike": {"aws:SourceArn": format!("arn:aws:logs:us-east-1:{account}:*")},
    })
}

const OURS: &str = "123456789012";
const THEIRS: &str = "210987654321";
const ALWAYS: [bool; 2] = [true, true];
const IF_DOCUMENTED: [bool; 2] = [true, false];
const NEVER: [bool; 2] = [false, false];

#[test]
fn what_aws_writes_for_logs_of_this_account_is_kept() {
    let ours = objects("AWSLogs/123456789012/*");
    let delivery_source = json!({
        "StringEquals": {
            "aws:SourceAccount": OURS,
            "s3:x-amz-acl": "bucket-owner-full-control",
        },
        "ArnLike": {"aws:SourceArn": [
            "arn:aws:logs:us-east-1:123456789012:delivery-source:CreatedByCloudFront-E1"
        ]},
    });
    let cases = [
        (json!(WRITE), ours.clone(), from(OURS), ALWAYS, "a flow log"),
        (
            json!(WRITE),
            ours,
            acl_alone(),
            IF_DOCUMENTED,
            "an older flow log",
        ),
        (
            json!([WRITE]),
            json!([objects("x/AWSLogs/aws-account-id=123456789012/*")]),
            acl_alone(),
            IF_DOCUMENTED,
            "Hive-compatible prefixes, below a folder",
        ),
        (
            json!(WRITE),
            objects("AWSLogs/123456789012/CloudFront/*"),
            delivery_source.clone(),
            ALWAYS,
            "a delivery source",
        ),
        (
            json!(WRITE),
            objects("edge/access/*"),
            delivery_source,
            ALWAYS,
            "a delivery with a path of its own",
        ),
        (
            json!("s3:GetBucketAcl"),
            json!(BUCKET),
            looking_from(OURS),
            ALWAYS,
            "the look at the bucket",
        ),
        (
            json!(["s3:GetBucketAcl", "s3:ListBucket"]),
            json!(BUCKET),
            json!({}),
            IF_DOCUMENTED,
            "an older look at the bucket",
        ),
        (
            json!(["s3:Get*", "s3:List*"]),
            json!(BUCKET),
            looking_from(OURS),
            ALWAYS,
            "the look at the bucket, with wildcards",
        ),
    ];
    for (action, resource, condition, expected, reason) in cases {
        let judged = kept(&delivery(action, resource, condition));
        assert_eq!(judged, expected, "{reason}");
    }
}

#[test]
fn what_aws_would_not_write_is_not_kept() {
    let ours = || objects("AWSLogs/123456789012/*");
    let with = |operator: &str, key: &str, value: Value| {
        let mut condition = from(OURS);
        condition[operator][key] = value;
        condition
    };
    let cases = [
        (json!("s3:*"), ours(), from(OURS), "every action"),
        (
            json!("s3:*"),
            json!([BUCKET, format!("{BUCKET}/*")]),
            json!({}),
            "everything",
        ),
        (
            json!([WRITE, "s3:GetObject"]),
            ours(),
            from(OURS),
            "it also reads",
        ),
        (json!(WRITE), json!("*"), from(OURS), "every bucket"),
        (json!(WRITE), json!(BUCKET), from(OURS), "no folder"),
        (json!(WRITE), objects("*"), from(OURS), "the whole bucket"),
        (
            json!(WRITE),
            objects("AWSLogs/*/vpcflowlogs/*"),
            from(OURS),
            "any account's folder",
        ),
        (
            json!(WRITE),
            objects("${aws:SourceAccount}/*"),
            from(OURS),
            "a variable",
        ),
        (
            json!(WRITE),
            json!([ours(), "arn:aws:s3:::other/AWSLogs/123456789012/*"]),
            from(OURS),
            "another bucket, too",
        ),
        (
            json!(WRITE),
            json!("arn:aws:s3:::logs-of-others/AWSLogs/123456789012/*"),
            from(OURS),
            "a bucket whose name begins like ours",
        ),
        (
            json!(WRITE),
            objects("AWSLogs/210987654321/*"),
            acl_alone(),
            "another account's folder",
        ),
        (
            json!(WRITE),
            objects("EventBridge/*"),
            acl_alone(),
            "a folder of anybody's logs",
        ),
        (
            json!(WRITE),
            ours(),
            from(THEIRS),
            "another account as source",
        ),
        (
            json!(WRITE),
            ours(),
            with("StringEquals", "aws:SourceAccount", json!([OURS, THEIRS])),
            "another account as source, too",
        ),
        (
            json!(WRITE),
            ours(),
            with("ArnLike", "aws:SourceArn", json!("arn:aws:logs:*:*:*")),
            "deliveries of any account",
        ),
        (
            json!(WRITE),
            ours(),
            with("ArnLike", "aws:SourceArn", json!([])),
            "no value, which AWS does not write",
        ),
        (
            json!(WRITE),
            ours(),
            with("StringLike", "aws:SourceAccount", json!("*")),
            "an operator that AWS does not use",
        ),
        (
            json!(WRITE),
            ours(),
            with("StringEquals", "s3:x-amz-acl", json!("public-read")),
            "objects that everybody may read",
        ),
        (
            json!(WRITE),
            ours(),
            looking_from(OURS),
            "the writer keeps the objects",
        ),
        (
            json!("s3:GetBucketAcl"),
            json!("*"),
            looking_from(OURS),
            "a look at every bucket",
        ),
        (
            json!("s3:Get*"),
            json!(BUCKET),
            json!({}),
            "wildcards for anybody's logs",
        ),
        (
            json!("s3:PutBucketPolicy"),
            json!(BUCKET),
            looking_from(OURS),
            "no look",
        ),
        (json!([]), json!(BUCKET), looking_from(OURS), "no action"),
    ];
    for (action, resource, condition, reason) in cases {
        let judged = kept(&delivery(action, resource, condition));
        assert_eq!(judged, NEVER, "{reason}");
    }
}

#[test]
fn only_an_allow_for_the_log_delivery_alone_is_kept() {
    let service = "delivery.logs.amazonaws.com";
    let cases = [
        ("Effect", json!("Deny"), "a denial"),
        ("Principal", json!("*"), "everyone"),
        ("Principal", json!({"AWS": service}), "not a service"),
        (
            "Principal",
            json!({"Service": [service, "s3.amazonaws.com"]}),
            "two services",
        ),
        (
            "Principal",
            json!({"Service": service, "AWS": "210987654321"}),
            "an account, too",
        ),
        (
            "Principal",
            json!({"Service": "Delivery.logs.amazonaws.com"}),
            "another spelling",
        ),
        ("Principal", json!({"Service": []}), "no service"),
    ];
    let written = delivery(json!(WRITE), objects("AWSLogs/123456789012/*"), from(OURS));
    assert_eq!(kept(&written), ALWAYS, "before any change");
    for (element, value, reason) in cases {
        let mut changed = written.clone();
        changed[element] = value;
        assert_eq!(kept(&changed), NEVER, "{reason}");
    }
    for (element, instead) in [
        ("Principal", "NotPrincipal"),
        ("Action", "NotAction"),
        ("Resource", "NotResource"),
    ] {
        let mut changed = written.clone();
        let members = changed.as_object_mut().expect("a statement");
        let value = members.remove(element).expect("the element");
        members.insert(instead.to_owned(), value);
        assert_eq!(kept(&changed), NEVER, "{instead}");
    }
}

#[test]
fn a_statement_under_a_name_that_is_taken_gets_the_next_number() {
    let written = statement(&delivery(json!(WRITE), objects("x/*"), from(OURS)));
    let sid = |taken: &[&str]| {
        let taken: BTreeSet<String> = taken.iter().map(ToString::to_string).collect();
        renamed(&written, &taken).sid().map(ToOwned::to_owned)
    };
    let cases: [(&[&str], &str); 3] = [
        (&["AWSLogDeliveryWrite"], "AWSLogDeliveryWrite1"),
        (&["AWSLogDeliveryWrite1"], "AWSLogDeliveryWrite11"),
        (
            &["AWSLogDeliveryWrite1", "AWSLogDeliveryWrite11"],
            "AWSLogDeliveryWrite12",
        ),
    ];
    for (taken, expected) in cases {
        assert_eq!(sid(taken).as_deref(), Some(expected), "{taken:?}");
    }
}
