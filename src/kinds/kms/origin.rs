//! Whether this program made a key. Whoever may tag a key may give it our tags, so that without our
//! alias the tags alone do not tell.

use aws_sdk_kms::types::{KeyMetadata, KeySpec, OriginType};

use super::key::KmsKey;
use crate::engine::attributes::{Attributes, Value};

/// The rotation of a key that AWS cannot rotate by itself.
pub(super) const NEVER: &str = "never";

/// Why this program cannot have made the key, whatever was done to the key since. It tells by what
/// nobody can change of a key (API Reference, "CreateKey").
pub(super) fn never_ours(key: &KeyMetadata) -> Option<String> {
    let origin = key.origin().map_or("unknown", OriginType::as_str);
    let spec = key.key_spec().map_or("unknown", KeySpec::as_str);
    if origin != OriginType::AwsKms.as_str() {
        Some(format!(
            "its key material has the origin {origin}, and this program makes keys of the \
             origin AWS_KMS alone"
        ))
    } else if spec != KeySpec::SymmetricDefault.as_str() {
        Some(format!(
            "it is a key of the kind {spec}, and this program makes symmetric keys alone"
        ))
    } else if key.multi_region() == Some(true) {
        Some("it is a multi-Region key, and this program makes none".to_owned())
    } else {
        None
    }
}

/// The same by what the key's details tell.
pub(super) fn never_rotates(attributes: &Attributes) -> Option<String> {
    let rotation = attributes.get("rotation")?;
    rotation.same(&NEVER.into()).then(|| {
        "AWS cannot rotate it, and this program makes keys that AWS rotates alone".to_owned()
    })
}

impl KmsKey {
    /// Why a key is not plainly what this program makes; `None` if it is: it has our description and
    /// one of our policies.
    pub(super) fn unlike_ours(&self, attributes: &Attributes) -> Option<&'static str> {
        let has = |name: &str, value: Value| attributes.get(name).is_some_and(|it| it.same(&value));
        let mut policies = self.policies.iter();
        if !has("description", self.description.into()) {
            Some("its description is another one")
        } else if !policies.any(|policy| has("key_policy", Value::Policy(policy.clone()))) {
            Some("its key policy is another one")
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use aws_sdk_kms::types::builders::KeyMetadataBuilder;
    use iam_policy::Policy;

    use super::*;
    use crate::engine::address::Address;
    use crate::engine::identity::Identity;
    use crate::engine::ownership::Tags;

    /// The metadata of a key that this program made.
    fn made() -> KeyMetadataBuilder {
        KeyMetadata::builder()
            .key_id("1234")
            .origin(OriginType::AwsKms)
            .key_spec(KeySpec::SymmetricDefault)
            .multi_region(false)
    }

    #[test]
    fn what_nobody_can_change_of_a_key_tells_that_the_program_did_not_make_it() {
        let unknown = KeyMetadata::builder().key_id("1234");
        let cases = [
            ("as the program makes it", made(), None),
            (
                "its owner has the key material too",
                made().origin(OriginType::External),
                Some("EXTERNAL"),
            ),
            (
                "it is in a custom key store",
                made().origin(OriginType::AwsCloudhsm),
                Some("AWS_CLOUDHSM"),
            ),
            (
                "it cannot encrypt objects",
                made().key_spec(KeySpec::Hmac256),
                Some("HMAC_256"),
            ),
            (
                "it may have replicas in other regions",
                made().multi_region(true),
                Some("multi-Region"),
            ),
            ("the answer does not tell", unknown, Some("unknown")),
        ];
        for (why, key, expected) in cases {
            let reason = never_ours(&key.build().unwrap());
            match expected {
                None => assert_eq!(reason, None, "{why}"),
                Some(part) => assert!(reason.unwrap().contains(part), "{why}"),
            }
        }
    }

    #[test]
    fn a_key_that_aws_cannot_rotate_is_not_ours() {
        let rotates = |rotation: Value| {
            let attributes = Attributes::from([("rotation".to_owned(), rotation)]);
            never_rotates(&attributes).is_none()
        };
        assert!(rotates(true.into()));
        assert!(rotates(false.into()), "somebody has turned it off");
        assert!(!rotates(NEVER.into()));
    }

    fn policy(action: &str) -> Policy {
        let text = format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": ["{action}"],
                "Principal": {{"AWS": "arn:aws:iam::123456789012:root"}}, "Resource": "*"}}]}}"#
        );
        Policy::parse(&text).unwrap()
    }

    #[test]
    fn a_key_is_plainly_ours_with_our_description_and_one_of_our_policies() {
        let key = KmsKey {
            identity: Identity {
                address: Address::global("kms_key", "it"),
                name: "alias/it".to_owned(),
                arn: None,
                tags: Tags::new("it", "default", &BTreeMap::new()),
            },
            arn_prefix: String::new(),
            region: "eu-west-1".parse().unwrap(),
            description: "Ours",
            policies: vec![policy("kms:Put*"), policy("kms:Get*")],
            spec: None,
        };
        let of = |description: &str, policy: Value| {
            Attributes::from([
                ("description".to_owned(), description.into()),
                ("key_policy".to_owned(), policy),
            ])
        };
        let (description, document) = (
            "its description is another one",
            "its key policy is another one",
        );
        let cases = [
            (
                "our second policy",
                of("Ours", Value::Policy(policy("kms:Get*"))),
                None,
            ),
            (
                "the same meaning in other letters",
                of("Ours", Value::Policy(policy("KMS:get*"))),
                None,
            ),
            (
                "a description in other letters",
                of("ours", Value::Policy(policy("kms:Get*"))),
                Some(description),
            ),
            (
                "more is allowed",
                of("Ours", Value::Policy(policy("kms:*"))),
                Some(document),
            ),
            (
                "not a policy",
                of("Ours", "not a policy".into()),
                Some(document),
            ),
            ("nothing is known", Attributes::new(), Some(description)),
        ];
        for (why, attributes, expected) in cases {
            assert_eq!(key.unlike_ours(&attributes), expected, "{why}");
        }
    }
}
