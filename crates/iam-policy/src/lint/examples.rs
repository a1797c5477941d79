//! Examples for the rules: policies that break each, and policies that come near and do not.
//!
//! A row of the table `cases.json` holds a code, whether it is found, the kind of policy, the reason, and
//! how the policy differs from one that nothing is wrong with. The tests find out that every row is true.

use serde_json::{Value, json};

use crate::policy::Kind;

/// A policy that breaks a rule, or comes near.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// The code of the rule.
    pub code: String,
    /// Whether the policy breaks the rule.
    pub is_found: bool,
    /// What the policy is attached to.
    pub kind: Kind,
    /// What the example shows, in a few words.
    pub shows: String,
    /// The policy.
    pub policy: Value,
}

/// Every example, those of one rule in an order from the plain to the special.
#[must_use]
pub fn examples() -> Vec<Example> {
    let table: Value = serde_json::from_str(include_str!("cases.json")).unwrap_or_default();
    let rows = table.as_array().into_iter().flatten();
    rows.filter_map(example).collect()
}

fn example(row: &Value) -> Option<Example> {
    let text = |index: usize| row.get(index)?.as_str();
    let kind = kind(text(2)?)?;
    Some(Example {
        code: text(0)?.to_owned(),
        is_found: text(1)? == "finds",
        kind,
        shows: text(3)?.to_owned(),
        policy: policy(kind, row.get(4)?)?,
    })
}

pub(super) fn kind(name: &str) -> Option<Kind> {
    Kind::ALL.into_iter().find(|kind| kind.name() == name)
}

pub(super) fn policy(kind: Kind, changes: &Value) -> Option<Value> {
    let (name, value) = changes.as_object()?.iter().next()?;
    Some(match name.as_str() {
        "statement" => with(kind, value.clone()),
        "document" => {
            let mut document = with(kind, json!({}));
            change(&mut document, value);
            document
        }
        "whole" => value.clone(),
        "padding" => {
            let bucket = "b".repeat(usize::try_from(value.as_u64()?).ok()?);
            with(kind, json!({"Resource": format!("arn:aws:s3:::{bucket}")}))
        }
        "similar" => {
            let actions = (0..value.as_u64()?).map(|n| format!("s3:*{n}*"));
            with(kind, json!({"Action": actions.collect::<Vec<_>>()}))
        }
        "many" => {
            let resources = (0..value.as_u64()?).map(|n| format!("arn:aws:s3:::b/{n}"));
            with(kind, json!({"Resource": resources.collect::<Vec<_>>()}))
        }
        _ => return None,
    })
}

/// A policy of one statement that nothing is wrong with, but for the given elements; an element
/// that is null is left out.
pub(super) fn with(kind: Kind, elements: Value) -> Value {
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
pub(super) fn change(object: &mut Value, changes: &Value) {
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
