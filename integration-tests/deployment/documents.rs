//! The documents that AWS must have.

use std::fs;
use std::path::Path;

use serde_json::Value as Json;

use super::Deployment;
use crate::harness::AGENT;

impl Deployment<'_> {
    /// The text of a document; the hardened profile replaces some.
    fn text(&self, name: &str) -> String {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/stackstate");
        let hardened = folder.join("hardened").join(format!("{name}.json"));
        let path = match self.hardened && hardened.exists() {
            true => hardened,
            false => folder.join(format!("{name}.json")),
        };
        fs::read_to_string(path).expect("a document")
    }

    /// A document for `region`.
    pub(super) fn fill_in(&self, name: &str, region: &str) -> Json {
        parse(&self.filled(&self.text(name), region))
    }

    /// Fills the placeholders in. In statements on the bucket's key, the region is the main region.
    fn filled(&self, text: &str, region: &str) -> String {
        let main = self.main();
        let mut text = text
            .replace("s3.${Region}.", &format!("s3.{main}."))
            .replace(":kms:${Region}:", &format!(":kms:{main}:"))
            .replace("${MainRegion}", main);
        for name in [
            "stackstate-logs-${AccountId}",
            "alias/stackstate-integration",
            "stackstate-eventbridge-stream",
            "StsEventBridgeRule",
        ] {
            text = text.replace(name, &self.name(name));
        }
        let text = text
            .replace("${AccountId}", &self.account.id)
            .replace("${Region}", region);
        assert!(!text.contains("${"), "a placeholder is left in {text}");
        text
    }

    /// The trust policy. Its account is the agent's, as in no other document.
    pub(super) fn integration_trust(&self) -> Json {
        if self.trusts_ec2 {
            return self.fill_in("integration-role-trust-ec2", "");
        }
        let text = self.text("integration-role-trust-external");
        let text = text.replace("${AccountId}", AGENT);
        let text = text.replace("${ExternalId}", &self.account.external_id);
        parse(&self.filled(&text, ""))
    }

    /// Firehose's policy. Without a key it has no second statement, which is on the key.
    pub(super) fn firehose_policy(&self, region: &str, key: Option<&str>) -> Json {
        let id = key.and_then(|arn| arn.rsplit_once('/'));
        let id = id.map_or("none", |(_, id)| id);
        let text = self.text("firehose-role-policy").replace("${KeyId}", id);
        let mut policy = parse(&self.filled(&text, region));
        let statements = policy["Statement"].as_array_mut().expect("a list");
        assert_eq!(statements.len(), 2);
        if !self.encrypted {
            statements.truncate(1);
        }
        policy
    }
}

/// Reads a document in an answer of AWS; IAM percent-encodes documents.
pub(super) fn read_back(text: &str) -> Json {
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8();
    parse(&decoded.expect("UTF-8"))
}

fn parse(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

/// Fails unless both documents have the same statements, whatever the order of their lists.
///
/// The versions are not compared: they matter only to policy variables, which no document has.
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
