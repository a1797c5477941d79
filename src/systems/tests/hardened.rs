//! The hardened profile: its changes to the vendor's documents, and that there are no others.

use crate::engine::known::KNOWN_AFTER_APPLY;
use crate::names::ManagedPolicy;
use crate::settings::{Profile, Settings};
use crate::systems::{Content, Written};
use iam_policy::{Policy, Version, diff};

use super::*;

const KEY: &str = "kms_key.integration@eu-west-1";

/// Both systems with the documents of `profile`.
fn both(regions: &[&str], profile: Profile) -> Settings {
    let boundary: ManagedPolicy = "arn:aws:iam::123456789012:policy/boundary".parse().unwrap();
    let mut settings = with_audit_trail(settings(regions));
    stackstate(&mut settings).profile = profile;
    if let Some(system) = &mut settings.audit_trail {
        system.profile = profile;
        system.permissions_boundary = (profile == Profile::Hardened).then_some(boundary);
    }
    settings
}

fn all_written(settings: &Settings) -> Vec<Written> {
    layout(settings, Goal::Present).unwrap().written
}

fn policies(settings: &Settings) -> impl Iterator<Item = (String, Policy)> {
    let all = all_written(settings).into_iter();
    all.filter_map(|written| match written.content {
        Content::Policy(_, document) => Some((written.name, document.to_show())),
        Content::EventPattern(_) => None,
    })
}

#[test]
fn the_changes_to_the_vendors_documents_are_listed() {
    let regions = ["eu-west-1", "us-east-1"];
    let documented = both(&regions, Profile::Documented);
    let hardened = both(&regions, Profile::Hardened);
    let mut text = String::new();
    for ((name, before), (_, after)) in policies(&documented).zip(policies(&hardened)) {
        let lines = diff(Some(&before), Some(&after));
        if lines.is_empty() {
            continue;
        }
        text.push_str(&format!("{name}\n"));
        for line in lines {
            let sign = match line.sign {
                iam_policy::Sign::Added => '+',
                iam_policy::Sign::Removed => '-',
                iam_policy::Sign::Changed => '~',
            };
            let indent = 2 + 2 * usize::from(line.depth);
            text.push_str(&format!("{:indent$}{sign} {}\n", "", line.text));
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn every_document_has_the_current_version_and_names_no_alias() {
    let mut settings = both(&["eu-west-1"], Profile::Hardened);
    let external = policies(&settings).collect::<Vec<_>>();
    stackstate(&mut settings).trust = crate::settings::Trust::Ec2;
    for (name, policy) in external.into_iter().chain(policies(&settings)) {
        assert_eq!(policy.version(), Version::V2012, "{name}");
        let text = policy.compact();
        assert!(!text.contains("alias/"), "{name}: {text}");
        assert!(!text.contains("${"), "{name}: {text}");
        let unknown = text.matches(KNOWN_AFTER_APPLY).count();
        let expected = usize::from(name == "firehose-role-policy@eu-west-1");
        assert_eq!(unknown, expected, "{name}: {text}");
    }
}

#[test]
fn a_documents_origin_names_the_profile() {
    let settings = both(&["eu-west-1"], Profile::Hardened);
    let origins = all_written(&settings).into_iter();
    let origins: Vec<String> = origins.map(|written| written.origin).collect();
    assert!(origins.contains(&"policies/stackstate/hardened/key-policy.json".to_owned()));
    assert!(origins.contains(&"policies/stackstate/event-pattern.json".to_owned()));
    assert!(origins.contains(&"policies/audit-trail/hardened/permissions.json".to_owned()));
}

#[test]
fn audit_trail_fits_one_policy_without_merging_statements() {
    let settings = both(&["eu-west-1"], Profile::Hardened);
    let (_, policy) = policies(&settings)
        .find(|(name, _)| name == "permissions")
        .expect("one policy, not several");
    assert_eq!(policy.statements().len(), 17);
}

#[test]
fn the_firehose_role_names_the_key_by_the_id_that_aws_chose() {
    let settings = both(&["eu-west-1", "us-east-1"], Profile::Hardened);
    let nodes = laid_out(&settings);
    let key = find(&nodes, KEY).address().clone();
    let chosen = "arn:aws:kms:eu-west-1:123456789012:key/11112222-3333";
    let unknown = "arn:aws:kms:eu-west-1:123456789012:key/(known after apply)";
    for region in ["eu-west-1", "us-east-1"] {
        let role = find(&nodes, &format!("iam_role.firehose-{region}"));
        let resource = |known: &Known| {
            let policy = json(&fakes::desired(role, known)["inline_policy[default]"]);
            policy["Statement"][1]["Resource"].clone()
        };
        assert_eq!(resource(&Known::new()), json!([unknown]), "{region}");
        let known = Known::from([(key.clone(), chosen.to_owned())]);
        assert_eq!(resource(&known), json!([chosen]), "{region}");
        let needs: Vec<&Address> = role.needs.iter().map(|(address, _)| address).collect();
        assert_eq!(needs, [&key], "{region}");
    }
    for address in ["iam_role.integration", "iam_role.eventbridge-eu-west-1"] {
        assert!(find(&nodes, address).needs.is_empty(), "{address}");
    }
}

#[test]
fn no_role_waits_for_a_key_that_it_does_not_name() {
    let mut unencrypted = unencrypted(&["eu-west-1"]);
    stackstate(&mut unencrypted).profile = Profile::Hardened;
    for settings in [both(&["eu-west-1"], Profile::Documented), unencrypted] {
        let nodes = laid_out(&settings);
        let role = find(&nodes, "iam_role.firehose-eu-west-1");
        assert!(role.needs.is_empty());
        let shown = format!("{:?}", fakes::desired(role, &Known::new()));
        assert!(
            !shown.contains("known after apply") && !shown.contains("${"),
            "{shown}"
        );
    }
}

#[test]
fn failed_records_are_written_where_the_agent_does_not_read() {
    let settings = both(&["eu-west-1", "us-east-1"], Profile::Hardened);
    let nodes = laid_out(&settings);
    for region in ["eu-west-1", "us-east-1"] {
        let stream = format!("firehose_stream.eventbridge@{region}");
        let read = format!("AWSLogs/{ACCOUNT}/EventBridge/{region}/");
        assert_eq!(desired(&nodes, &stream, "prefix"), json!(read));
        let failed = desired(&nodes, &stream, "error_prefix");
        let failed = failed.as_str().unwrap();
        assert_eq!(
            failed,
            format!("AWSLogs/{ACCOUNT}/EventBridge-failed/{region}/")
        );
        // The role is allowed to write there.
        let role = format!("iam_role.firehose-{region}");
        let policy = desired(&nodes, &role, "inline_policy[default]").to_string();
        let objects = format!("\"arn:aws:s3:::stackstate-logs-{ACCOUNT}/{failed}*\"");
        assert_eq!(policy.matches(&objects).count(), 2, "{policy}");
    }
}

#[test]
fn every_arn_follows_the_partition_of_the_hardened_documents() {
    for (regions, partition) in [
        (["cn-north-1"], "aws-cn"),
        (["us-gov-west-1"], "aws-us-gov"),
    ] {
        let mut settings = settings(&regions);
        stackstate(&mut settings).profile = Profile::Hardened;
        let expected = format!("arn:{partition}:");
        let found = strings(&laid_out(&settings));
        for (place, text) in found.iter().filter(|(_, text)| text.contains("arn:")) {
            assert!(text.starts_with(&expected), "{place}: {text}");
        }
    }
}
