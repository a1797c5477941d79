//! Permission to pass roles to services without a limit.

use super::partly::has_too_many_grants;
use crate::lint::finding::Finding;
use crate::lint::grants::{Grant, ROLE, grants};
use crate::lint::operator::Operator;
use crate::lint::rule::{Rule, Severity};
use crate::lint::subject::Subject;
use crate::printable::printable;

pub(super) const RULES: &[&Rule] = &[
    &PASS_ANY_ROLE,
    &PASS_ANY_ROLE_TO_SERVICE,
    &PASS_ROLE_TO_ANY_SERVICE,
];

const REFERENCE: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html";

static PASS_ANY_ROLE: Rule = Rule {
    code: "pass-any-role",
    severity: Severity::Security,
    risk: "Every role of the account that trusts a service can be handed to that service, also a role with more permissions than the identity has.",
    remedy: "Name the roles that have to be passed, by ARN or by a prefix of the name, and the services by a condition on iam:PassedToService.",
    reference: REFERENCE,
};

/// Where the same policy lets the identity use a role that it passed,
/// `escalation-by-passed-role` says so.
static PASS_ANY_ROLE_TO_SERVICE: Rule = Rule {
    code: "pass-any-role-to-service",
    severity: Severity::Warning,
    risk: "Every role of the account that trusts one of the named services can be handed to that service, so another permission on the service is enough to act with a role of more permissions.",
    remedy: "Name the roles that have to be passed, by ARN or by a prefix of the name.",
    reference: REFERENCE,
};

static PASS_ROLE_TO_ANY_SERVICE: Rule = Rule {
    code: "pass-role-to-any-service",
    severity: Severity::Security,
    risk: "The role can be handed to every service that the role trusts, also to a service that runs code which the identity chooses.",
    remedy: "Add a condition on iam:PassedToService with the services that need the role.",
    reference: REFERENCE,
};

pub(super) fn find(subject: &Subject, findings: &mut Vec<Finding>) {
    if !subject.kind.grants_to_identity() || has_too_many_grants(subject) {
        return;
    }
    let mut seen = Vec::new();
    for grant in grants(subject, "iam:PassRole") {
        // A statement that allows everything has a rule of its own, and what is no role is not passed.
        if grant.is_of_everything() || !grant.may_be(ROLE) {
            continue;
        }
        let to_named = names_services(&grant);
        if grant.reaches_every(ROLE) {
            let rule = if to_named {
                &PASS_ANY_ROLE_TO_SERVICE
            } else {
                &PASS_ANY_ROLE
            };
            let detail = format!("iam:PassRole is allowed on {}", printable(grant.resource));
            findings.push(grant.statement.finding(rule, grant.path, detail));
        } else if !to_named && !seen.contains(&grant.path) {
            let detail = "no condition limits to which services";
            let rule = &PASS_ROLE_TO_ANY_SERVICE;
            findings.push(grant.statement.finding(rule, grant.path, detail));
            seen.push(grant.path);
        }
    }
}

fn names_services(grant: &Grant) -> bool {
    grant.statement.conditions.iter().any(|condition| {
        condition.key.eq_ignore_ascii_case("iam:PassedToService")
            && condition.values.iter().all(|it| it.text != "*")
            && Operator::parse(condition.operator).is_some_and(Operator::demands_match)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::find;
    use crate::lint::checks::trial::check;

    #[test]
    #[rustfmt::skip]
    fn roles_that_can_be_passed() {
        let pass = |resource: &str, condition: Value| json!({"Effect": "Allow", "Action": "iam:PassRole", "Resource": resource, "Condition": condition});
        let lambda = || json!({"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}});
        let role = "arn:aws:iam::123456789012:role/r";
        let everything = "pass-any-role Statement.Action: iam:PassRole is allowed on *";
        let to_lambda = "pass-any-role-to-service Statement.Action: iam:PassRole is allowed on";
        let everything_to_lambda = format!("{to_lambda} *");
        let all_roles = format!("{to_lambda} arn:aws:iam::123456789012:role/*");
        let to_any = "pass-role-to-any-service Statement.Action: no condition limits to which services";
        check(find, [
            ("one role to one service", pass(role, lambda()), &[] as &[&str]),
            ("roles of a prefix", pass("arn:aws:iam::*:role/app-*", lambda()), &[]),
            ("another action", json!({"Effect": "Allow", "Action": "iam:GetRole", "Resource": "*"}), &[]),
            ("everything is another rule's", json!({"Effect": "Allow", "Action": "*", "Resource": "*"}), &[]),
            ("a denial", json!({"Effect": "Deny", "Action": "iam:PassRole", "Resource": "*"}), &[]),
            ("a denial beside it", json!([pass("*", lambda()), {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}]), &[]),
            ("every role", pass("*", lambda()), &[&everything_to_lambda]),
            ("every role to every service", pass("*", json!({})), &[everything]),
            ("every role, by ARN", pass("arn:aws:iam::123456789012:role/*", lambda()), &[&all_roles]),
            ("to every service", pass(role, json!({})), &[to_any]),
            ("a condition that excludes", pass(role, json!({"StringNotEquals": {"iam:PassedToService": "ec2.amazonaws.com"}})), &[to_any]),
            ("a condition that names all", pass(role, json!({"StringLike": {"iam:PassedToService": "*"}})), &[to_any]),
            ("by a wildcard", json!({"Effect": "Allow", "Action": "iam:Pass*", "Resource": "*"}), &[everything]),
            ("all of IAM on what is no role", json!({"Effect": "Allow", "Action": "iam:*", "Resource": "arn:aws:iam::*:mfa/*"}), &[]),
            ("everything on a bucket", json!({"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::b"}), &[]),
        ]);
    }
}
