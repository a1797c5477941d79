//! The policy that `provision permissions apply` prints: what its holder may do with roles.

use std::path::Path;

use provision::checks::permissions;
use provision::engine::observed::Consent;
use provision::settings::{GeneralFlags, Need, StackStateFlags, load};
use provision::systems::{Goal, Site, lay_out, named};
use serde_json::{Value as Json, json};

use crate::deployment::{ACCOUNT, BOUNDARY, MAIN};
use crate::tool::evaluate;

const ROLE: &str = "arn:aws:iam::123456789012:role/StackStateAwsIntegrationRole";
const APP: &str = "arn:aws:iam::123456789012:role/app";
const AUDIT_TRAIL: &str = "arn:aws:iam::123456789012:policy/AuditTrailRole";
const ADMINISTRATOR: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

/// The documents that are printed for both systems, with this line in `[stackstate]`.
fn printed(line: &str) -> Vec<Json> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = format!(
        "regions = [{MAIN:?}]\n[stackstate]\ntrust = \"ec2\"\n{line}\n\
         [audit_trail]\nattach_to = [\"role/app\"]\n"
    );
    std::fs::write(folder.path().join("provision.toml"), text).expect("a settings file");
    let (general, flags) = (GeneralFlags::default(), StackStateFlags::default());
    let draft = load(
        &general,
        &flags,
        Need::Names,
        Path::new(folder.path()),
        &|_| None,
    );
    let settings = draft.and_then(|it| it.complete(None)).expect("settings");
    let systems = named(&settings, Goal::Present).expect("documents");
    let site = Site {
        partition: settings.partition().expect("a partition"),
        account: ACCOUNT.parse().expect("an account"),
        regions: settings.regions.clone(),
    };
    let nodes = lay_out(&systems, &site).expect("a layout").nodes;
    let needed = permissions::apply(&systems, &site, &nodes, Consent::default(), true);
    let documents = permissions::documents(&needed).expect("documents that fit");
    documents.iter().map(|it| it.document().clone()).collect()
}

/// A request, and whether it is allowed.
type Case<'a> = (&'a str, &'a str, &'a str, Vec<(&'a str, &'a str)>, bool);

fn check(policies: &[Json], cases: Vec<Case<'_>>) {
    let asked = cases.iter().map(|(_, action, resource, context, _)| {
        let context: serde_json::Map<String, Json> = context
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).into()))
            .collect();
        json!({
            "principal": format!("arn:aws:iam::{ACCOUNT}:user/deployer"),
            "action": action,
            "resource": resource,
            "account": ACCOUNT,
            "context": context,
            "identity": policies,
            "resourcePolicy": null,
        })
    });
    let verdicts = evaluate(asked.collect());
    assert_eq!(verdicts.len(), cases.len());
    for ((why, action, _, context, allowed), verdict) in cases.iter().zip(&verdicts) {
        let result = if *allowed { "Allowed" } else { "Denied" };
        let found = verdict["result"].as_str().unwrap_or("an error");
        let right = found.ends_with(result) && verdict["ignored"] == json!([]);
        assert!(
            right,
            "{why}: {action} {context:?} should be {result}: {verdict}"
        );
    }
}

const OURS: [(&str, &str); 2] = [
    ("aws:ResourceTag/provision:system", "stackstate"),
    ("aws:ResourceTag/provision:deployment", "default"),
];
const TAGGED: [(&str, &str); 2] = [
    ("aws:RequestTag/provision:system", "stackstate"),
    ("aws:RequestTag/provision:deployment", "default"),
];
/// The actions that change what a role may do and who may assume it.
const CHANGES: [&str; 6] = [
    "iam:PutRolePolicy",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole",
    "iam:PutRolePermissionsBoundary",
];

fn with<'a>(tags: &[(&'a str, &'a str)], boundary: Option<&'a str>) -> Vec<(&'a str, &'a str)> {
    let boundary = boundary.map(|arn| ("iam:PermissionsBoundary", arn));
    tags.iter().copied().chain(boundary).collect()
}

#[test]
fn no_role_without_the_boundary_is_created_or_changed() {
    let policies = printed(&format!("permissions_boundary = {BOUNDARY:?}"));
    let mut cases = Vec::new();
    for (why, boundary, allowed) in [
        ("with the boundary", Some(BOUNDARY), true),
        ("without a boundary", None, false),
        (
            "with an administrator's boundary",
            Some(ADMINISTRATOR),
            false,
        ),
    ] {
        cases.push((
            why,
            "iam:CreateRole",
            ROLE,
            with(&TAGGED, boundary),
            allowed,
        ));
        for action in CHANGES {
            cases.push((why, action, ROLE, with(&OURS, boundary), allowed));
        }
        for action in ["iam:AttachRolePolicy", "iam:DeleteRolePermissionsBoundary"] {
            let mut context = with(&OURS, boundary);
            if action == "iam:AttachRolePolicy" {
                context.push(("iam:PolicyARN", ADMINISTRATOR));
            }
            cases.push((why, action, ROLE, context, false));
        }
    }
    let untagged = with(&[], Some(BOUNDARY));
    cases.push((
        "a role of others",
        "iam:PutRolePolicy",
        ROLE,
        untagged,
        false,
    ));
    for action in [
        "iam:CreatePolicyVersion",
        "iam:SetDefaultPolicyVersion",
        "iam:DeletePolicy",
    ] {
        cases.push((
            "the boundary itself",
            action,
            BOUNDARY,
            OURS.to_vec(),
            false,
        ));
    }
    check(&policies, cases);
}

#[test]
fn without_a_boundary_in_the_settings_no_role_of_ours_needs_one() {
    let mut cases = vec![("", "iam:CreateRole", ROLE, TAGGED.to_vec(), true)];
    for action in &CHANGES[..5] {
        cases.push(("", action, ROLE, OURS.to_vec(), true));
    }
    let removed = "iam:DeleteRolePermissionsBoundary";
    cases.push((
        "only with a flag",
        removed,
        ROLE,
        with(&OURS, Some(BOUNDARY)),
        false,
    ));
    check(&printed(""), cases);
}

#[test]
fn the_audit_trail_part_gives_any_permission_to_those_in_attach_to_and_to_no_others() {
    let policies = printed(&format!("permissions_boundary = {BOUNDARY:?}"));
    let of_audit_trail = vec![
        ("aws:ResourceTag/provision:system", "audit-trail"),
        ("aws:ResourceTag/provision:deployment", "AuditTrailRole"),
    ];
    let attach = |arn| vec![("iam:PolicyARN", arn)];
    let attaches = "iam:AttachRolePolicy";
    let cases = vec![
        (
            "any document",
            "iam:CreatePolicyVersion",
            AUDIT_TRAIL,
            of_audit_trail,
            true,
        ),
        (
            "to the role in attach_to",
            attaches,
            APP,
            attach(AUDIT_TRAIL),
            true,
        ),
        (
            "another policy",
            attaches,
            APP,
            attach(ADMINISTRATOR),
            false,
        ),
        (
            "to another role",
            attaches,
            ROLE,
            attach(AUDIT_TRAIL),
            false,
        ),
    ];
    check(&policies, cases);
}
