//! Audit Trail's policy allows what the application needs; hardened, no role beyond its boundary.

use serde_json::Value as Json;

use crate::deployment::{ACCOUNT, BOUNDARY};
use crate::documents::of_profile;
use crate::requests::{Case, Request, check, request};

const APPLICATION: &str = "arn:aws:iam::123456789012:user/audit-trail";
const OWN_ROLE: &str = "arn:aws:iam::123456789012:role/AuditTrailRole-collector";
const OTHER_ROLE: &str = "arn:aws:iam::123456789012:role/Collector";
const UNDER: &str = "iam:PermissionsBoundary";

fn asks(why: &str, action: &str, resource: &str) -> Request {
    request(why, APPLICATION, action, resource).by("permissions")
}

#[test]
fn roles_are_changed_only_with_the_names_and_the_boundary() {
    let wider = format!("arn:aws:iam::{ACCOUNT}:policy/wider");
    let mut cases = Vec::new();
    let under_the_boundary = [
        "iam:CreateRole",
        "iam:AttachRolePolicy",
        "iam:PutRolePolicy",
        "iam:UpdateAssumeRolePolicy",
    ];
    for action in under_the_boundary {
        let own = |why| asks(why, action, OWN_ROLE);
        cases.extend([
            own("under the boundary").with(UNDER, BOUNDARY).allowed(),
            own("without a boundary").refused_if_hardened(),
            own("under a wider boundary")
                .with(UNDER, &wider)
                .refused_if_hardened(),
            asks("any other role", action, OTHER_ROLE)
                .with(UNDER, BOUNDARY)
                .refused_if_hardened(),
        ]);
    }
    let by_name = [
        "iam:DeleteRole",
        "iam:DetachRolePolicy",
        "iam:DeleteRolePolicy",
        "iam:TagRole",
        "iam:UntagRole",
    ];
    for action in by_name {
        cases.push(asks("a role of the application", action, OWN_ROLE).allowed());
        cases.push(asks("any other role", action, OTHER_ROLE).refused_if_hardened());
    }
    for role in [OWN_ROLE, OTHER_ROLE] {
        cases.push(asks("reading one role", "iam:GetRole", role).allowed());
    }
    cases.push(asks("listing all roles", "iam:ListRoles", "*").allowed());
    check(&cases);
}

#[test]
fn the_boundary_is_added_and_never_removed() {
    let put = |why| asks(why, "iam:PutRolePermissionsBoundary", OWN_ROLE);
    let wider = format!("arn:aws:iam::{ACCOUNT}:policy/wider");
    let version = "iam:CreatePolicyVersion";
    check(&[
        put("the boundary of the settings")
            .with(UNDER, BOUNDARY)
            .allowed_if_hardened(),
        put("another, wider boundary").with(UNDER, &wider).refused(),
        asks(
            "removing the boundary",
            "iam:DeleteRolePermissionsBoundary",
            OWN_ROLE,
        )
        .with(UNDER, BOUNDARY)
        .refused(),
        asks("a wider version of the boundary itself", version, BOUNDARY).refused(),
    ]);
}

#[test]
fn only_the_applications_own_roles_are_passed_and_only_to_three_services() {
    let pass = |why: &str, role: &str, service: &str| {
        asks(why, "iam:PassRole", role).with("iam:PassedToService", service)
    };
    let mut cases: Vec<Case> = ["lambda", "scheduler", "events"]
        .map(|service| {
            pass(
                "a role of the application",
                OWN_ROLE,
                &format!("{service}.amazonaws.com"),
            )
        })
        .map(Request::allowed)
        .into();
    cases.push(pass("another service", OWN_ROLE, "ec2.amazonaws.com").refused());
    cases.push(pass("any other role", OTHER_ROLE, "lambda.amazonaws.com").refused());
    check(&cases);
}

#[test]
fn one_request_of_every_other_kind_is_allowed() {
    let cases = [
        ("iam:SimulatePrincipalPolicy", APPLICATION),
        ("sts:GetCallerIdentity", "*"),
        (
            "cloudformation:CreateStack",
            "arn:aws:cloudformation:eu-west-1:123456789012:stack/a/b",
        ),
        (
            "lambda:CreateFunction",
            "arn:aws:lambda:eu-west-1:123456789012:function:a",
        ),
        ("s3:PutObject", "arn:aws:s3:::bucket/object"),
        ("sqs:SendMessage", "arn:aws:sqs:eu-west-1:123456789012:a"),
        (
            "rds:CreateDBCluster",
            "arn:aws:rds:eu-west-1:123456789012:cluster:a",
        ),
        (
            "secretsmanager:GetSecretValue",
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-1",
        ),
        (
            "ec2:CreateSubnet",
            "arn:aws:ec2:eu-west-1:123456789012:subnet/a",
        ),
        (
            "dynamodb:CreateTable",
            "arn:aws:dynamodb:eu-west-1:123456789012:table/a",
        ),
        ("apigateway:POST", "arn:aws:apigateway:eu-west-1::/restapis"),
        (
            "logs:CreateLogGroup",
            "arn:aws:logs:eu-west-1:123456789012:log-group:a",
        ),
        (
            "scheduler:CreateSchedule",
            "arn:aws:scheduler:eu-west-1:123456789012:schedule/a/b",
        ),
        ("sns:CreateTopic", "arn:aws:sns:eu-west-1:123456789012:a"),
        (
            "cloudwatch:PutMetricAlarm",
            "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a",
        ),
    ];
    check(&cases.map(|(action, resource)| asks("as documented", action, resource).allowed()));
    // The requests above are samples. The documents themselves show that nothing else differs.
    let others = |profile| {
        let statements = of_profile(profile).get("permissions")["Statement"].take();
        let statements = statements.as_array().expect("a list").clone().into_iter();
        let about_roles = |it: &Json| it["Sid"].as_str().is_some_and(|it| it.starts_with("IAM"));
        statements.filter(|it| !about_roles(it)).collect::<Vec<_>>()
    };
    assert_eq!(others("documented").len(), 14);
    assert_eq!(others("documented"), others("hardened"));
}
