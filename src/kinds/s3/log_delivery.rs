//! The statements that AWS itself writes into the policy of a bucket that receives logs.
//!
//! AWS writes them when a person who may change the policy sends a log to the bucket, and the log
//! would stop without them. For a VPC flow log they overwrite the whole policy ("Amazon S3 bucket
//! permissions for flow logs" in the VPC User Guide). For other vended logs they are appended ("Logs
//! sent to Amazon S3" in the CloudWatch Logs User Guide). Their forms are those of these pages, whose
//! earlier editions have no condition on the source. Where a delivery has a path of its own, AWS names
//! that path instead of `AWSLogs` and the account.

use std::collections::BTreeSet;

use iam_policy::{Effect, Policy, Statement};
use serde_json::{Value, json};

use crate::names::AccountId;

const SERVICE: &str = "delivery.logs.amazonaws.com";
const MEMBERS: [&str; 6] = [
    "Sid",
    "Effect",
    "Principal",
    "Action",
    "Resource",
    "Condition",
];

/// The bucket that receives the logs.
#[derive(Debug, Clone, Copy)]
pub struct Receiver<'a> {
    /// The ARN of the bucket.
    pub arn: &'a str,
    /// The account of the bucket, which is the account of the logs.
    pub account: &'a AccountId,
    /// Whether a statement must name the account as the source of the logs.
    pub names_source: bool,
}

impl Receiver<'_> {
    /// Whether the statement has a form in which AWS itself lets its log delivery write logs of this
    /// account to this bucket. Every other statement is somebody else's.
    pub fn is_written_by_aws(&self, statement: &Statement) -> bool {
        self.is_of_delivery(statement).unwrap_or(false)
    }

    /// `None` stands for an element that AWS would not write.
    fn is_of_delivery(&self, statement: &Statement) -> Option<bool> {
        let members = statement.document().as_object()?;
        let known = members.keys().all(|name| MEMBERS.contains(&name.as_str()));
        let principal = members.get("Principal")?.as_object()?;
        let services = texts(principal.get("Service")?)?;
        if !known
            || statement.effect() != Effect::Allow
            || principal.len() > 1
            || services != [SERVICE]
        {
            return Some(false);
        }
        let limits = self.limits(members.get("Condition"))?;
        if self.names_source && !limits.source {
            return Some(false);
        }
        let actions = texts(members.get("Action")?)?;
        let resources = texts(members.get("Resource")?)?;
        let writes = actions == ["s3:PutObject"];
        Some(if writes {
            let fits = |resource: &&str| self.is_log_path(resource, limits.source);
            limits.owner_controls && !resources.is_empty() && resources.iter().all(fits)
        } else {
            let looks = |action: &&str| match *action {
                "s3:GetBucketAcl" | "s3:ListBucket" => true,
                "s3:Get*" | "s3:List*" => limits.source,
                _ => false,
            };
            !limits.owner_controls
                && !actions.is_empty()
                && actions.iter().all(looks)
                && resources == [self.arn]
        })
    }

    /// What the conditions demand; `None` for a condition that AWS would not write.
    fn limits(&self, conditions: Option<&Value>) -> Option<Limits> {
        let mut limits = Limits::default();
        let Some(conditions) = conditions else {
            return Some(limits);
        };
        for (operator, keys) in conditions.as_object()? {
            for (key, values) in keys.as_object()? {
                let values = texts(values)?;
                match (operator.as_str(), key.to_ascii_lowercase().as_str()) {
                    ("StringEquals", "s3:x-amz-acl") => {
                        limits.owner_controls = true;
                        (values == ["bucket-owner-full-control"]).then_some(())?;
                    }
                    ("StringEquals", "aws:sourceaccount") => {
                        limits.source = true;
                        (values == [self.account.as_str()]).then_some(())?;
                    }
                    ("ArnLike", "aws:sourcearn") => {
                        limits.source = true;
                        let own = values.iter().all(|arn| self.is_source(arn));
                        (own && !values.is_empty()).then_some(())?;
                    }
                    _ => return None,
                }
            }
        }
        Some(limits)
    }

    /// Whether the ARN stands for deliveries of this account.
    fn is_source(&self, arn: &str) -> bool {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        matches!(parts[..], ["arn", _, "logs", _, account, _] if account == self.account.as_str())
    }

    /// Whether the resource is a folder in the bucket for logs of this account.
    fn is_log_path(&self, resource: &str, from_here: bool) -> bool {
        let path = resource.strip_prefix(self.arn);
        let path = path.and_then(|path| path.strip_prefix('/'));
        let Some(folder) = path.and_then(|path| path.strip_suffix('*')) else {
            return false;
        };
        let account = self.account.as_str();
        let of_account = [
            format!("/AWSLogs/{account}/"),
            format!("/AWSLogs/aws-account-id={account}/"),
        ];
        let names_account = of_account
            .iter()
            .any(|own| format!("/{folder}").contains(own));
        folder.ends_with('/') && !folder.contains(['*', '?', '$']) && (names_account || from_here)
    }
}

/// What the conditions of a statement demand.
#[derive(Default)]
struct Limits {
    /// The owner of the bucket controls what is written.
    owner_controls: bool,
    /// The logs are those of this account.
    source: bool,
}

/// The strings of an element: one, or a list.
fn texts(element: &Value) -> Option<Vec<&str>> {
    match element {
        Value::Array(items) => items.iter().map(Value::as_str).collect(),
        item => item.as_str().map(|text| vec![text]),
    }
}

/// Whether both statements are about the same resources.
pub fn same_resources(a: &Statement, b: &Statement) -> bool {
    fn of(statement: &Statement) -> Option<BTreeSet<&str>> {
        let resources = texts(statement.document().get("Resource")?)?;
        Some(resources.into_iter().collect())
    }
    of(a) == of(b)
}

/// The statement under the first name of the form of its own that is not `taken`. Sids are unique in
/// a policy, and AWS itself numbers those of its statements.
pub fn renamed(statement: &Statement, taken: &BTreeSet<String>) -> Statement {
    let sid = statement.sid().unwrap_or_default();
    if !taken.contains(sid) {
        return statement.clone();
    }
    let free = (1_u32..).map(|number| format!("{sid}{number}"));
    let free = free.into_iter().find(|sid| !taken.contains(sid));
    let mut document = statement.document().clone();
    document["Sid"] = json!(free);
    // Only the name differs, so the statement is as valid as it was.
    let policy = Policy::from_value(json!({"Statement": [document]}));
    let renamed = policy.map(|policy| policy.statements()[0].clone());
    renamed.unwrap_or_else(|_| statement.clone())
}
