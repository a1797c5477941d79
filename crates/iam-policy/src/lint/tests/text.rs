//! Reading files: JSON, the kind of policy, and positions.

use crate::lint::{Home, Unreadable, read};
use crate::policy::Kind;
use crate::reading::{Place, Position, positions};

fn statement(text: &str) -> String {
    format!(r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", {text}}}]}}"#)
}

#[test]
fn the_kind_follows_from_the_content() {
    let cases = [
        (
            r#""Action": "kms:*", "Resource": "*""#,
            Some(Kind::Managed),
            "no principal",
        ),
        (
            r#""Principal": "*", "Action": "sts:AssumeRole""#,
            Some(Kind::Trust),
            "who may assume a role",
        ),
        (
            r#""Principal": "*", "Action": ["KMS:Decrypt"], "Resource": "*""#,
            Some(Kind::Key),
            "who may use a key",
        ),
        (
            r#""NotPrincipal": {"AWS": "1"}, "NotAction": "s3:Get*", "Resource": "arn:aws:s3:::b""#,
            Some(Kind::Bucket),
            "negated elements count too",
        ),
        (
            r#""Principal": "*", "Action": ["*", "s3:*"], "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]"#,
            Some(Kind::Bucket),
            "an action of all services is passed over",
        ),
        (
            r#""Principal": "*", "Action": "s3express:*", "Resource": "arn:aws:s3express:r:1:bucket/b""#,
            Some(Kind::Bucket),
            "a directory bucket",
        ),
        (
            r#""Principal": "*", "Action": "s3:*", "Resource": "*""#,
            None,
            "a bucket's policy names the bucket, and an endpoint's may not",
        ),
        (
            r#""Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"]"#,
            None,
            "two buckets",
        ),
        (
            r#""Principal": "*", "Action": ["s3:*", "kms:*"], "Resource": "arn:aws:s3:::a""#,
            None,
            "two services",
        ),
        (
            r#""Principal": "*", "Action": "*", "Resource": "*""#,
            None,
            "the policy of a new endpoint, which any kind may have",
        ),
        (
            r#""Principal": "*", "Action": "sts:AssumeRole", "Resource": "arn:aws:iam::1:role/r""#,
            None,
            "a trust policy has no resource",
        ),
        (
            r#""Principal": "*", "Action": "sqs:*", "Resource": "*""#,
            Some(Kind::Queue),
            "who may use a queue",
        ),
        (
            r#""Principal": "*", "Action": "sns:Publish", "Resource": "*""#,
            Some(Kind::Topic),
            "who may use a topic",
        ),
        (
            r#""Principal": "*", "Action": "lambda:InvokeFunction", "Resource": "*""#,
            Some(Kind::Function),
            "who may call a function",
        ),
        (
            r#""Principal": "*", "Action": "secretsmanager:*", "Resource": "*""#,
            Some(Kind::Secret),
            "who may read a secret",
        ),
        (
            r#""Principal": "*", "Action": "ecr:*""#,
            Some(Kind::Repository),
            "who may pull images",
        ),
        (
            r#""Principal": "*", "Action": "dynamodb:*", "Resource": "*""#,
            None,
            "a table's policy is none of the kinds",
        ),
    ];
    for (text, expected, reason) in cases {
        let document = read(&statement(text), None, Home::default());
        assert_eq!(document.ok().map(|it| it.kind), expected, "{reason}");
    }
    let table = statement(r#""Principal": "*", "Action": "dynamodb:*", "Resource": "*""#);
    let named = read(&table, Some(Kind::Bucket), Home::default());
    assert_eq!(
        named.ok().map(|it| it.kind),
        Some(Kind::Bucket),
        "a named kind counts"
    );
    let unknown = read(&table, None, Home::default()).unwrap_err().finding;
    assert_eq!(unknown.rule.code, "unknown-kind");
    for kind in Kind::ALL {
        assert!(unknown.detail.contains(kind.name()), "{kind}: {unknown:?}");
    }
}

#[test]
fn a_policy_that_denies_everybody_on_everything_is_a_resource_control_policy() {
    let deny = |rest: &str| {
        format!(r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Deny", {rest}}}]}}"#)
    };
    let cases = [
        (
            deny(r#""Principal": "*", "Action": ["s3:*", "sts:*"], "Resource": "*""#),
            Some(Kind::ResourceControl),
            "several services",
        ),
        (
            deny(r#""Principal": "*", "Action": "s3:*", "Resource": "*""#),
            Some(Kind::ResourceControl),
            "one service, but no bucket's policy is for every bucket",
        ),
        (
            deny(r#""Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*""#),
            Some(Kind::Bucket),
            "one bucket",
        ),
        (
            deny(r#""Principal": {"AWS": "1"}, "Action": "kms:*", "Resource": "*""#),
            Some(Kind::Key),
            "somebody in particular",
        ),
    ];
    for (text, expected, reason) in cases {
        let document = read(&text, None, Home::default());
        assert_eq!(document.ok().map(|it| it.kind), expected, "{reason}");
    }
}

#[test]
fn a_byte_order_mark_is_named() {
    let text = "\u{feff}{\"Version\": \"2012-10-17\", \"Statement\": []}";
    let unreadable = read(text, None, Home::default()).unwrap_err();
    assert_eq!(unreadable.finding.rule.code, "not-json");
    assert!(
        unreadable.finding.detail.contains("byte-order mark"),
        "{unreadable:?}"
    );
}

#[test]
fn what_is_not_strict_json_is_a_finding_with_its_place() {
    let cases = [
        ("{\n  \"a\": }", "not-json", (2, 8), "a value is missing"),
        ("", "not-json", (1, 1), "an empty file"),
        (
            "{\"a\": 1,\n \"a\": 2}",
            "duplicate-key",
            (2, 4),
            "a key twice",
        ),
    ];
    for (text, code, (line, column), reason) in cases {
        match read(text, None, Home::default()) {
            Err(Unreadable { finding, position }) => {
                assert_eq!(finding.rule.code, code, "{reason}");
                assert_eq!(position, Some(Position { line, column }), "{reason}");
            }
            other => panic!("{reason}: {:?}", other.err()),
        }
    }
}

#[test]
fn a_place_is_found_in_the_text() {
    let text = "{\n  \"Statement\": [\n    {\"a\\\"b\": [1, true], \"Zoë\": null, \"c\": {\"d\": []}}\n  ]\n}";
    let top = Place::default();
    let statement = top.key("Statement").index(0);
    let cases = [
        (top.clone(), Some((1, 1)), "the document"),
        (top.key("Statement"), Some((2, 3)), "a member is at its key"),
        (statement.clone(), Some((3, 5)), "an item where it begins"),
        (
            statement.key("a\"b").index(1),
            Some((3, 18)),
            "behind a key with an escape",
        ),
        (
            statement.key("c").key("d"),
            Some((3, 44)),
            "characters are counted, not bytes",
        ),
        (statement.key("c").key("e"), None, "no such member"),
        (statement.index(0), None, "not a list"),
        (top.key("Statement").index(7), None, "too far"),
    ];
    for (place, expected, reason) in cases {
        let expected = expected.map(|(line, column)| Position { line, column });
        assert_eq!(positions(text, &[&place]), [expected], "{reason}");
    }
}
