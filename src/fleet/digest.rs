//! Digests of plans: whether two are the same, and whether they are alike in two accounts.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use crate::fleet::put_aside::put_aside;
use crate::secret::known::hide;

/// A SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of a text.
    pub fn of(text: &str) -> Self {
        Digest(Sha256::digest(text).into())
    }

    /// The digest of a plan in the form of `plan --json`: another digest is another plan. Of a warning only its
    /// resource counts: how much is in a bucket changes while somebody reads the plan, and that there is
    /// something to lose does not.
    pub fn exact(plan: &Json) -> Self {
        Digest::of(&text(plan))
    }

    /// Both, for which the plan is written out once: the exact one, and the one of what is alike.
    pub fn both(plan: &Json) -> (Self, Self) {
        let text = text(plan);
        (Digest::of(&text), Digest::of_alike(plan, &text))
    }

    /// The same, what is another in each account put aside: the account's number, its own regions by their
    /// place in the list, and ids that AWS makes up.
    pub fn alike(plan: &Json) -> Self {
        Digest::of_alike(plan, &text(plan))
    }

    fn of_alike(plan: &Json, text: &str) -> Self {
        let regions = plan["regions"].as_array().into_iter().flatten();
        let regions: Vec<&str> = regions.filter_map(Json::as_str).collect();
        let account = plan["account"].as_str().unwrap_or_default();
        Digest::of(&put_aside(text, account, &regions))
    }
}

/// What of a plan is compared.
fn text(plan: &Json) -> String {
    let fields = ["account", "partition", "regions", "targets", "resources"];
    let fields = fields.iter().map(|it| &plan[it]);
    let warnings = plan["warnings"].as_array().into_iter().flatten();
    let warned = warnings.map(|it| match &it["address"] {
        Json::Null => &it["message"],
        address => address,
    });
    let parts: Vec<String> = fields.chain(warned).map(Json::to_string).collect();
    hide(&parts.join(",")).into_owned()
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = "a digest is 64 hexadecimal digits in lower case";
        let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() != 64 || !text.as_bytes().iter().all(is_digit) {
            return Err(refused);
        }
        let mut bytes = [0; 32];
        for (index, byte) in bytes.iter_mut().enumerate() {
            let digits = &text[2 * index..2 * index + 2];
            *byte = u8::from_str_radix(digits, 16).map_err(|_| refused)?;
        }
        Ok(Digest(bytes))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn plan(account: &str, regions: &[&str], name: &str) -> Json {
        json!({
            "account": account, "partition": "aws", "regions": regions, "targets": [],
            "resources": [{"address": format!("kms_key.integration@{}", regions[0]), "name": name}],
            "warnings": [],
        })
    }

    #[test]
    fn plans_are_alike_where_account_regions_and_made_up_ids_are_put_aside() {
        let key = |account, region, id| format!("arn:aws:kms:{region}:{account}:key/{id}");
        let (one, other) = (
            "11111111-2222-3333-4444-555555555555",
            "66666666-7777-8888-9999-000000000000",
        );
        let mine = plan(
            "111111111111",
            &["eu-west-1", "us-east-1"],
            &key("111111111111", "eu-west-1", one),
        );
        let rows = [
            (
                plan(
                    "222222222222",
                    &["eu-west-1", "us-east-1"],
                    &key("222222222222", "eu-west-1", other),
                ),
                true,
                "another account and another key",
            ),
            (
                plan(
                    "222222222222",
                    &["us-west-2", "ca-central-1"],
                    &key("222222222222", "us-west-2", other),
                ),
                true,
                "other regions, each in the same place",
            ),
            (
                plan(
                    "222222222222",
                    &["eu-west-1", "us-east-1"],
                    &key("222222222222", "us-east-1", other),
                ),
                false,
                "the key is in the second region",
            ),
            (
                plan(
                    "222222222222",
                    &["eu-west-1"],
                    &key("222222222222", "eu-west-1", other),
                ),
                false,
                "one region less",
            ),
            (
                plan(
                    "222222222222",
                    &["eu-west-1", "us-east-1"],
                    &key("333333333333", "eu-west-1", other),
                ),
                false,
                "a key of somebody else",
            ),
        ];
        for (theirs, are_alike, reason) in rows {
            assert_eq!(
                Digest::alike(&mine) == Digest::alike(&theirs),
                are_alike,
                "{reason}"
            );
            assert_ne!(Digest::exact(&mine), Digest::exact(&theirs), "{reason}");
            let both = (Digest::exact(&theirs), Digest::alike(&theirs));
            assert_eq!(Digest::both(&theirs), both, "{reason}");
        }
        let warned = |text: &str| {
            let mut plan = mine.clone();
            plan["warnings"] = json!([{"address": "s3_bucket.logs", "message": text}]);
            Digest::exact(&plan)
        };
        assert_eq!(warned("it holds 3 objects"), warned("it holds 4 objects"));
        assert_ne!(warned("it holds 3 objects"), Digest::exact(&mine));
    }

    #[test]
    fn a_digest_is_read_as_it_is_written() {
        let digest = Digest::of("x");
        assert_eq!(digest.to_string().parse(), Ok(digest));
        for broken in ["", "00", &"g".repeat(64), &"A".repeat(64), &"é".repeat(32)] {
            assert!(broken.parse::<Digest>().is_err(), "{broken}");
        }
    }
}
