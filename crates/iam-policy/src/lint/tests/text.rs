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
            r#""NotPrincipal": {"AWS": "1"}, "NotAction": "s3:Get*", "Resource": "*""#,
            Some(Kind::Bucket),
            "negated elements count too",
        ),
        (
            r#""Principal": "*", "Action": ["*", "s3:*"], "Resource": "*""#,
            Some(Kind::Bucket),
            "an action of all services is passed over",
        ),
        (
            r#""Principal": "*", "Action": "sqs:*", "Resource": "*""#,
            None,
            "a queue's policy is none of the kinds",
        ),
    ];
    for (text, expected, reason) in cases {
        let document = read(&statement(text), None, Home::default());
        assert_eq!(document.ok().map(|it| it.kind), expected, "{reason}");
    }
    let queue = statement(r#""Principal": "*", "Action": "sqs:*", "Resource": "*""#);
    let named = read(&queue, Some(Kind::Bucket), Home::default());
    assert_eq!(
        named.ok().map(|it| it.kind),
        Some(Kind::Bucket),
        "a named kind counts"
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
            Err(Unreadable::Json(finding, position)) => {
                assert_eq!(finding.rule.code, code, "{reason}");
                assert_eq!(position, Position { line, column }, "{reason}");
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
