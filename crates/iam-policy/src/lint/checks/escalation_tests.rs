//! Which policies give an identity more permissions, and which only seem to.

use serde_json::{Value, json};

use super::find;
use crate::lint::checks::trial::check;

fn allow(sid: &str, actions: Value, resources: Value) -> Value {
    json!({"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources})
}

fn under(condition: Value, mut statement: Value) -> Value {
    statement["Condition"] = condition;
    statement
}

#[test]
#[rustfmt::skip]
fn actions_that_give_more_permissions_by_themselves() {
    let attach = "escalation-by-policy Statement.Action: iam:AttachRolePolicy (A) attaches any policy to a role that the identity can use";
    let on = |action: &str, resource: &str| allow("A", json!(action), json!(resource));
    let boundary = |operator: &str| json!({operator: {"iam:PermissionsBoundary": "arn:aws:iam::1:policy/b"}});
    let policies = |arn: &str| json!({"ArnEquals": {"iam:PolicyARN": arn}});
    check(find, [
        ("on everything", on("iam:AttachRolePolicy", "*"), &[attach] as &[&str]),
        ("on all roles", on("iam:AttachRolePolicy", "arn:aws:iam::123456789012:role/*"), &[attach]),
        ("by a wildcard", on("iam:Attach*Role*", "*"), &[attach]),
        ("by all that is not named", json!({"Sid": "A", "Effect": "Allow", "NotAction": ["iam:*User*", "iam:*Group*", "iam:*Polic*Version", "iam:P*", "iam:*Profile", "iam:*Assume*", "sts:*", "lambda:*", "glue:*", "sagemaker:*", "ssm:*", "iam:Create*", "iam:*Boundary", "iam:Update*", "iam:Reset*", "iam:Upload*", "a*:*", "b*:*", "c*:*", "d*:*", "e*:*", "glue:*", "i*store:*", "k*:*", "l*:*", "o*:*", "r*:*", "s*:*"], "Resource": "*"}),
            &["escalation-by-policy Statement.NotAction: iam:AttachRolePolicy (A) attaches any policy to a role that the identity can use"]),
        ("on one role, which may be harmless", on("iam:AttachRolePolicy", "arn:aws:iam::123456789012:role/r"), &[]),
        ("on roles of a prefix", on("iam:AttachRolePolicy", "arn:aws:iam::*:role/app-*"), &[]),
        ("on users only", on("iam:AttachRolePolicy", "arn:aws:iam::*:user/*"), &[]),
        ("a boundary is required", under(boundary("StringEquals"), on("iam:AttachRolePolicy", "*")), &[]),
        ("a boundary is required only where there is one", under(boundary("StringEqualsIfExists"), on("iam:AttachRolePolicy", "*")), &[attach]),
        ("one harmless policy only", under(policies("arn:aws:iam::aws:policy/ReadOnlyAccess"), on("iam:AttachRolePolicy", "*")), &[]),
        ("all policies of AWS", under(policies("arn:aws:iam::aws:policy/*"), on("iam:AttachRolePolicy", "*")), &[attach]),
        ("only on what has a tag of that name", under(json!({"Null": {"aws:ResourceTag/a": "false"}}), on("iam:AttachRolePolicy", "*")), &[]),
        ("on what has no such tag", under(json!({"Null": {"aws:ResourceTag/a": "true"}}), on("iam:AttachRolePolicy", "*")), &[attach]),
        ("through CloudFormation, which calls whatever a template says", under(json!({"ForAnyValue:StringEquals": {"aws:CalledVia": "cloudformation.amazonaws.com"}}), on("iam:AttachRolePolicy", "*")), &[attach]),
        ("through a service that makes its own calls", under(json!({"ForAnyValue:StringEquals": {"aws:CalledVia": "backup.amazonaws.com"}}), on("iam:AttachRolePolicy", "*")), &[]),
        ("under a condition that no request for it meets", under(json!({"StringEquals": {"aws:RequestTag/a": "b"}}), on("iam:AttachRolePolicy", "*")), &[]),
        ("on all but roles", json!({"Effect": "Allow", "Action": "iam:AttachRolePolicy", "NotResource": "arn:aws:iam::*:role/*"}), &[]),
        ("only with a tag", under(json!({"StringEquals": {"aws:ResourceTag/a": "b"}}), on("iam:AttachRolePolicy", "*")), &[]),
        ("with a second factor it is the same", under(json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}}), on("iam:AttachRolePolicy", "*")), &[attach]),
        ("denied", json!([on("iam:AttachRolePolicy", "*"), {"Effect": "Deny", "Action": "iam:Attach*", "Resource": "*"}]), &[]),
        ("denied for one role", json!([on("iam:AttachRolePolicy", "*"), {"Effect": "Deny", "Action": "iam:Attach*", "Resource": "arn:aws:iam::1:role/r"}]),
            &["escalation-by-policy Statement[0].Action: iam:AttachRolePolicy (A) attaches any policy to a role that the identity can use"]),
        ("denied without a boundary", json!([on("iam:AttachRolePolicy", "*"), under(boundary("StringNotEquals"), json!({"Effect": "Deny", "Action": "iam:Attach*", "Resource": "*"}))]), &[]),
        ("denied for what is not named", json!([on("iam:AttachRolePolicy", "arn:aws:iam::*:role/*"), {"Effect": "Deny", "Action": "iam:*", "NotResource": "arn:aws:iam::*:group/*"}]), &[]),
        ("a user's own policy", on("iam:PutUserPolicy", "arn:aws:iam::*:user/${aws:username}"), &["escalation-by-policy Statement.Action: iam:PutUserPolicy (A) writes any policy into a user"]),
        ("a user's own access keys", on("iam:CreateAccessKey", "arn:aws:iam::*:user/${aws:username}"), &[]),
        ("anybody's access keys", on("iam:CreateAccessKey", "*"), &["escalation-by-credentials Statement.Action: iam:CreateAccessKey (A) makes an access key of any user"]),
        ("all roles that trust the account", on("sts:AssumeRole", "*"), &["escalation-by-trust Statement.Action: sts:AssumeRole (A) assumes every role that trusts the account"]),
        ("one role", on("sts:AssumeRole", "arn:aws:iam::123456789012:role/r"), &[]),
        ("the code of all functions", on("lambda:UpdateFunctionCode", "arn:aws:lambda:*:*:function:*"), &["escalation-by-foreign-code Statement.Action: lambda:UpdateFunctionCode (A) replaces the code of any function, which runs with the function's role"]),
        ("the code of some", on("lambda:UpdateFunctionCode", "arn:aws:lambda:*:*:function:app-*"), &[]),
        ("any command on all instances", allow("A", json!("ssm:SendCommand"), json!(["arn:aws:ssm:*:*:document/*", "arn:aws:ec2:*:*:instance/*"])), &["escalation-by-foreign-code Statement.Action: ssm:SendCommand (A) runs commands on any instance, with its role"]),
        ("the document that takes any command", allow("A", json!("ssm:SendCommand"), json!(["arn:aws:ssm:*:*:document/AWS-RunShellScript", "arn:aws:ec2:*:*:instance/*"])), &["escalation-by-foreign-code Statement.Action: ssm:SendCommand (A) runs commands on any instance, with its role"]),
        ("any command on instances with a tag", json!([on("ssm:SendCommand", "arn:aws:ssm:*:*:document/*"), under(json!({"StringEquals": {"ssm:resourceTag/a": "b"}}), on("ssm:SendCommand", "arn:aws:ec2:*:*:instance/*"))]), &[]),
        ("one document on all instances", allow("A", json!("ssm:SendCommand"), json!(["arn:aws:ssm:*:*:document/AWS-Update", "arn:aws:ec2:*:*:instance/*"])), &[]),
        ("all of IAM is reported once", on("iam:*", "*"), &["escalation-by-policy Statement.Action: A allows all of IAM on everything"]),
        ("everything has a rule of its own", on("*", "*"), &[]),
        ("everything under a condition", under(json!({"Bool": {"aws:SecureTransport": "true"}}), on("*", "*")), &[]),
        ("everything on a bucket, which is no role", on("*", "arn:aws:s3:::b"), &[]),
        ("all of IAM on devices, which are no roles", on("iam:*", "arn:aws:iam::*:mfa/*"), &[]),
        ("all of IAM on groups", on("iam:*", "arn:aws:iam::*:group/*"), &["escalation-by-policy Statement.Action: iam:AttachGroupPolicy (A) attaches any policy to a group of the identity; the entry also opens the ways by iam:PutGroupPolicy and iam:AddUserToGroup"]),
        ("all of IAM on policies", on("iam:*", "arn:aws:iam::*:policy/*"), &["escalation-by-policy Statement.Action: iam:CreatePolicyVersion (A) rewrites a policy that is attached to the identity; the entry also opens the ways by iam:SetDefaultPolicyVersion"]),
        ("one boundary may be taken away", under(boundary("StringEquals"), on("iam:DeleteRolePermissionsBoundary", "*")), &["escalation-by-policy Statement.Action: iam:DeleteRolePermissionsBoundary (A) takes away the permissions boundary that limits a role"]),
        ("one boundary may be set", under(boundary("StringEquals"), on("iam:PutRolePermissionsBoundary", "*")), &[]),
        ("a grant on every key for services of AWS alone", under(json!({"Bool": {"kms:GrantIsForAWSResource": "true"}}), on("kms:CreateGrant", "*")), &[]),
        ("all of S3, which a rule of its own reports", on("s3:*", "*"), &[]),
        ("reading", allow("A", json!(["iam:Get*", "iam:List*"]), json!("*")), &[]),
        ("a statement without a name", json!({"Effect": "Allow", "Action": "iam:AddUserToGroup", "Resource": "*"}), &["escalation-by-policy Statement.Action: iam:AddUserToGroup (Statement) adds a user to a group with more permissions"]),
    ]);
}

#[test]
#[rustfmt::skip]
fn actions_that_give_more_permissions_together() {
    let roles = "arn:aws:iam::*:role/app-*";
    let boundary = || json!({"StringEquals": {"iam:PermissionsBoundary": "arn:aws:iam::1:policy/b"}});
    let make = |resource: &str| allow("Make", json!(["iam:CreateRole", "iam:PutRolePolicy"]), json!(resource));
    let pass = |resource: &str| allow("Pass", json!("iam:PassRole"), json!(resource));
    let to = |service: &str| under(json!({"StringEquals": {"iam:PassedToService": service}}), pass(roles));
    let run = |actions| allow("Run", actions, json!("*"));
    let function = || run(json!(["lambda:CreateFunction", "lambda:InvokeFunction"]));
    let assume = "escalation-by-new-role Statement[0].Action[0]: iam:CreateRole (Make) and iam:PutRolePolicy (Make) make a role that the identity may assume and that may do everything";
    let through_lambda = "escalation-by-passed-role Statement[1].Action: iam:CreateRole (Make), iam:PutRolePolicy (Make), iam:PassRole (Pass), lambda:CreateFunction (Run) and lambda:InvokeFunction (Run) let the identity run code of its own with a role with any permission";
    check(find, [
        ("a role of its own making", json!([make(roles)]), &[&assume.replace("[0].Action", ".Action").replace("Statement.Action", "Statement[0].Action") as &str] as &[&str]),
        ("made and given policies under different names", json!([allow("Make", json!("iam:CreateRole"), json!(roles)), allow("Give", json!("iam:PutRolePolicy"), json!("arn:aws:iam::*:role/other-*"))]), &[]),
        ("made under a boundary", json!([under(boundary(), make(roles))]), &[]),
        ("passing roles of a prefix that one cannot change", json!([pass(roles), function()]), &[]),
        ("passing roles that one can change", json!([make(roles), pass(roles), function()]), &[assume, through_lambda]),
        ("under a boundary", json!([under(boundary(), make(roles)), pass(roles), function()]), &[]),
        ("to another service", json!([make(roles), to("ec2.amazonaws.com"), function()]), &[assume]),
        ("to that service", json!([make(roles), to("lambda.amazonaws.com"), function()]), &[assume, through_lambda]),
        ("a function that nothing starts", json!([make(roles), pass(roles), run(json!("lambda:CreateFunction"))]), &[assume]),
        ("passing any role", json!([pass("*"), run(json!("ec2:RunInstances"))]),
            &["escalation-by-passed-role Statement[0].Action: iam:PassRole (Pass) and ec2:RunInstances (Run) let the identity start an instance and take its credentials with any role of the account that trusts the service"]),
        ("passing any role to nobody", json!([pass("*"), run(json!("ec2:DescribeInstances"))]), &[]),
    ]);
}
