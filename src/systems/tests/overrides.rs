//! Documents that the settings' folder replaces, and the errors for unusable ones.

use std::fs;
use std::path::Path;

use super::*;
use crate::failure::Failure;
use crate::names::Partition;
use crate::systems::named;

/// The layout with `text` in the place of one document.
fn replaced(file: &str, text: &str) -> Result<Vec<Node>, String> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(file), text).unwrap();
    lay_out(folder.path()).map_err(|failure| without(folder.path(), &failure))
}

fn lay_out(folder: &Path) -> Result<Vec<Node>, Failure> {
    let mut settings = settings(&["eu-west-1", "us-east-1"]);
    stackstate(&mut settings).policies = Some(folder.to_owned());
    Ok(layout(&settings, Goal::Present)?.nodes)
}

/// Checks the systems with `text` in place of one document, without an account.
fn checked(file: &str, text: &str) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(file), text).unwrap();
    let mut settings = settings(&["eu-west-1", "us-east-1"]);
    stackstate(&mut settings).policies = Some(folder.path().to_owned());
    let systems = named(&settings, Goal::Present);
    let checked = systems.and_then(|systems| {
        let mut each = systems.iter();
        each.try_for_each(|system| system.check(Partition::Aws))
    });
    checked.map_err(|failure| without(folder.path(), &failure))
}

/// The failure's text, with the folder's name replaced.
fn without(folder: &Path, failure: &Failure) -> String {
    failure
        .to_string()
        .replace(&folder.display().to_string(), "DIR")
}

#[test]
fn a_file_replaces_the_document_of_its_name() {
    let text = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::stackstate-logs-${AccountId}"}]}"#;
    let nodes = replaced("integration-role-policy.json", text).unwrap();
    let policy = desired(
        &nodes,
        "iam_role.integration",
        "inline_policy[STSIntegration]",
    );
    assert_eq!(
        policy["Statement"][0]["Resource"],
        json!("arn:aws:s3:::stackstate-logs-123456789012")
    );
    let key = "kms_key.integration@eu-west-1";
    let shipped = laid_out(&settings(&["eu-west-1"]));
    assert_eq!(
        desired(&nodes, key, "key_policy"),
        desired(&shipped, key, "key_policy")
    );
}

#[test]
fn the_external_id_is_allowed_only_where_plans_hide_it() {
    let trust = |sid: &str, key: &str| {
        format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Sid": "{sid}", "Effect": "Allow",
            "Principal": {{"AWS": "*"}}, "Action": "sts:AssumeRole",
            "Condition": {{"StringEquals": {{"{key}": "${{ExternalId}}"}}}}}}]}}"#
        )
    };
    let cases = [
        (trust("Agent", "sts:ExternalId"), true, "the condition"),
        (trust("Agent", "STS:externalid"), true, "in other case"),
        (trust("${ExternalId}", "sts:ExternalId"), false, "a Sid"),
        (
            trust("Agent", "aws:PrincipalTag/x"),
            false,
            "another condition",
        ),
    ];
    for (text, accepted, why) in cases {
        let nodes = replaced("integration-role-trust-external.json", &text);
        assert_eq!(nodes.is_ok(), accepted, "{why}");
    }
}

#[test]
fn a_name_that_has_its_postfix_already_gets_no_second_one() {
    let folder = tempfile::tempdir().unwrap();
    let text = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*",
        "Resource": "arn:aws:s3:::stackstate-logs-${AccountId}-blue"}]}"#;
    fs::write(folder.path().join("integration-role-policy.json"), text).unwrap();
    let mut settings = with_postfix(&["eu-west-1"], "-blue");
    stackstate(&mut settings).policies = Some(folder.path().to_owned());
    let nodes = laid_out(&settings);
    let policy = desired(
        &nodes,
        "iam_role.integration",
        "inline_policy[STSIntegration]",
    );
    let resource = "arn:aws:s3:::stackstate-logs-123456789012-blue";
    assert_eq!(policy["Statement"][0]["Resource"], json!(resource));
}

#[test]
fn without_encryption_the_kms_section_is_removed_in_every_notation() {
    let folder = tempfile::tempdir().unwrap();
    let text = r#"{"Statement": [{"Effect": "Allow", "Action": "KMS:Decrypt", "Resource": "*"},
        {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}]}"#;
    fs::write(folder.path().join("firehose-role-policy.json"), text).unwrap();
    let mut settings = unencrypted(&["eu-west-1"]);
    stackstate(&mut settings).policies = Some(folder.path().to_owned());
    let nodes = laid_out(&settings);
    let policy = desired(
        &nodes,
        "iam_role.firehose-eu-west-1",
        "inline_policy[default]",
    );
    let statements = policy["Statement"].as_array().unwrap();
    assert_eq!(statements.len(), 1, "{policy}");
}

#[test]
fn a_file_that_is_not_named_json_may_lie_in_the_folder() {
    assert!(replaced("README.md", "Ours.").is_ok());
}

#[test]
fn the_agents_replace_the_documents_account_in_every_notation() {
    let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::${AccountId}:root"}, "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": "${ExternalId}"}}}}"#;
    let nodes = replaced("integration-role-trust-external.json", text).unwrap();
    let trust = desired(&nodes, "iam_role.integration", "trust_policy");
    assert_eq!(
        trust["Statement"]["Principal"],
        json!({"AWS": ["arn:aws:iam::210987654321:root"]})
    );
}

#[test]
fn a_version_is_added_only_if_it_does_not_change_the_meaning() {
    let policy = |version: &str, resource: &str| {
        format!(
            r#"{{{version}"Statement": [{{"Effect": "Allow", "Action": "s3:GetObject",
                "Resource": "{resource}"}}]}}"#
        )
    };
    let cases = [
        (
            policy("", "arn:aws:s3:::b/${Region}"),
            Some("2012-10-17"),
            "our placeholders are replaced before the check",
        ),
        (
            policy("", "arn:aws:s3:::b/${aws:username}"),
            None,
            "a policy variable is literal text in the older version",
        ),
        (
            policy(r#""Version": "2008-10-17", "#, "arn:aws:s3:::b/*"),
            Some("2008-10-17"),
            "a version that is named is not changed",
        ),
    ];
    for (text, version, why) in cases {
        let nodes = replaced("eventbridge-role-policy.json", &text).unwrap();
        let role = "iam_role.eventbridge-us-east-1";
        let policy = desired(&nodes, role, "inline_policy[default]");
        assert_eq!(
            policy.get("Version").and_then(Json::as_str),
            version,
            "{why}"
        );
        if text.contains("Version") || version.is_none() {
            continue;
        }
        assert!(
            policy.to_string().starts_with(r#"{"Version":"#),
            "{why}: IAM wants it first"
        );
    }
    let key = policy("", "arn:aws:kms:${MainRegion}:${AccountId}:key/${KeyId}");
    let nodes = replaced("firehose-role-policy.json", &key).unwrap();
    let policy = desired(
        &nodes,
        "iam_role.firehose-us-east-1",
        "inline_policy[default]",
    );
    let resource = "arn:aws:kms:eu-west-1:123456789012:key/(known after apply)";
    assert_eq!(
        policy["Version"], "2012-10-17",
        "the key's id is no variable"
    );
    assert_eq!(policy["Statement"][0]["Resource"], resource);
    let text = r#"{"Statement": [{"Effect": "Allow", "Principal": {"Service":
        "events.amazonaws.com"}, "Action": "sts:AssumeRole"}]}"#;
    let nodes = replaced("eventbridge-role-trust.json", text).unwrap();
    let trust = desired(&nodes, "iam_role.eventbridge-us-east-1", "trust_policy");
    assert_eq!(
        trust.get("Version"),
        None,
        "IAM accepts trust policies without a version"
    );
}

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
    let trust = |size| {
        sized(
            r#"{"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":""#,
            r#""}}]}"#,
            size,
        )
    };
    let pattern = |size| sized(r#"{"source":[""#, r#""]}"#, size);
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
             1: Statement[0].Resource: unknown placeholder \"${Acount}\"; accepted are \
             ${AccountId}, ${MainRegion}, ${Region}"
                .to_owned(),
        ),
        (
            "integration-role-trust-external.json",
            r#"{"Statement": [{"Condition": {"StringEquals": {"aws:SourceAccount": "${AccountId}"}}}]}"#
                .to_owned(),
            "DIR/integration-role-trust-external.json cannot be filled in\nCaused by:\n  \
             1: Statement[0].Condition.StringEquals[\"aws:SourceAccount\"]: unknown placeholder \
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
            trust(2_049),
            format!(
                "DIR/firehose-role-trust.json has 2049 characters without white space, of 2048 \
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
        ("firehose-role-trust.json", trust(2_048)),
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
