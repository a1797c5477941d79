//! Permission to pass roles to services without a limit.

use crate::lint::finding::Finding;
use crate::lint::grants::{Grant, grants};
use crate::lint::operator::Operator;
use crate::lint::rule::{Rule, Severity};
use crate::lint::subject::Subject;
use crate::printable::printable;

pub(super) const RULES: &[&Rule] = &[&PASS_ANY_ROLE, &PASS_ROLE_TO_ANY_SERVICE];

const REFERENCE: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html";

static PASS_ANY_ROLE: Rule = Rule {
    code: "pass-any-role",
    severity: Severity::Security,
    risk: "Every role of the account that trusts a service can be handed to that service, also a role with more permissions than the identity has.",
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
    if !subject.kind.grants_to_identity() {
        return;
    }
    let mut seen = Vec::new();
    for grant in grants(subject, "iam:PassRole") {
        let allows_everything = |it: &Grant| {
            let mut items = it.statement.actions.iter().flat_map(|it| &it.items);
            items.any(|item| item.path == it.path && item.text == "*")
        };
        // A statement that allows everything has a rule of its own.
        if allows_everything(&grant) {
            continue;
        }
        if grant.reaches_any("iam", "role/") {
            let detail = format!("iam:PassRole is allowed on {}", printable(grant.resource));
            findings.push(grant.statement.finding(&PASS_ANY_ROLE, grant.path, detail));
        }
        if !names_services(&grant) && !seen.contains(&grant.path) {
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
        let any = "pass-any-role Statement.Action: iam:PassRole is allowed on";
        let everything = format!("{any} *");
        let all_roles = format!("{any} arn:aws:iam::123456789012:role/*");
        let to_any = "pass-role-to-any-service Statement.Action: no condition limits to which services";
        check(find, [
            ("one role to one service", pass(role, lambda()), &[] as &[&str]),
            ("roles of a prefix", pass("arn:aws:iam::*:role/app-*", lambda()), &[]),
            ("another action", json!({"Effect": "Allow", "Action": "iam:GetRole", "Resource": "*"}), &[]),
            ("everything is another rule's", json!({"Effect": "Allow", "Action": "*", "Resource": "*"}), &[]),
            ("a denial", json!({"Effect": "Deny", "Action": "iam:PassRole", "Resource": "*"}), &[]),
            ("a denial beside it", json!([pass("*", lambda()), {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}]), &[]),
            ("every role", pass("*", lambda()), &[&everything]),
            ("every role, by ARN", pass("arn:aws:iam::123456789012:role/*", lambda()), &[&all_roles]),
            ("to every service", pass(role, json!({})), &[to_any]),
            ("a condition that excludes", pass(role, json!({"StringNotEquals": {"iam:PassedToService": "ec2.amazonaws.com"}})), &[to_any]),
            ("a condition that names all", pass(role, json!({"StringLike": {"iam:PassedToService": "*"}})), &[to_any]),
            ("both, by a wildcard", json!({"Effect": "Allow", "Action": "iam:Pass*", "Resource": "*"}), &[&everything, to_any]),
        ]);
    }
}
