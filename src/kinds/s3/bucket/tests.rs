//! Tests of the writes to a bucket, against an S3 in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use iam_policy::Policy;
use tokio::sync::watch;

use super::{BucketSpec, KIND, S3Bucket};
use crate::aws::{Connections, ErrorKind};
use crate::engine::address::Address;
use crate::engine::attributes;
use crate::engine::identity::Identity;
use crate::engine::known::Known;
use crate::engine::observed::{Phase, Present};
use crate::engine::ownership::{Owner, Tags};
use crate::engine::resource::Resource;
use crate::fakes::http::session;

fn bucket() -> S3Bucket {
    S3Bucket {
        identity: Identity {
            address: Address::global(KIND, "logs"),
            name: "logs".to_owned(),
            arn: Some("arn:aws:s3:::logs".to_owned()),
            tags: Tags::new("stackstate", "default", &BTreeMap::new()),
        },
        account: "123456789012".parse().unwrap(),
        region: "eu-west-1".parse().unwrap(),
        spec: Some(BucketSpec {
            key: None,
            policy: Policy::from_value(serde_json::json!({
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*",
                    "Resource": "arn:aws:s3:::logs", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]
            }))
            .unwrap(),
            names_source: false,
        }),
    }
}

/// The executor repeats an update that is denied. S3 answers `OperationAborted` if a call meets another
/// one on the same setting ("S3 API Reference", "Error responses").
#[tokio::test]
async fn a_denial_of_one_setting_leaves_no_other_call_half_way() {
    let (_stop, stopped) = watch::channel(false);
    let writes = Arc::new(Mutex::new(BTreeSet::new()));
    let seen = Arc::clone(&writes);
    let session = session(move |request| {
        let (_, setting) = request.uri().split_once('?').unwrap_or_default();
        if request.method() != "PUT" {
            let body = "<Error><Code>NoSuchBucketPolicy</Code></Error>";
            return (404, body.to_owned());
        }
        seen.lock().unwrap().insert(setting.to_owned());
        match setting {
            "publicAccessBlock" => {
                let body = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>";
                (403, body.to_owned())
            }
            _ => (200, String::new()),
        }
    });
    // With one call at a time, the others are still to be made when the first is denied.
    let aws = Connections::new(1, stopped).account(&session, None, &[]);
    let bucket = bucket();
    let wanted = bucket.wanted().unwrap();
    let known = Known::new();
    let mut present = Present::new(wanted.desired(None, &known), Owner::Ours, Phase::Stable);
    present
        .attributes
        .retain(|name, _| name.starts_with("tags["));
    let changes = attributes::diff(&present.attributes, &wanted.desired(None, &known));
    let error = wanted.update(&aws, &present, &changes, &known).await;
    assert_eq!(error.unwrap_err().kind, ErrorKind::Denied);
    let expected = ["encryption", "lifecycle", "publicAccessBlock", "versioning"];
    let expected = BTreeSet::from(expected.map(str::to_owned));
    assert_eq!(*writes.lock().unwrap(), expected);
}
