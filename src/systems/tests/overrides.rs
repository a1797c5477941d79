//! Documents that the settings' folder replaces.

use std::fs;
use std::path::Path;

use super::*;
use crate::failure::Failure;
use crate::names::Partition;
use crate::systems::named;

/// The layout with `text` in the place of one document.
pub(super) fn replaced(file: &str, text: &str) -> Result<Vec<Node>, String> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(file), text).unwrap();
    lay_out(folder.path()).map_err(|failure| without(folder.path(), &failure))
}

pub(super) fn lay_out(folder: &Path) -> Result<Vec<Node>, Failure> {
    let mut settings = settings(&["eu-west-1", "us-east-1"]);
    stackstate(&mut settings).policies = Some(folder.to_owned());
    Ok(layout(&settings, Goal::Present)?.nodes)
}

/// Checks the systems with `text` in place of one document, without an account.
pub(super) fn checked(file: &str, text: &str) -> Result<(), String> {
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
pub(super) fn without(folder: &Path, failure: &Failure) -> String {
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
