//! Tests of the permissions of each command, and of the policy that is made from them.

mod merging;
mod updates;

use std::collections::BTreeSet;

use super::*;
use crate::engine::attributes::Change;
use crate::engine::permission::{Condition, REQUEST_TAG};
use crate::fakes::deployment::{
    laid_out, on_ec2, settings, site, stackstate, to_be_removed, unencrypted,
};
use crate::kinds::kms::permissions as kms;
use crate::names::IamIdentity;
use crate::settings::{AuditTrail, Profile, Settings};
use crate::systems::{Goal, named};
use iam_policy::lint::{Document, Finding, Home, Severity, lint};
use iam_policy::{Effect, Kind};

/// Both systems, in these regions.
fn both(regions: &[&str]) -> Settings {
    let mut settings = settings(regions);
    settings.audit_trail = Some(AuditTrail {
        attach_to: vec![
            IamIdentity::User("audit-trail".to_owned()),
            IamIdentity::Group("auditors".to_owned()),
            IamIdentity::Role("app".to_owned()),
        ],
        policy_name: "AuditTrailRole".to_owned(),
        description: String::new(),
        profile: Profile::Documented,
        permissions_boundary: None,
    });
    settings
}

/// The same, with a permissions boundary for the roles of StackState.
fn bounded(regions: &[&str]) -> Settings {
    let mut settings = both(regions);
    let boundary = "arn:aws:iam::123456789012:policy/boundary";
    stackstate(&mut settings).permissions_boundary = boundary.parse().ok();
    settings
}

fn all_of_plan(settings: &Settings) -> Vec<Permission> {
    let systems = named(settings, Goal::Present).unwrap();
    plan(&systems, &laid_out(settings))
}

fn all_of_apply(settings: &Settings) -> Vec<Permission> {
    let systems = named(settings, Goal::Present).unwrap();
    let (site, nodes) = (site(settings), laid_out(settings));
    apply(&systems, &site, &nodes, Consent::default(), true)
}

fn all_of_destroy(settings: &Settings, consent: Consent) -> Vec<Permission> {
    let systems = named(settings, Goal::Absent).unwrap();
    destroy(&systems, &to_be_removed(settings), consent)
}

fn everything() -> Consent {
    Consent {
        detach_foreign: true,
        delete_content: true,
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
fn the_policies_of_the_commands_are_pinned() {
    let settings = both(&["eu-west-1", "us-east-1"]);
    let to_destroy = all_of_destroy(&settings, everything());
    insta::assert_snapshot!("plan", shown(&all_of_plan(&settings)));
    insta::assert_snapshot!("apply", shown(&all_of_apply(&settings)));
    insta::assert_snapshot!("destroy", shown(&to_destroy));
}

#[test]
fn the_permissions_of_plan_have_no_conditions_and_write_nothing() {
    let settings = both(&["eu-west-1"]);
    for permission in all_of_plan(&settings) {
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
    let cases = [
        (both(&["eu-west-1", "us-east-1"]), "both systems"),
        (
            bounded(&["eu-west-1", "us-east-1", "ap-southeast-2"]),
            "bounded roles in three regions",
        ),
        (on_ec2(&["eu-west-1"]), "an agent on an instance"),
        (unencrypted(&["eu-west-1"]), "no key"),
    ];
    let passes = |permissions: &[Permission], reason: &str| {
        for policy in documents(permissions).unwrap() {
            let document = Document::new(Kind::Managed, Home::default(), policy.document());
            let findings = lint(&document);
            // Whoever writes a bucket's policy can also write there that it may read the objects.
            let bad = findings.iter().filter(|it| {
                it.rule.severity > Severity::Suggestion && it.rule.code != "self-grant"
            });
            assert_eq!(bad.collect::<Vec<_>>(), Vec::<&Finding>::new(), "{reason}");
        }
    };
    for (settings, reason) in cases {
        passes(&all_of_plan(&settings), reason);
        passes(&all_of_apply(&settings), reason);
        passes(&all_of_destroy(&settings, everything()), reason);
        passes(&all_of_destroy(&settings, Consent::default()), reason);
    }
}

/// Each permission to write must be limited to our resources.
#[test]
fn a_write_is_limited_by_a_name_of_ours_or_by_a_condition() {
    let settings = both(&["eu-west-1"]);
    let mut all = all_of_apply(&settings);
    all.extend(all_of_destroy(&settings, everything()));
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
fn the_policy_allows_nothing_for_resources_that_the_settings_leave_out() {
    let cases: [(&str, Settings, &[&str], &[&str]); 4] = [
        (
            "without encryption the key is only searched for",
            unencrypted(&["eu-west-1"]),
            &["kms:ListKeys", "s3:CreateBucket"],
            &[
                "kms:CreateKey",
                "kms:ScheduleKeyDeletion",
                "iam:CreatePolicy",
            ],
        ),
        (
            "an agent on an instance needs a profile",
            on_ec2(&["eu-west-1"]),
            &["iam:CreateInstanceProfile", "iam:AddRoleToInstanceProfile"],
            &["iam:DeleteInstanceProfile"],
        ),
        (
            "other agents need no profile, and one that is left behind is deleted",
            settings(&["eu-west-1"]),
            &["iam:DeleteInstanceProfile"],
            &[
                "iam:CreateInstanceProfile",
                "iam:PutRolePermissionsBoundary",
            ],
        ),
        (
            "apply empties no bucket and detaches no policy from others",
            both(&["eu-west-1"]),
            &["iam:AttachUserPolicy", "iam:AttachGroupPolicy"],
            &[
                "s3:DeleteObject",
                "iam:DetachUserPolicy",
                "iam:DeletePolicy",
            ],
        ),
    ];
    let mut of_others = all_of_apply(&bounded(&["eu-west-1"]));
    of_others.extend(all_of_apply(&on_ec2(&["eu-west-1"])));
    of_others.extend(all_of_destroy(&both(&["eu-west-1"]), everything()));
    let of_others = actions(&of_others);
    for (reason, settings, needed, not_needed) in cases {
        let all = all_of_apply(&settings);
        let actions = actions(&all);
        for action in needed {
            assert!(actions.contains(action), "{reason}: {action}");
        }
        for action in not_needed {
            assert!(!actions.contains(action), "{reason}: {action}");
            assert!(of_others.contains(action), "nothing ever needs {action}");
        }
    }
}

#[test]
fn destroy_is_allowed_only_the_deletions_of_its_options() {
    let settings = both(&["eu-west-1"]);
    let plain = all_of_destroy(&settings, Consent::default());
    let all = all_of_destroy(&settings, everything());
    let (plain, all) = (actions(&plain), actions(&all));
    assert!(plain.is_subset(&all));
    let more: Vec<_> = all.difference(&plain).collect();
    assert_eq!(
        more,
        [&"s3:DeleteObject", &"s3:DeleteObjectVersion",],
        "the detachment from others needs no other actions"
    );
}

#[test]
fn a_boundary_in_the_settings_limits_the_roles_that_may_be_created_or_changed() {
    let mut settings = settings(&["eu-west-1"]);
    let boundary = "arn:aws:iam::123456789012:policy/limit";
    settings.stackstate.as_mut().unwrap().permissions_boundary = Some(boundary.parse().unwrap());
    let all = all_of_apply(&settings);
    for action in [
        "iam:CreateRole",
        "iam:DeleteRolePolicy",
        "iam:DetachRolePolicy",
        "iam:PutRolePermissionsBoundary",
        "iam:PutRolePolicy",
        "iam:UpdateAssumeRolePolicy",
        "iam:UpdateRole",
    ] {
        let only = Condition::arn("iam:PermissionsBoundary", boundary);
        let mut of_it = all.iter().filter(|it| it.action == action).peekable();
        assert!(of_it.peek().is_some(), "{action}");
        assert!(of_it.all(|it| it.conditions.contains(&only)), "{action}");
    }
    assert!(!actions(&all).contains("iam:DeleteRolePermissionsBoundary"));
}

/// Outside of the partition `aws`, S3 was seen to refuse a bucket with tags (issues 45566 and 45684 of
/// hashicorp/terraform-provider-aws). The program then creates the bucket without tags and tags it.
#[test]
fn the_creation_of_a_bucket_needs_its_tags_in_the_request_only_where_s3_takes_them() {
    let cases = [
        ("eu-west-1", true),
        ("us-gov-west-1", false),
        ("eusc-de-east-1", false),
        ("cn-north-1", false),
    ];
    for (region, with_tags) in cases {
        let nodes = laid_out(&settings(&[region]));
        let mut nodes = nodes.iter();
        let bucket = nodes.find(|it| it.address().kind == "s3_bucket").unwrap();
        // Preflight simulates the same permissions.
        let all = bucket.resource.wanted().unwrap().permissions_to_create();
        let create = all
            .iter()
            .find(|it| it.action == "s3:CreateBucket")
            .unwrap();
        let mut keys = create.conditions.iter().map(|it| &it.key);
        let demands = keys.any(|key| key.starts_with(REQUEST_TAG));
        assert_eq!(demands, with_tags, "{region}");
        assert_eq!(
            actions(&all).contains("s3:PutBucketTagging"),
            !with_tags,
            "{region}"
        );
        assert!(actions(&all).contains("s3:TagResource"), "{region}");
    }
}
