//! The table as a whole, the policy made of it, and what single steps need.

use std::collections::BTreeSet;

use super::*;
use crate::attributes::Value;
use crate::blueprint::{self, Remains};
use crate::fakes::deployment::{all_shipped, on_ec2, settings, site, unencrypted};
use crate::lint::{Document, Finding, Home, Severity, lint};
use crate::policy::{Effect, Kind};
use crate::resource::Identity;
use crate::settings::{AuditTrail, Profile};

/// Both systems, in these regions.
fn both(regions: &[&str]) -> Settings {
    let mut settings = settings(regions);
    settings.audit_trail = Some(AuditTrail {
        attach_to: vec![
            Identity::User("audit-trail".to_owned()),
            Identity::Group("auditors".to_owned()),
            Identity::Role("app".to_owned()),
        ],
        policy_name: "AuditTrailRole".to_owned(),
        description: String::new(),
        profile: Profile::Documented,
        permissions_boundary: None,
    });
    settings
}

fn nodes(settings: &Settings, wanted: bool) -> Vec<Node> {
    let (site, documents) = (site(settings), all_shipped());
    blueprint::nodes(settings, &documents, &site, &Remains::default(), wanted).unwrap()
}

fn all_of_apply(settings: &Settings) -> Vec<Permission> {
    apply(settings, &site(settings), &nodes(settings, true), true)
}

fn everything() -> Consent {
    Consent {
        detach_foreign: true,
        empty_bucket: true,
        ..Consent::default()
    }
}

fn actions(permissions: &[Permission]) -> BTreeSet<&'static str> {
    permissions.iter().map(|it| it.action).collect()
}

fn shown(permissions: &[Permission]) -> String {
    let policy = policy(permissions).unwrap();
    format!("{:#}", policy.document())
}

#[test]
fn the_policies_are_these() {
    let settings = both(&["eu-west-1", "us-east-1"]);
    let to_destroy = destroy(&settings, &nodes(&settings, false), everything());
    insta::assert_snapshot!("plan", shown(&plan(&settings, &nodes(&settings, true))));
    insta::assert_snapshot!("apply", shown(&all_of_apply(&settings)));
    insta::assert_snapshot!("destroy", shown(&to_destroy));
}

#[test]
fn reading_asks_for_no_tags_and_writes_nothing() {
    let settings = both(&["eu-west-1"]);
    for permission in plan(&settings, &nodes(&settings, true)) {
        let (_, name) = permission.action.split_once(':').unwrap();
        let reads = ["Get", "List", "Describe"];
        assert!(
            reads.iter().any(|verb| name.starts_with(verb)),
            "{permission:?}"
        );
        assert!(permission.conditions.is_empty(), "{permission:?}");
    }
}

#[test]
fn the_policies_pass_our_own_lint() {
    let mut bounded = both(&["eu-west-1", "us-east-1", "ap-southeast-2"]);
    let boundary = "arn:aws:iam::123456789012:policy/boundary";
    if let Some(system) = &mut bounded.stackstate {
        system.permissions_boundary = boundary.parse().ok();
    }
    let cases = [
        (both(&["eu-west-1", "us-east-1"]), "both systems"),
        (bounded, "bounded roles in three regions"),
        (on_ec2(&["eu-west-1"]), "an agent on an instance"),
        (unencrypted(&["eu-west-1"]), "no key"),
    ];
    let passes = |permissions: &[Permission], reason: &str| {
        for policy in documents(permissions).unwrap() {
            let document = Document::new(Kind::Managed, Home::default(), policy.document());
            let findings = lint(&document);
            let bad = findings
                .iter()
                .filter(|it| it.rule.severity > Severity::Suggestion);
            assert_eq!(bad.collect::<Vec<_>>(), Vec::<&Finding>::new(), "{reason}");
        }
    };
    for (settings, reason) in cases {
        passes(&plan(&settings, &nodes(&settings, true)), reason);
        passes(&all_of_apply(&settings), reason);
        let nodes = nodes(&settings, false);
        passes(&destroy(&settings, &nodes, everything()), reason);
        passes(&destroy(&settings, &nodes, Consent::default()), reason);
    }
}

/// What would let its holder do something to what is not ours.
#[test]
fn a_write_is_limited_by_a_name_of_ours_or_by_a_condition() {
    let settings = both(&["eu-west-1"]);
    let mut all = all_of_apply(&settings);
    all.extend(destroy(&settings, &nodes(&settings, false), everything()));
    for permission in all {
        let (_, name) = permission.action.split_once(':').unwrap();
        if ["Get", "List", "Describe", "Simulate"]
            .iter()
            .any(|verb| name.starts_with(verb))
        {
            continue;
        }
        let wild = |arn: &String| arn == "*" || arn.ends_with("/*");
        let objects = permission.purpose == "EmptyBucket";
        let others = permission.purpose == "LeaveOthersProfiles";
        let new_keys = permission.purpose == kms::COMPLETE;
        assert!(
            objects
                || others
                || new_keys
                || !permission.conditions.is_empty()
                || !permission.resources.iter().any(wild),
            "{permission:?}"
        );
    }
}

#[test]
fn what_the_settings_leave_out_is_not_allowed() {
    let cases: [(&str, Settings, &[&str], &[&str]); 4] = [
        (
            "without a key there is nothing to do with one but to look for it",
            unencrypted(&["eu-west-1"]),
            &["kms:ListKeys", "s3:CreateBucket"],
            &[
                "kms:CreateKey",
                "kms:ScheduleKeyDeletion",
                "iam:ListPolicies",
            ],
        ),
        (
            "an agent on an instance needs a profile",
            on_ec2(&["eu-west-1"]),
            &["iam:CreateInstanceProfile", "iam:AddRoleToInstanceProfile"],
            &["iam:DeleteInstanceProfile"],
        ),
        (
            "any other has none, and one that is left over goes",
            settings(&["eu-west-1"]),
            &["iam:DeleteInstanceProfile"],
            &[
                "iam:CreateInstanceProfile",
                "iam:PutRolePermissionsBoundary",
            ],
        ),
        (
            "an apply empties nothing and takes nothing from others",
            both(&["eu-west-1"]),
            &["iam:AttachUserPolicy", "iam:AttachGroupPolicy"],
            &[
                "s3:DeleteObject",
                "iam:DetachUserPolicy",
                "iam:DeletePolicy",
            ],
        ),
    ];
    for (reason, settings, needed, not_needed) in cases {
        let all = all_of_apply(&settings);
        let actions = actions(&all);
        for action in needed {
            assert!(actions.contains(action), "{reason}: {action}");
        }
        for action in not_needed {
            assert!(!actions.contains(action), "{reason}: {action}");
        }
    }
}

#[test]
fn only_what_destroy_is_told_to_do_is_allowed() {
    let settings = both(&["eu-west-1"]);
    let nodes = nodes(&settings, false);
    let plain = destroy(&settings, &nodes, Consent::default());
    let all = destroy(&settings, &nodes, everything());
    let (plain, all) = (actions(&plain), actions(&all));
    assert!(plain.is_subset(&all));
    let more: Vec<_> = all.difference(&plain).collect();
    assert_eq!(
        more,
        [&"s3:DeleteObject", &"s3:DeleteObjectVersion",],
        "a policy's and a role's detachment from others is by actions that are needed anyway"
    );
}

#[test]
fn a_boundary_in_the_settings_limits_the_roles_that_may_be_created() {
    let mut settings = settings(&["eu-west-1"]);
    let boundary = "arn:aws:iam::123456789012:policy/limit";
    settings.stackstate.as_mut().unwrap().permissions_boundary = Some(boundary.parse().unwrap());
    let all = all_of_apply(&settings);
    for action in ["iam:CreateRole", "iam:PutRolePermissionsBoundary"] {
        let only = Condition::arn("iam:PermissionsBoundary", boundary);
        let mut of_it = all.iter().filter(|it| it.action == action).peekable();
        assert!(of_it.peek().is_some(), "{action}");
        assert!(of_it.all(|it| it.conditions.contains(&only)), "{action}");
    }
    assert!(!actions(&all).contains("iam:DeleteRolePermissionsBoundary"));
}

fn change(attribute: &str, before: Option<&str>, after: Option<&str>) -> Change {
    Change {
        attribute: attribute.to_owned(),
        before: before.map(Value::from),
        after: after.map(Value::from),
    }
}

#[test]
fn an_update_needs_what_its_changes_need() {
    let set = |name| change(name, Some("a"), Some("b"));
    let gone = |name| change(name, Some("a"), None);
    let ours = "tags[provision:system]";
    let cases: [(&str, &str, Change, &[&str]); 22] = [
        (
            "kept session",
            "iam_role.integration",
            set("max_session_seconds"),
            &["iam:UpdateRole"],
        ),
        (
            "new trust",
            "iam_role.integration",
            set("trust_policy"),
            &["iam:UpdateAssumeRolePolicy"],
        ),
        (
            "ours",
            "iam_role.integration",
            set("inline_policy[STSIntegration]"),
            &["iam:PutRolePolicy"],
        ),
        (
            "added",
            "iam_role.integration",
            gone("inline_policy[x]"),
            &["iam:DeleteRolePolicy"],
        ),
        (
            "attached",
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
            "wrong role",
            "iam_instance_profile.integration",
            gone("role[x]"),
            &["iam:RemoveRoleFromInstanceProfile"],
        ),
        (
            "no role",
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
            "taken back",
            "kms_key.integration@eu-west-1",
            set("state"),
            &["kms:CancelKeyDeletion", "kms:EnableKey"],
        ),
        (
            "named on both sides",
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
            "tags replace tags",
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
    let settings = both(&["eu-west-1"]);
    let nodes = nodes(&settings, true);
    for (reason, address, change, expected) in cases {
        let node = nodes.iter().find(|it| it.address().to_string() == address);
        let changes = [change];
        let needed = node
            .unwrap()
            .resource
            .permissions(Task::Update(Some(&changes)));
        let expected: BTreeSet<_> = expected.iter().copied().collect();
        assert_eq!(actions(&needed), expected, "{reason}");
        let takes_over = changes[0].attribute == ours;
        for condition in needed.iter().flat_map(|it| &it.conditions) {
            let in_request = condition.key.starts_with(REQUEST_TAG);
            assert!(!in_request || takes_over, "{reason}: {condition:?}");
        }
    }
}

#[test]
fn however_many_regions_there_are_the_documents_fit_and_say_the_same() {
    let regions = [
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "eu-central-1",
        "eu-north-1",
        "eu-south-1",
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
        "ca-central-1",
        "sa-east-1",
        "ap-south-1",
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ap-southeast-1",
        "ap-southeast-2",
        "ap-east-1",
        "af-south-1",
        "me-south-1",
        "me-central-1",
    ];
    let cases = [
        (settings(&regions[..1]), 1),
        (both(&regions[..1]), 2),
        (both(&regions[..3]), 2),
        (both(&regions), 7),
    ];
    for (settings, documents_at_most) in cases {
        let count = settings.regions.len();
        let all = all_of_apply(&settings);
        let documents = documents(&all).unwrap();
        assert!(
            documents.len() <= documents_at_most,
            "{count}: {}",
            documents.len()
        );
        let mut granted = BTreeSet::new();
        for document in &documents {
            assert!(
                document.size() <= Kind::Managed.limit(),
                "{count}: {}",
                document.size()
            );
            let statements = document.statements();
            let sids: BTreeSet<_> = statements.iter().filter_map(|it| it.sid()).collect();
            assert!(
                documents.len() == 1 || sids.len() == statements.len(),
                "{sids:?}"
            );
            granted.extend(statements.iter().flat_map(|it| grants(it.document())));
        }
        let whole = policy(&all).unwrap();
        let statements = whole.statements().iter();
        let wanted: BTreeSet<_> = statements.flat_map(|it| grants(it.document())).collect();
        assert_eq!(granted, wanted, "{count}");
    }
}

/// Each action with each resource and the condition.
fn grants(statement: &serde_json::Value) -> Vec<(String, String, String)> {
    let list = |name: &str| -> Vec<String> {
        match &statement[name] {
            serde_json::Value::Array(items) => items.iter().map(ToString::to_string).collect(),
            single => vec![single.to_string()],
        }
    };
    let condition = statement["Condition"].to_string();
    let resources = list("Resource");
    list("Action")
        .iter()
        .flat_map(|action| {
            let each = resources.iter();
            each.map(|it| (action.clone(), it.clone(), condition.clone()))
        })
        .collect()
}

fn one(purpose: &'static str, action: &'static str, resource: &str) -> Permission {
    allow(purpose, &[resource], &[], &[action]).remove(0)
}

#[test]
fn merged_statements_allow_nothing_more() {
    let role = "arn:aws:iam::1:role/a";
    let other = "arn:aws:iam::1:role/b";
    let user = "arn:aws:iam::1:user/a";
    let cases: [(&str, [Permission; 2], usize); 6] = [
        (
            "the same resource",
            [
                one("P", "iam:GetRole", role),
                one("P", "iam:DeleteRole", role),
            ],
            1,
        ),
        (
            "the same action",
            [
                one("P", "iam:GetRole", role),
                one("P", "iam:GetRole", other),
            ],
            1,
        ),
        (
            "another kind",
            [one("P", "iam:GetRole", role), one("P", "iam:GetUser", user)],
            1,
        ),
        (
            "another of the kind",
            [
                one("P", "iam:GetRole", role),
                one("P", "iam:DeleteRole", other),
            ],
            2,
        ),
        (
            "everything",
            [one("P", "iam:GetRole", role), one("P", "kms:ListKeys", "*")],
            2,
        ),
        (
            "another purpose",
            [one("P", "iam:GetRole", role), one("Q", "iam:GetRole", role)],
            2,
        ),
    ];
    for (reason, permissions, count) in cases {
        let policy = policy(&permissions).unwrap();
        assert_eq!(policy.statements().len(), count, "{reason}");
        let sids: BTreeSet<_> = policy.statements().iter().map(|it| it.sid()).collect();
        assert_eq!(sids.len(), count, "{reason}: a Sid stands once");
        assert!(
            policy
                .statements()
                .iter()
                .all(|it| it.effect() == Effect::Allow)
        );
    }
}
