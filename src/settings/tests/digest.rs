//! What the digest of the settings depends on.

use super::*;

#[test]
fn the_digest_entries_cover_what_is_provisioned_and_nothing_else() {
    let entries = |args: &[&str]| settings(GOOD, args).digest_entries().unwrap();
    let base = entries(&[]);
    let expected = [
        ("account", "123456789012"),
        ("regions", "eu-west-1"),
        ("regions", "us-east-1"),
        ("tags.team", "observability"),
        ("stackstate.trust", "external"),
        ("stackstate.agent_principals", "210987654321"),
        ("stackstate.encryption", "kms"),
        ("stackstate.profile", "documented"),
        ("stackstate.postfix", ""),
        ("stackstate.permissions_boundary", ""),
        ("stackstate.external_id", "from-the-environment"),
    ];
    assert!(base.iter().map(|(k, v)| (&**k, &**v)).eq(expected));

    let same: [(&[&str], &str); 5] = [
        (&["--concurrency=7", "--profile=p"], "how AWS is reached"),
        (&["--endpoint-url=http://localhost:1"], "where AWS is"),
        (&["--external-id=from-the-environment"], "another source"),
        (
            &["--policies=mine"],
            "a folder, whose documents are digested by their texts",
        ),
        (
            &["--agent-principal=arn:aws:iam::210987654321:root"],
            "another way to write the principal",
        ),
    ];
    for (args, reason) in same {
        assert_eq!(entries(args), base, "{reason} does not matter");
    }
    let different: [&[&str]; 11] = [
        &["--account=999999999999"],
        &["--region=us-east-1", "--region=eu-west-1"],
        &["--tag=a=b"],
        &["--agent-principal=333333333333"],
        &["--external-id=other"],
        &["--trust=ec2"],
        &["--encryption=none"],
        &["--policy-profile=hardened"],
        &["--postfix=-two"],
        &["--permissions-boundary=arn:aws:iam::123456789012:policy/b"],
        &["--keep-policy=inline/theirs"],
    ];
    for args in different {
        assert_ne!(entries(args), base, "{args:?} matters");
    }
}

#[test]
fn the_order_of_what_has_no_order_does_not_change_the_digest() {
    let forwards = [
        "--region=eu-west-1",
        "--region=eu-west-2",
        "--region=eu-west-3",
        "--agent-principal=111111111111",
        "--agent-principal=222222222222",
        "--keep-policy=aws/a",
        "--keep-policy=inline/b",
    ];
    let backwards = [
        "--region=eu-west-1",
        "--region=eu-west-3",
        "--region=eu-west-2",
        "--agent-principal=222222222222",
        "--agent-principal=111111111111",
        "--keep-policy=inline/b",
        "--keep-policy=aws/a",
    ];
    assert_eq!(
        settings(GOOD, &forwards).digest_entries().unwrap(),
        settings(GOOD, &backwards).digest_entries().unwrap()
    );
}

#[test]
fn every_setting_of_audit_trail_is_among_the_digest_entries() {
    let text = "[audit_trail]\nattach_to = [\"user/b\", \"role/a\"]\nprofile = \"hardened\"\n\
                permissions_boundary = \"arn:aws:iam::123456789012:policy/b\"";
    let entries = settings(text, &[]).digest_entries().unwrap();
    let expected = [
        ("account", ""),
        ("audit_trail.attach_to", "role/a"),
        ("audit_trail.attach_to", "user/b"),
        ("audit_trail.policy_name", "AuditTrailRole"),
        ("audit_trail.description", "For use with Audit Trail"),
        ("audit_trail.profile", "hardened"),
        (
            "audit_trail.permissions_boundary",
            "arn:aws:iam::123456789012:policy/b",
        ),
    ];
    assert!(entries.iter().map(|(k, v)| (&**k, &**v)).eq(expected));
}
