//! The vendor's documents as they have to arrive in AWS.

use serde_json::{Value as Json, json};

use super::Deployment;
use crate::harness::AGENT;

macro_rules! document {
    ($name:literal) => {
        include_str!(concat!("../../policies/stackstate/", $name, ".json"))
    };
}

impl Deployment<'_> {
    /// Fills in a document for `region`. What is said of the bucket's key is about the main region.
    fn fill_in(&self, text: &str, region: &str) -> Json {
        let main = self.main();
        let bucket = "stackstate-logs-${AccountId}";
        let text = text
            .replace("s3.${Region}.", &format!("s3.{main}."))
            .replace(":kms:${Region}:", &format!(":kms:{main}:"))
            .replace(bucket, &self.name(bucket))
            .replace(
                "alias/stackstate-integration",
                &self.name("alias/stackstate-integration"),
            )
            .replace(
                "stackstate-eventbridge-stream",
                &self.name("stackstate-eventbridge-stream"),
            )
            .replace("${AccountId}", &self.account.id)
            .replace("${Region}", region);
        assert!(!text.contains("${"), "a placeholder is left in {text}");
        parse(&text)
    }

    pub(super) fn integration_policy(&self) -> Json {
        self.fill_in(document!("integration-role-policy"), self.main())
    }

    /// In this document alone the account is the agent's.
    pub(super) fn integration_trust(&self) -> Json {
        if self.trusts_ec2 {
            return self.service_trust("ec2.amazonaws.com");
        }
        let text = document!("integration-role-trust-external");
        let text = text.replace("${AccountId}", AGENT);
        self.fill_in(
            &text.replace("${ExternalId}", &self.account.external_id),
            "",
        )
    }

    pub(super) fn service_trust(&self, service: &str) -> Json {
        json!({"Version": "2008-10-17", "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sts:AssumeRole",
        }})
    }

    /// Without a key its second statement, which is about the key, is left out.
    pub(super) fn firehose_policy(&self, region: &str) -> Json {
        let mut policy = self.fill_in(document!("firehose-role-policy"), region);
        let statements = policy["Statement"].as_array_mut().expect("a list");
        assert_eq!(statements.len(), 2);
        if !self.encrypted {
            statements.truncate(1);
        }
        policy
    }

    pub(super) fn eventbridge_policy(&self, region: &str) -> Json {
        self.fill_in(document!("eventbridge-role-policy"), region)
    }

    pub(super) fn key_policy(&self) -> Json {
        self.fill_in(document!("key-policy"), self.main())
    }

    pub(super) fn bucket_policy(&self) -> Json {
        self.fill_in(document!("bucket-policy"), self.main())
    }

    pub(super) fn event_pattern(&self) -> Json {
        self.fill_in(document!("event-pattern"), self.main())
    }
}

/// A document that AWS answered, which IAM percent-encodes.
pub(super) fn read_back(text: &str) -> Json {
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8();
    parse(&decoded.expect("UTF-8"))
}

fn parse(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

/// Fails unless both documents have the same statements, whatever the order of their lists.
///
/// The version is left out: no document has a policy variable, which alone would depend on it.
#[track_caller]
pub(super) fn same(of: &str, found: &Json, expected: &Json) {
    let (found, expected) = (in_order(found), in_order(expected));
    assert_eq!(found, expected, "{of}:\n{found:#}\nshould be\n{expected:#}");
}

fn in_order(json: &Json) -> Json {
    match json {
        Json::Array(items) => {
            let mut items: Vec<Json> = items.iter().map(in_order).collect();
            items.sort_by_key(ToString::to_string);
            match <[Json; 1]>::try_from(items) {
                Ok([only]) => only,
                Err(items) => Json::Array(items),
            }
        }
        Json::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().filter(|(key, _)| *key != "Version").collect();
            fields.sort_by_key(|(key, _)| *key);
            let fields = fields.into_iter();
            fields
                .map(|(key, value)| (key.clone(), in_order(value)))
                .collect()
        }
        scalar => scalar.clone(),
    }
}
