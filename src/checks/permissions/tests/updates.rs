//! Tests of the permissions that single changes need.

use super::*;
use crate::engine::attributes::Value;
use crate::fakes::deployment::stackstate;
use crate::settings::Trust;

fn change(attribute: &str, before: Option<&str>, after: Option<&str>) -> Change {
    Change {
        attribute: attribute.to_owned(),
        before: before.map(Value::from),
        after: after.map(Value::from),
    }
}

#[test]
fn an_update_needs_the_permissions_of_its_changes() {
    let set = |name| change(name, Some("a"), Some("b"));
    let gone = |name| change(name, Some("a"), None);
    let ours = "tags[provision:system]";
    let cases: [(&str, &str, Change, &[&str]); 22] = [
        (
            "the length of sessions",
            "iam_role.integration",
            set("max_session_seconds"),
            &["iam:UpdateRole"],
        ),
        (
            "the trust policy",
            "iam_role.integration",
            set("trust_policy"),
            &["iam:UpdateAssumeRolePolicy"],
        ),
        (
            "our inline policy",
            "iam_role.integration",
            set("inline_policy[STSIntegration]"),
            &["iam:PutRolePolicy"],
        ),
        (
            "an inline policy that others added",
            "iam_role.integration",
            gone("inline_policy[x]"),
            &["iam:DeleteRolePolicy"],
        ),
        (
            "a policy that others attached",
            "iam_role.integration",
            gone("attached_policy[x]"),
            &["iam:DetachRolePolicy"],
        ),
        (
            "a tag",
            "iam_role.integration",
            set("tags[team]"),
            &["iam:TagRole"],
        ),
        (
            "adopted",
            "iam_role.integration",
            set(ours),
            &["iam:TagRole"],
        ),
        (
            "no boundary is wanted",
            "iam_role.integration",
            gone("permissions_boundary"),
            &["iam:DeleteRolePermissionsBoundary"],
        ),
        (
            "a wrong role is removed",
            "iam_instance_profile.integration",
            gone("role[x]"),
            &["iam:RemoveRoleFromInstanceProfile"],
        ),
        (
            "a missing role is added",
            "iam_instance_profile.integration",
            set("role[x]"),
            &["iam:AddRoleToInstanceProfile", "iam:PassRole"],
        ),
        (
            "rotation",
            "kms_key.integration@eu-west-1",
            set("rotation"),
            &["kms:EnableKeyRotation"],
        ),
        (
            "the scheduled deletion is cancelled",
            "kms_key.integration@eu-west-1",
            set("state"),
            &["kms:CancelKeyDeletion", "kms:EnableKey"],
        ),
        (
            "the alias needs a permission on itself and one on the key",
            "kms_key.integration@eu-west-1",
            set("alias"),
            &["kms:CreateAlias"],
        ),
        (
            "key",
            "s3_bucket.logs@eu-west-1",
            set("encryption.key"),
            &["s3:PutEncryptionConfiguration"],
        ),
        (
            "the new set of tags replaces the old one",
            "s3_bucket.logs@eu-west-1",
            set("tags[team]"),
            &["s3:PutBucketTagging"],
        ),
        (
            "lifecycle",
            "s3_bucket.logs@eu-west-1",
            set("lifecycle"),
            &["s3:PutLifecycleConfiguration"],
        ),
        (
            "the role is passed each time",
            "firehose_stream.eventbridge@eu-west-1",
            set("prefix"),
            &["firehose:UpdateDestination", "iam:PassRole"],
        ),
        (
            "a tag alone",
            "firehose_stream.eventbridge@eu-west-1",
            set("tags[team]"),
            &["firehose:TagDeliveryStream"],
        ),
        (
            "schedule",
            "event_rule.stackstate@eu-west-1",
            gone("schedule"),
            &["events:PutRule"],
        ),
        (
            "target",
            "event_target.firehose@eu-west-1",
            set("input"),
            &["events:PutTargets", "iam:PassRole"],
        ),
        (
            "one of five versions may have to go",
            "iam_policy.AuditTrailRole",
            set("document"),
            &[
                "iam:CreatePolicyVersion",
                "iam:DeletePolicyVersion",
                "iam:ListPolicyVersions",
            ],
        ),
        (
            "a tag of a policy",
            "iam_policy.AuditTrailRole",
            set("tags[team]"),
            &["iam:TagPolicy"],
        ),
    ];
    let mut settings = both(&["eu-west-1"]);
    // Only an agent on EC2 has an instance profile.
    stackstate(&mut settings).trust = Trust::Ec2;
    let nodes = laid_out(&settings);
    for (reason, address, change, expected) in cases {
        let node = nodes.iter().find(|it| it.address().to_string() == address);
        let changes = [change];
        let wanted = node.unwrap().resource.wanted().unwrap();
        let needed = wanted.permissions_to_update(Some(&changes));
        let expected: BTreeSet<_> = expected.iter().copied().collect();
        assert_eq!(actions(&needed), expected, "{reason}");
        let takes_over = changes[0].attribute == ours;
        for condition in needed.iter().flat_map(|it| &it.conditions) {
            let in_request = condition.key.starts_with(REQUEST_TAG);
            assert!(!in_request || takes_over, "{reason}: {condition:?}");
        }
    }
}
