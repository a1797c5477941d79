//! The errors for documents that cannot be used.

use std::fs;

use super::overrides::{checked, lay_out, replaced, without};
use super::*;

/// The start and the end of a document.
const TRUST: (&str, &str) = (
    r#"{"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":""#,
    r#""}}]}"#,
);
const PATTERN: (&str, &str) = (r#"{"source":[""#, r#""]}"#);

/// A document that is `size` characters long once it is laid out.
fn sized(start: &str, end: &str, size: usize) -> String {
    let filler = "x".repeat(size - start.len() - end.len());
    format!("{start}{filler}{end}")
}

#[test]
fn an_unusable_document_is_reported_with_its_place() {
    const SHORTER: &str =
        "Hint: Shorten the document: merge statements, drop Sids, or use wildcards";
    let inline = |size| {
        sized(
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":""#,
            r#""}]}"#,
            size,
        )
    };
    let trust = |size| sized(TRUST.0, TRUST.1, size);
    let pattern = |size| sized(PATTERN.0, PATTERN.1, size);
    let cases = [
        (
            "event-patern.json",
            "{}".to_owned(),
            "DIR/event-patern.json replaces no document\n\
             Hint: The documents are called bucket-policy.json, event-pattern.json, \
             eventbridge-role-policy.json, eventbridge-role-trust.json, \
             firehose-role-policy.json, firehose-role-trust.json, integration-role-policy.json, \
             integration-role-trust-ec2.json, integration-role-trust-external.json, \
             key-policy.json"
                .to_owned(),
        ),
        (
            "key-policy.json",
            "{\n  \"Statement\": [,]\n}".to_owned(),
            "DIR/key-policy.json is not JSON\nCaused by:\n  1: line 2, column 17: expected value"
                .to_owned(),
        ),
        (
            "key-policy.json",
            "{\"Statement\": [], \"Version\": \"2012-10-17\", \"Statement\": []}".to_owned(),
            "DIR/key-policy.json is not JSON\nCaused by:\n  \
             1: line 1, column 54: the key \"Statement\" occurs twice in the same object"
                .to_owned(),
        ),
        (
            "bucket-policy.json",
            r#"{"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "${Acount}"}]}"#
                .to_owned(),
            "DIR/bucket-policy.json cannot be filled in\nCaused by:\n  \
             1: statement 1, Resource: unknown placeholder \"${Acount}\"; accepted are \
             ${AccountId}, ${MainRegion}, ${Region}"
                .to_owned(),
        ),
        // A hyphen that does not break, as in hashicorp/terraform-provider-aws#32010.
        (
            "key-policy.json",
            r#"{"Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "\u2011"}]}"#
                .to_owned(),
            "DIR/key-policy.json has the character U+2011, '\u{2011}'\n\
             Hint: AWS takes only characters up to U+00FF in this policy: a dash or a space that was \
             copied from a page may look like an ordinary one"
                .to_owned(),
        ),
        (
            "integration-role-trust-external.json",
            r#"{"Statement": [{"Condition": {"StringEquals": {"aws:SourceAccount": "${AccountId}"}}}]}"#
                .to_owned(),
            "DIR/integration-role-trust-external.json cannot be filled in\nCaused by:\n  \
             1: statement 1, Condition.StringEquals[\"aws:SourceAccount\"]: unknown placeholder \
             \"${AccountId}\"; accepted are ${ExternalId}"
                .to_owned(),
        ),
        (
            "bucket-policy.json",
            r#"{"Statements": []}"#.to_owned(),
            "DIR/bucket-policy.json is not a policy\nCaused by:\n  1: Statements: unknown element; accepted are Version, Id, Statement".to_owned(),
        ),
        (
            "event-pattern.json",
            "[]".to_owned(),
            "DIR/event-pattern.json is not an event pattern\n\
             Hint: An event pattern is a JSON object of fields, each with a list of values"
                .to_owned(),
        ),
        (
            "event-pattern.json",
            r#"{"source": ["aws.ec2"], "detail": {"state": []}}"#.to_owned(),
            "DIR/event-pattern.json has an empty list in detail.state\n\
             Hint: No event matches an empty list: name a value, or leave the field out"
                .to_owned(),
        ),
        (
            "key-policy.json",
            r#"{"Version": "2012-10-17", "Statement": []}"#.to_owned(),
            "DIR/key-policy.json has no statements\n\
             Hint: AWS takes no policy without a statement"
                .to_owned(),
        ),
        (
            "key-policy.jsn",
            "{}".to_owned(),
            "DIR/key-policy.jsn replaces no document\n\
             Hint: Call it key-policy.json, or take it out of the folder"
                .to_owned(),
        ),
        (
            "integration-role-policy.json",
            inline(10_241),
            format!(
                "DIR/integration-role-policy.json has 10241 characters without white space, of \
                 10240 that AWS allows\n{SHORTER}"
            ),
        ),
        (
            "firehose-role-trust.json",
            trust(8_193),
            format!(
                "DIR/firehose-role-trust.json has 8193 characters without white space, of 8192 \
                 that AWS allows\n{SHORTER}"
            ),
        ),
        (
            "key-policy.json",
            inline(32_769),
            format!(
                "DIR/key-policy.json has 32769 characters without white space, of 32768 that AWS \
                 allows\n{SHORTER}"
            ),
        ),
        (
            "bucket-policy.json",
            inline(20_481),
            format!(
                "DIR/bucket-policy.json has 20481 characters without white space, of 20480 that \
                 AWS allows\n{SHORTER}"
            ),
        ),
        (
            "event-pattern.json",
            pattern(4_097),
            format!(
                "DIR/event-pattern.json has 4097 characters without white space, of 4096 that AWS \
                 allows\n{SHORTER}"
            ),
        ),
    ];
    for (file, text, expected) in cases {
        let reported = replaced(file, &text).expect_err(&expected);
        assert_eq!(reported, expected);
        let reported = checked(file, &text).expect_err(&expected);
        assert_eq!(reported, expected, "without an account");
    }
    for (file, text) in [
        ("integration-role-policy.json", inline(10_240)),
        ("firehose-role-trust.json", trust(8_192)),
        ("key-policy.json", inline(32_768)),
        ("bucket-policy.json", inline(20_480)),
        ("event-pattern.json", pattern(4_096)),
    ] {
        assert!(
            replaced(file, &text).is_ok(),
            "{file} is as long as AWS allows"
        );
        assert_eq!(checked(file, &text), Ok(()));
    }
}

/// "IAM and AWS STS quotas" and "Amazon EventBridge quotas": what AWS allows is 2,048 characters of
/// both, and more where the account's quota was raised.
#[test]
fn a_document_that_needs_a_raised_quota_is_noted_where_it_is_written() {
    let trust = |size| sized(TRUST.0, TRUST.1, size);
    let pattern = |size| sized(PATTERN.0, PATTERN.1, size);
    let cases = [
        ("firehose-role-trust.json", trust(2_048), None),
        (
            "firehose-role-trust.json",
            trust(2_049),
            Some((
                "iam_role.firehose-us-east-1",
                "the trust policy has 2049 characters, and AWS allows 2048 unless the quota \"Role \
                 trust policy length\" of IAM was raised (Service Quotas)",
            )),
        ),
        ("event-pattern.json", pattern(2_048), None),
        (
            "event-pattern.json",
            pattern(2_049),
            Some((
                "event_rule.stackstate@us-east-1",
                "the event pattern has 2049 characters, and AWS allows 2048 unless the quota \"Event \
                 pattern size\" of EventBridge was raised (Service Quotas)",
            )),
        ),
    ];
    for (file, text, expected) in cases {
        let nodes = replaced(file, &text).unwrap();
        let noted = nodes.iter().rev().find_map(|node| {
            let note = node.note.as_deref()?;
            Some((node.address().to_string(), note))
        });
        let expected = expected.map(|(at, note)| (at.to_owned(), note));
        assert_eq!(noted, expected, "{file}");
    }
}

#[test]
fn white_space_between_tokens_does_not_count() {
    let text = documented("integration-role-policy");
    let spread = text.replace('\n', &format!("\n{}", " ".repeat(50)));
    assert!(spread.len() > 10_240);
    assert!(replaced("integration-role-policy.json", &spread).is_ok());
}

#[test]
fn the_error_names_a_folder_that_cannot_be_read() {
    let parent = tempfile::tempdir().unwrap();
    let hint = "Hint: `policies` names a folder with documents that replace the built-in ones";
    let missing = parent.path().join("missing");
    assert_eq!(
        without(&missing, &lay_out(&missing).unwrap_err()),
        format!(
            "cannot read the policies in DIR\n\
             Caused by:\n  1: No such file or directory (os error 2)\n{hint}"
        )
    );
    let file = parent.path().join("file");
    fs::write(&file, "{}").unwrap();
    assert_eq!(
        without(&file, &lay_out(&file).unwrap_err()),
        format!(
            "cannot read the policies in DIR\nCaused by:\n  1: Not a directory (os error 20)\n{hint}"
        )
    );
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("key-policy.json"), [0xff, 0xfe]).unwrap();
    let reported = without(folder.path(), &lay_out(folder.path()).unwrap_err());
    assert!(
        reported.starts_with("cannot read the policies in DIR/key-policy.json\n"),
        "{reported}"
    );
}

/// "IAM and AWS STS quotas": no account may have more than 8,192 characters of a trust policy. The
/// agent's principals count, which the settings name.
#[test]
fn a_trust_policy_with_more_principals_than_any_account_may_have_is_refused() {
    let laid_out = |count: usize| {
        let principals: Vec<String> = (0..count).map(|it| format!("{it:012}")).collect();
        let principals: Vec<&str> = principals.iter().map(String::as_str).collect();
        let mut settings = settings(&["us-east-1"]);
        stackstate(&mut settings).trust = trust(&principals);
        layout(&settings, Goal::Present).map_err(|failure| failure.to_string())
    };
    let nodes = laid_out(150).unwrap().nodes;
    let note = find(&nodes, "iam_role.integration").note.as_deref();
    assert!(
        note.is_some_and(|it| it.contains("AWS allows 2048 unless")),
        "an account may have it: {note:?}"
    );
    let refused = laid_out(250).unwrap_err();
    assert!(
        refused.contains("integration-role-trust-external.json has")
            && refused.contains("of 8192 that AWS allows"),
        "{refused}"
    );
}
