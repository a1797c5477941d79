//! The values of the placeholders in the vendor's documents.

use serde_json::Map;

use super::*;

/// The document with a version added in front, as IAM needs it.
fn with_version(document: &Json) -> Json {
    let version = ("Version".to_owned(), "2012-10-17".into());
    let mut fields = Map::from_iter([version]);
    fields.extend(document.as_object().unwrap().clone());
    fields.into()
}

#[test]
fn in_one_region_every_document_is_identical_to_the_vendors() {
    let here = [("AccountId", ACCOUNT), ("Region", "eu-west-1")];
    let there = [("AccountId", AGENT), ("ExternalId", EXTERNAL_ID)];
    let role = "iam_role.integration";
    let firehose = "iam_role.firehose-eu-west-1";
    let eventbridge = "iam_role.eventbridge-eu-west-1";
    let nodes = laid_out(&settings(&["eu-west-1"]));
    let cases = [
        (
            role,
            "trust_policy",
            by_hand("integration-role-trust-external", &there),
        ),
        (
            role,
            "inline_policy[STSIntegration]",
            by_hand("integration-role-policy", &here),
        ),
        (
            "kms_key.integration@eu-west-1",
            "key_policy",
            by_hand("key-policy", &here),
        ),
        (
            "s3_bucket.logs@eu-west-1",
            "bucket_policy",
            by_hand("bucket-policy", &here),
        ),
        (
            firehose,
            "trust_policy",
            by_hand("firehose-role-trust", &here),
        ),
        (
            firehose,
            "inline_policy[default]",
            with_version(&by_hand("firehose-role-policy", &here)),
        ),
        (
            eventbridge,
            "trust_policy",
            by_hand("eventbridge-role-trust", &here),
        ),
        (
            eventbridge,
            "inline_policy[default]",
            with_version(&by_hand("eventbridge-role-policy", &here)),
        ),
    ];
    for (address, attribute, expected) in cases {
        let document = desired(&nodes, address, attribute);
        // Compared as text, since the order of keys counts too.
        assert_eq!(
            document.to_string(),
            expected.to_string(),
            "{address} {attribute}"
        );
    }
    let nodes = laid_out(&on_ec2(&["eu-west-1"]));
    assert_eq!(
        desired(&nodes, role, "trust_policy").to_string(),
        by_hand("integration-role-trust-ec2", &[]).to_string()
    );
}

#[test]
fn the_event_pattern_equals_the_vendors() {
    let nodes = laid_out(&settings(&["eu-west-1"]));
    let mut expected = by_hand("event-pattern", &[]);
    for alternatives in expected.as_object_mut().unwrap().values_mut() {
        // Alternatives are compared in alphabetical order.
        let alternatives = alternatives.as_array_mut().unwrap();
        alternatives.sort_by_key(ToString::to_string);
    }
    let pattern = desired(&nodes, "event_rule.stackstate@eu-west-1", "event_pattern");
    assert_eq!(pattern, expected);
}

#[test]
fn a_stream_in_another_region_uses_the_key_of_the_buckets_region() {
    let nodes = laid_out(&settings(&["eu-west-1", "us-east-1"]));
    for region in ["eu-west-1", "us-east-1"] {
        let own_prefix = format!(
            "arn:aws:s3:::stackstate-logs-123456789012/AWSLogs/123456789012/EventBridge/{region}/*"
        );
        let role = format!("iam_role.firehose-{region}");
        let policy = desired(&nodes, &role, "inline_policy[default]");
        assert_eq!(
            policy["Statement"][1],
            json!({
                "Condition": {
                    "StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"},
                    "ArnLike": {"kms:EncryptionContext:aws:s3:arn": own_prefix},
                },
                "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
                "Resource": ["arn:aws:kms:eu-west-1:123456789012:alias/stackstate-integration"],
                "Effect": "Allow",
            }),
            "{region}"
        );
        assert_eq!(
            policy["Statement"][0]["Resource"],
            json!([own_prefix, "arn:aws:s3:::stackstate-logs-123456789012"]),
            "{region}"
        );

        let role = format!("iam_role.eventbridge-{region}");
        let policy = desired(&nodes, &role, "inline_policy[default]");
        let stream = format!(
            "arn:aws:firehose:{region}:123456789012:deliverystream/stackstate-eventbridge-stream"
        );
        assert_eq!(
            policy["Statement"][0]["Resource"],
            json!([stream]),
            "{region}"
        );

        let stream = format!("firehose_stream.eventbridge@{region}");
        let prefix = format!("AWSLogs/123456789012/EventBridge/{region}/");
        assert_eq!(desired(&nodes, &stream, "prefix"), json!(prefix));
        assert_eq!(desired(&nodes, &stream, "error_prefix"), json!(prefix));
        let key = Address::regional("kms_key", "integration", &"eu-west-1".parse().unwrap());
        let known = Known::from([(key, "arn:chosen".to_owned())]);
        let attributes = fakes::desired(find(&nodes, &stream), &known);
        assert!(attributes["key"].same(&"arn:chosen".into()), "{region}");
    }
}

#[test]
fn only_the_trust_policy_has_the_agents_account() {
    let agents = [
        AGENT,
        "arn:aws:iam::333333333333:role/agents/stackstate",
        "arn:aws:sts::444444444444:assumed-role/agent/session",
    ];
    let mut settings = settings(&["eu-west-1"]);
    stackstate(&mut settings).trust = trust(&agents);
    let nodes = laid_out(&settings);
    let trust = desired(&nodes, "iam_role.integration", "trust_policy");
    assert_eq!(
        trust["Statement"],
        json!([{
            "Effect": "Allow",
            "Principal": {"AWS": ["arn:aws:iam::210987654321:root", agents[1], agents[2]]},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}},
        }])
    );
    for (place, text) in strings(&nodes) {
        if place != "iam_role.integration trust_policy" {
            for agent in [AGENT, "333333333333", "444444444444", EXTERNAL_ID] {
                assert!(!text.contains(agent), "{place}: {text}");
            }
        }
        assert!(!text.contains("${"), "{place}: {text}");
    }
}

#[test]
fn the_postfix_is_part_of_every_name_in_the_documents() {
    let regions = ["eu-west-1", "us-east-1"];
    let plain = strings(&laid_out(&settings(&regions)));
    let marked = strings(&laid_out(&with_postfix(&regions, "-blue")));
    assert_eq!(plain.len(), marked.len());
    let names = [
        "stackstate-logs-123456789012",
        "stackstate-eventbridge-stream",
        "alias/stackstate-integration",
        "StackStateAwsIntegrationRole",
        "StackStateFirehoseRole-eu-west-1",
        "StackStateFirehoseRole-us-east-1",
        "StackStateEventBridgeRole-eu-west-1",
        "StackStateEventBridgeRole-us-east-1",
        "StsEventBridgeRule",
    ];
    let mut seen = [0; 9];
    for ((place, plain), (_, marked)) in plain.iter().zip(&marked) {
        let mut expected = plain.clone();
        for (name, seen) in names.iter().zip(&mut seen) {
            *seen += plain.matches(name).count();
            expected = expected.replace(name, &format!("{name}-blue"));
        }
        if place.ends_with("tags[provision:deployment]") {
            assert_eq!((plain.as_str(), marked.as_str()), ("default", "-blue"));
        } else {
            assert_eq!(marked, &expected, "{place}");
        }
    }
    assert!(seen.iter().all(|seen| *seen > 0), "{seen:?}");
}

#[test]
fn without_encryption_only_the_section_about_the_key_is_missing() {
    let regions = ["eu-west-1", "us-east-1"];
    let (with, without) = (
        laid_out(&settings(&regions)),
        laid_out(&unencrypted(&regions)),
    );
    let key = "kms_key.integration@eu-west-1";
    assert!(!find(&without, key).is_wanted());
    let others = with.iter().filter(|node| node.address().to_string() != key);
    for node in others {
        let address = node.address().to_string();
        for (name, value) in fakes::desired(node, &Known::new()) {
            if value.as_policy().is_none() {
                continue;
            }
            let mut expected = json(&value);
            if address.starts_with("iam_role.firehose-") && name == "inline_policy[default]" {
                let statements = expected["Statement"].as_array_mut().unwrap();
                let key = statements.pop().unwrap();
                assert_eq!(key["Action"], json!(["kms:Decrypt", "kms:GenerateDataKey"]));
                assert_eq!(statements.len(), 1);
            }
            assert_eq!(
                desired(&without, &address, &name),
                expected,
                "{address} {name}"
            );
        }
    }
    let bucket = "s3_bucket.logs@eu-west-1";
    assert_eq!(
        desired(&without, bucket, "encryption.algorithm"),
        json!("AES256")
    );
    assert_eq!(
        desired(&with, bucket, "encryption.algorithm"),
        json!("aws:kms")
    );
    for address in [bucket, "firehose_stream.eventbridge@us-east-1"] {
        let attributes = fakes::desired(find(&without, address), &Known::new());
        let mut keys = attributes.keys();
        assert!(keys.all(|name| !name.ends_with("key")), "{address}");
    }
}
