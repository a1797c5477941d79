//! The ways in which Audit Trail's policy leads to more permissions, and the denials that end them.
//!
//! The denials stand in `docs/audit-trail.md`. The ways are open in both profiles, so that the
//! documents promise nothing that the profile does not do.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use crate::deployment::ACCOUNT;
use crate::documents::{PROFILES, of_profile};
use crate::requests::{Request, check, request};

const PAGE: &str = include_str!("../../docs/audit-trail.md");
const APPLICATION: &str = "arn:aws:iam::123456789012:user/audit-trail";
const OWN_ROLE: &str = "arn:aws:sts::123456789012:assumed-role/AuditTrailRole-collector/x";

/// An action with a resource of others and one of the application's own.
struct Way {
    action: &'static str,
    theirs: &'static str,
    own: &'static str,
}

/// Resources of others, each with one of the application's own and the denied actions on both.
const WAYS: [(&str, &str, &[&str]); 8] = [
    (
        "arn:aws:cloudformation:eu-west-1:123456789012:stack/landing-zone/a1b2",
        "arn:aws:cloudformation:eu-west-1:123456789012:stack/AuditTrail/a1b2",
        &[
            "cloudformation:ContinueUpdateRollback",
            "cloudformation:CreateChangeSet",
            "cloudformation:DeleteChangeSet",
            "cloudformation:DeleteStack",
            "cloudformation:ExecuteChangeSet",
            "cloudformation:UpdateStack",
        ],
    ),
    (
        "arn:aws:lambda:eu-west-1:123456789012:function:deployer",
        "arn:aws:lambda:eu-west-1:123456789012:function:AuditTrail-collector",
        &[
            "lambda:AddPermission",
            "lambda:CreateEventSourceMapping",
            "lambda:DeleteEventSourceMapping",
            "lambda:DeleteFunction",
            "lambda:GetFunction",
            "lambda:GetFunctionConfiguration",
            "lambda:PublishVersion",
            "lambda:RemovePermission",
            "lambda:UpdateFunctionCode",
            "lambda:UpdateFunctionConfiguration",
        ],
    ),
    (
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:root-key-AbCdEf",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:AuditTrail-db-AbCdEf",
        &[
            "secretsmanager:DeleteSecret",
            "secretsmanager:GetSecretValue",
            "secretsmanager:PutSecretValue",
            "secretsmanager:UpdateSecret",
        ],
    ),
    (
        "arn:aws:s3:::terraform-state",
        "arn:aws:s3:::audit-trail-data",
        &[
            "s3:DeleteBucket",
            "s3:ListBucket",
            "s3:ListBucketVersions",
            "s3:PutBucketPolicy",
            "s3:PutBucketPublicAccessBlock",
            "s3:PutLifecycleConfiguration",
        ],
    ),
    (
        "arn:aws:s3:::terraform-state/all.tfstate",
        "arn:aws:s3:::audit-trail-data/all.json",
        &[
            "s3:DeleteObject",
            "s3:DeleteObjectVersion",
            "s3:GetObject",
            "s3:PutObject",
        ],
    ),
    (
        "arn:aws:sqs:eu-west-1:123456789012:deployments",
        "arn:aws:sqs:eu-west-1:123456789012:AuditTrail-events",
        &[
            "sqs:DeleteQueue",
            "sqs:SendMessage",
            "sqs:SetQueueAttributes",
        ],
    ),
    (
        "arn:aws:apigateway:eu-west-1::/restapis/zyxwvu9876",
        "arn:aws:apigateway:eu-west-1::/restapis/a1b2c3d4e5",
        &["apigateway:DELETE", "apigateway:PATCH", "apigateway:PUT"],
    ),
    (
        "arn:aws:apigateway:eu-west-1::/restapis/zyxwvu9876/resources",
        "arn:aws:apigateway:eu-west-1::/restapis",
        &["apigateway:POST"],
    ),
];

fn ways() -> impl Iterator<Item = Way> {
    WAYS.iter().flat_map(|(theirs, own, actions)| {
        actions.iter().map(|action| Way {
            action,
            theirs,
            own,
        })
    })
}

/// A request for `action` on `resource`, as the service makes it.
fn asks(why: &str, principal: &str, action: &str, resource: &str) -> Request {
    let mapping = "arn:aws:lambda:eu-west-1:123456789012:event-source-mapping:a1b2";
    match action {
        // AWS decides on creating a mapping without a resource, and names the function beside it.
        "lambda:CreateEventSourceMapping" => {
            request(why, principal, action, "*").with("lambda:FunctionArn", resource)
        }
        "lambda:DeleteEventSourceMapping" => {
            request(why, principal, action, mapping).with("lambda:FunctionArn", resource)
        }
        _ if action.starts_with("s3:") => {
            request(why, principal, action, resource).with("s3:ResourceAccount", ACCOUNT)
        }
        _ => request(why, principal, action, resource),
    }
}

/// The policy that the page advises.
fn denials() -> Json {
    let (_, after) = PAGE
        .split_once("<!-- denials:")
        .expect("the mark of the denials");
    let (_, after) = after.split_once("```json\n").expect("a JSON block");
    let (text, _) = after.split_once("```").expect("the end of the block");
    serde_json::from_str(text).expect("JSON")
}

fn statements(policy: &Json) -> &Vec<Json> {
    policy["Statement"].as_array().expect("statements")
}

#[test]
fn each_way_is_open_in_both_profiles_and_ends_with_the_denials() {
    let mut cases = Vec::new();
    for Way {
        action,
        theirs,
        own,
    } in ways()
    {
        let of_application =
            |why, resource| asks(why, APPLICATION, action, resource).by("permissions");
        cases.push(of_application("nothing denies it", theirs).allowed());
        cases.push(
            of_application("of others", theirs)
                .by_theirs(denials())
                .refused(),
        );
        cases.push(
            of_application("of the application", own)
                .by_theirs(denials())
                .allowed(),
        );
    }
    let vendors = request(
        "code in a bucket of the vendor's account",
        APPLICATION,
        "s3:GetObject",
        "arn:aws:s3:::vendor-code/function.zip",
    );
    let vendors = vendors.by("permissions").by_theirs(denials());
    cases.push(vendors.with("s3:ResourceAccount", "210987654321").allowed());
    check(&cases);
}

#[test]
fn the_same_statements_in_a_boundary_end_the_ways_for_the_applications_roles() {
    let mut boundary = denials();
    let everything = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    boundary["Statement"]
        .as_array_mut()
        .expect("statements")
        .push(everything);
    let mut cases = Vec::new();
    for Way {
        action,
        theirs,
        own,
    } in ways()
    {
        let of_role = |why, resource| {
            let request = asks(why, OWN_ROLE, action, resource).by_administrator();
            request.under(boundary.clone())
        };
        cases.push(of_role("of others", theirs).refused());
        cases.push(of_role("of the application", own).allowed());
    }
    let commands = request(
        "why the page calls a boundary that allows the rest not enough",
        OWN_ROLE,
        "ssm:SendCommand",
        "arn:aws:ec2:eu-west-1:123456789012:instance/i-1",
    );
    cases.push(commands.by_administrator().under(boundary).allowed());
    check(&cases);
}

#[test]
fn an_older_role_without_a_boundary_can_still_be_passed() {
    let role = "arn:aws:iam::123456789012:role/AuditTrailRole-from-before";
    let pass = request(
        "AWS asks for no boundary",
        APPLICATION,
        "iam:PassRole",
        role,
    );
    let pass = pass.by("permissions").by_theirs(denials());
    check(&[pass
        .with("iam:PassedToService", "lambda.amazonaws.com")
        .allowed()]);
}

#[test]
fn the_page_denies_what_is_tried_and_nothing_that_the_profiles_do_not_allow() {
    let actions = |policy: &Json| -> BTreeSet<String> {
        let listed = statements(policy)
            .iter()
            .flat_map(|it| match &it["Action"] {
                Json::Array(actions) => actions.clone(),
                action => vec![action.clone()],
            });
        listed
            .map(|it| it.as_str().expect("an action").to_owned())
            .collect()
    };
    let denied = actions(&denials());
    let tried = ways().map(|it| it.action.to_owned());
    assert_eq!(denied, tried.collect());
    for profile in PROFILES {
        let allowed = actions(&of_profile(profile).get("permissions"));
        let never_allowed: Vec<_> = denied.difference(&allowed).collect();
        assert!(never_allowed.is_empty(), "{profile}: {never_allowed:?}");
    }
    for statement in statements(&denials()) {
        let name = statement["Sid"].as_str().expect("a name");
        assert!(
            PAGE.contains(&format!("| `{name}` |")),
            "the table names {name}"
        );
    }
    let size = denials().to_string().len();
    assert!(size <= 6144, "a managed policy holds no {size} characters");
}
