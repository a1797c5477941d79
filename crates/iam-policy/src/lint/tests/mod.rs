//! Tables for every rule: what breaks it, and what comes near and does not.

mod cases;
mod coverage;
mod documents;
mod text;

use serde_json::{Value, json};

use super::{Document, Home, lint};
use crate::names::Partition;
use crate::policy::Kind;

/// The account and partition that the tables' policies belong to.
fn home() -> Home {
    Home {
        partition: Some(Partition::Aws),
        account: "123456789012".parse().ok(),
    }
}

/// The codes of everything that is found in a document.
fn codes(kind: Kind, json: &Value) -> Vec<&'static str> {
    let findings = lint(&Document::new(kind, home(), json));
    findings.iter().map(|finding| finding.rule.code).collect()
}

/// A policy of one statement that nothing is wrong with, but for the given elements; an element
/// that is null is left out.
fn with(kind: Kind, elements: Value) -> Value {
    let mut statement = match kind {
        Kind::Managed | Kind::Inline => json!({
            "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/*",
        }),
        Kind::Trust => json!({
            "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "123456789012"},
        }),
        Kind::Key => json!({
            "Effect": "Allow", "Action": "kms:Decrypt", "Principal": {"AWS": "123456789012"},
            "Resource": "*",
        }),
        Kind::Bucket => granting("s3:GetObject", "arn:aws:s3:::bucket/*"),
        Kind::Queue => granting("sqs:SendMessage", "arn:aws:sqs:eu-west-1:123456789012:q"),
        Kind::Topic => granting("sns:Publish", "arn:aws:sns:eu-west-1:123456789012:t"),
        Kind::Function => granting(
            "lambda:InvokeFunction",
            "arn:aws:lambda:eu-west-1:123456789012:function:f",
        ),
        Kind::Secret => granting("secretsmanager:GetSecretValue", "*"),
        Kind::Repository => json!({
            "Effect": "Allow", "Action": "ecr:BatchGetImage", "Principal": {"AWS": "123456789012"},
        }),
        Kind::Endpoint => json!({
            "Effect": "Allow", "Action": "*", "Principal": "*", "Resource": "*",
        }),
        Kind::ResourceControl => json!({
            "Effect": "Deny", "Action": "s3:*", "Principal": "*", "Resource": "*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }),
    };
    change(&mut statement, &elements);
    let mut statements = vec![statement];
    if kind == Kind::Bucket {
        statements.push(tls_only());
    }
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// A statement that allows an action on a resource to the account.
fn granting(action: &str, resource: &str) -> Value {
    json!({
        "Effect": "Allow", "Action": action, "Principal": {"AWS": "123456789012"},
        "Resource": resource,
    })
}

/// A statement that refuses plain HTTP.
fn tls_only() -> Value {
    json!({
        "Effect": "Deny", "Action": "s3:*", "Principal": "*",
        "Resource": ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    })
}

/// Puts the members of `changes` into an object; a member that is null is taken out.
fn change(object: &mut Value, changes: &Value) {
    let (Some(object), Some(changes)) = (object.as_object_mut(), changes.as_object()) else {
        return;
    };
    for (name, value) in changes {
        if value.is_null() {
            object.shift_remove(name);
        } else {
            object.insert(name.clone(), value.clone());
        }
    }
}

#[test]
fn nothing_is_wrong_with_the_policies_that_the_tables_start_from() {
    for kind in Kind::ALL {
        assert_eq!(
            codes(kind, &with(kind, json!({}))),
            Vec::<&str>::new(),
            "{kind}"
        );
    }
}
