//! The registry itself, and what findings may never do.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{codes, home};
use crate::lint::examples::with;
use crate::lint::{Bucket, Document, Home, Severity, lint, lint_bucket, rules};
use crate::policy::Kind;

#[test]
fn every_rule_is_well_written() {
    let mut seen = BTreeSet::new();
    for rule in rules() {
        let code = rule.code;
        assert!(seen.insert(code), "{code} is there twice");
        assert!(
            code.chars().all(|c| c.is_ascii_lowercase() || c == '-'),
            "{code}"
        );
        for sentence in [rule.risk, rule.remedy] {
            assert!(
                sentence.starts_with(char::is_uppercase) || sentence.starts_with("aws:"),
                "{code}: {sentence}"
            );
            assert!(
                sentence.ends_with('.') && !sentence.contains(". "),
                "{code}: {sentence}"
            );
        }
        assert!(
            rule.reference.starts_with("https://docs.aws.amazon.com/"),
            "{code}"
        );
    }
}

#[test]
fn a_finding_names_its_place_and_statement() {
    let document = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Action": "s3:*", "Resource": "*"},
        {"Sid": "Read", "Effect": "Allow", "Action": ["s3:GetObject", "s3:Fetch"], "Resource": "*"},
    ]});
    let findings = lint(&Document::new(Kind::Managed, home(), &document));
    let [finding] = &findings[..] else {
        panic!("{findings:?}");
    };
    assert_eq!(finding.place.to_string(), "Statement[1].Action[1]");
    assert_eq!(finding.sid.as_deref(), Some("Read"));
}

#[test]
fn the_external_id_is_in_no_finding() {
    // Everything is wrong with it that can be.
    for value in [
        json!("hunter2"),
        json!(["hunter2*"]),
        json!({"hunter2": "hunter2"}),
        json!("${hunter2}"),
    ] {
        for operator in [
            "StringEquals",
            "Bool",
            "ArnLike",
            "IpAddress",
            "NumericEquals",
            "Nothing",
        ] {
            let condition = json!({operator: {"sts:ExternalID": value}});
            let policy = with(Kind::Trust, json!({"Condition": condition}));
            let findings = lint(&Document::new(Kind::Trust, home(), &policy));
            assert!(!format!("{findings:?}").contains("hunter2"), "{findings:?}");
        }
    }
}

#[test]
fn whatever_is_quoted_is_safe_to_print() {
    let bad = "\u{1b}[2J\u{202e}";
    let policy: Value = json!({
        bad: 1, "Version": bad,
        "Statement": {
            bad: 1, "Sid": bad, "Effect": bad, "Action": bad, "Resource": format!("arn:{bad}:{bad}:{bad}:{bad}:{bad}"),
            "Principal": {bad: bad, "AWS": bad, "Service": bad},
            "Condition": {bad: {bad: bad}, "Bool": {bad: bad}, "StringEquals": {"aws:a": format!("${{{bad}}}")}},
        },
    });
    for kind in [Kind::Managed, Kind::Trust, Kind::Bucket] {
        for finding in lint(&Document::new(kind, home(), &policy)) {
            let shown = format!("{} {:?} {}", finding.place, finding.sid, finding.detail);
            assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown:?}");
        }
    }
}

#[test]
fn a_bucket_is_found_without_key_and_without_access_block() {
    let cases: [(bool, bool, &[&str], &str); 4] = [
        (true, true, &[], "as it is by default"),
        (
            false,
            true,
            &["bucket-without-key"],
            "without a key of its own",
        ),
        (
            true,
            false,
            &["bucket-without-access-block"],
            "open to what may come",
        ),
        (
            false,
            false,
            &["bucket-without-key", "bucket-without-access-block"],
            "both",
        ),
    ];
    for (has_key, blocks_public_access, expected, reason) in cases {
        let findings = lint_bucket(Bucket {
            has_key,
            blocks_public_access,
        });
        let codes: Vec<&str> = findings.iter().map(|finding| finding.rule.code).collect();
        assert_eq!(codes, expected, "{reason}");
    }
}

#[test]
fn what_is_far_too_long_is_checked_all_the_same() {
    let actions: Vec<String> = (0..3_000).map(|n| format!("lamda:Action{n}")).collect();
    let policy = with(Kind::Managed, json!({"Action": actions}));
    let codes = codes(Kind::Managed, &policy);
    let count = |code: &str| codes.iter().filter(|it| **it == code).count();
    assert_eq!(count("policy-too-long"), 1);
    assert_eq!(count("unknown-service"), 3_000);
}

#[test]
fn severities_are_in_order() {
    assert!(Severity::ALL.is_sorted_by(|worse, better| worse > better));
}

#[test]
fn without_an_account_the_first_arn_tells_the_partition() {
    let with_resources = |resources: Value| {
        let policy = with(Kind::Managed, json!({"Resource": resources}));
        let findings = lint(&Document::new(Kind::Managed, Home::default(), &policy));
        findings.iter().map(|it| it.rule.code).collect::<Vec<_>>()
    };
    let china = json!([
        "arn:aws-cn:s3:::a/*",
        "arn:aws-cn:s3:::b/*",
        "arn:*:s3:::c/*"
    ]);
    assert_eq!(with_resources(china), Vec::<&str>::new(), "all of one");
    let mixed = json!(["arn:aws-cn:s3:::a/*", "arn:aws:s3:::b/*"]);
    assert_eq!(with_resources(mixed), ["wrong-partition"], "of two");
}

#[test]
fn without_an_account_whose_account_a_role_trusts_is_only_a_warning() {
    let codes = |account: Option<&str>| {
        let home = Home {
            account: account.map(|it| it.parse().unwrap()),
            ..Home::default()
        };
        let policy = with(Kind::Trust, json!({}));
        let findings = lint(&Document::new(Kind::Trust, home, &policy));
        findings.iter().map(|it| it.rule.code).collect::<Vec<_>>()
    };
    assert_eq!(codes(None), ["unknown-account-without-external-id"]);
    assert_eq!(codes(Some("123456789012")), Vec::<&str>::new(), "its own");
    let other = codes(Some("210987654321"));
    assert_eq!(other, ["third-party-without-external-id"]);
}

#[test]
fn the_same_in_the_same_place_is_found_once() {
    let policy = with(
        Kind::Managed,
        json!({"Resource": "arn:aws:s3:::a-${AccountId}/${AccountId}/${Region}"}),
    );
    let findings = lint(&Document::new(Kind::Managed, home(), &policy));
    let details: Vec<&str> = findings.iter().map(|it| it.detail.as_str()).collect();
    let expected = [
        "there is no variable ${AccountId}",
        "there is no variable ${Region}",
    ];
    assert_eq!(details, expected);
}
