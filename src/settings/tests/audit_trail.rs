//! The section of Audit Trail, and which systems a run is about.

use super::*;
use crate::names::IamIdentity;

const AUDIT: &str = "[audit_trail]\nattach_to = [\"user/audit-trail\", \"role/app\"]\n";

#[test]
fn audit_trail_alone_needs_no_region_and_has_the_suggested_names() {
    let settings = settings(AUDIT, &[]);
    assert_eq!(settings.stackstate, None);
    assert!(settings.regions.is_empty());
    let expected = AuditTrail {
        attach_to: vec![
            IamIdentity::User("audit-trail".to_owned()),
            IamIdentity::Role("app".to_owned()),
        ],
        policy_name: "AuditTrailRole".to_owned(),
        description: "For use with Audit Trail".to_owned(),
        profile: Profile::Documented,
        permissions_boundary: None,
    };
    assert_eq!(settings.audit_trail, Some(expected));
}

#[test]
fn a_run_is_about_the_systems_that_the_settings_name() {
    let both = &*format!("{GOOD}\n{AUDIT}");
    let cases = [
        (GOOD, vec![], (true, false), "the file names StackState"),
        (AUDIT, vec![], (false, true), "the file names Audit Trail"),
        (both, vec![], (true, true), "the file names both"),
        (
            both,
            vec!["--only=audit-trail"],
            (false, true),
            "one of two",
        ),
        (both, vec!["--only=stackstate"], (true, false), "the other"),
        (
            AUDIT,
            vec![
                "--region=eu-west-1",
                "--agent-principal=210987654321",
                "--external-id=abc",
            ],
            (true, true),
            "flags name StackState beside the file",
        ),
    ];
    for (toml, args, expected, reason) in cases {
        let settings = settings(toml, &args);
        let named = (
            settings.stackstate.is_some(),
            settings.audit_trail.is_some(),
        );
        assert_eq!(named, expected, "{reason}");
    }
}

#[test]
fn bad_input_names_its_place() {
    let cases = [
        (
            "attach_to = [\"audit-trail\"]",
            "provision.toml: audit_trail.attach_to: \"audit-trail\" is neither a user, a group nor a role",
        ),
        (
            "attach_to = [\"user/\"]",
            "provision.toml: audit_trail.attach_to: \"user/\" is neither a user, a group nor a role",
        ),
        (
            "attach_to = [\"user/path/name\"]",
            "provision.toml: audit_trail.attach_to: \"user/path/name\" is neither a user, a group nor a role",
        ),
        (
            "attach_to = [\"user/a\", \"user/A\"]",
            "provision.toml: audit_trail.attach_to: user/A is listed twice",
        ),
        (
            "policy_name = \"a b\"",
            "provision.toml: audit_trail.policy_name: \"a b\" is not the name of a policy",
        ),
        (
            "description = \"\\u0007\"",
            "provision.toml: audit_trail.description: IAM does not accept this description",
        ),
        (
            "profile = \"hardened\"",
            "provision.toml: audit_trail.permissions_boundary: the hardened profile needs a permissions boundary",
        ),
        (
            "profile = \"hardened\"\npermissions_boundary = \"bounds\"",
            "provision.toml: audit_trail.permissions_boundary: \"bounds\" is not an ARN: it does not consist of \"arn\" and five more parts",
        ),
        (
            "permissions_boundary = \"arn:aws:iam::123456789012:policy/bounds\"",
            "provision.toml: audit_trail.permissions_boundary: the documented profile has no use for a permissions boundary",
        ),
    ];
    for (line, message) in cases {
        let failure = error(&format!("[audit_trail]\n{line}"), &[]);
        assert_eq!(placeless(&failure), message);
        assert!(failure.hint.is_some(), "{line} says what would do");
    }
    let failure = error(GOOD, &["--only=audit-trail"]);
    assert_eq!(
        failure.message,
        "--only: [audit_trail] is not in the settings"
    );
}

#[test]
fn the_policys_name_is_as_long_as_iam_accepts() {
    let named = |length: usize| format!("[audit_trail]\npolicy_name = \"{}\"", "n".repeat(length));
    let audit_trail = settings(&named(128), &[]).audit_trail.unwrap();
    assert_eq!(audit_trail.policy_name.len(), 128);
    let failure = error(&named(129), &[]);
    assert!(failure.message.ends_with("is not the name of a policy"));
    assert!(failure.hint.unwrap().starts_with("Use 1 to 128 of"));
}
