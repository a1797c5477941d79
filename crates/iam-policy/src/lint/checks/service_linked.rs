//! Permission to create service-linked roles without a limit.

use super::partly::has_too_many_grants;
use crate::lint::finding::Finding;
use crate::lint::grants::{Type, grants};
use crate::lint::operator::Operator;
use crate::lint::rule::{Rule, Severity};
use crate::lint::subject::Subject;
use crate::printable::printable;
use crate::reading::Statement;

pub(super) const RULES: &[&Rule] = &[&ANY_SERVICE_LINKED_ROLE];

static ANY_SERVICE_LINKED_ROLE: Rule = Rule {
    code: "any-service-linked-role",
    severity: Severity::Warning,
    risk: "The identity can let every service that has a role of its own act in the account, not only the service that was meant.",
    remedy: "Name the role's ARN, which begins with role/aws-service-role/ and the service, or add a condition on iam:AWSServiceName.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html",
};

/// How the last part of the ARN of a service-linked role begins, with a character in the place of the
/// service that no name has, so that only a wildcard matches it.
const ANY_SERVICE: Type = Type::new(
    "iam",
    "role/aws-service-role/\u{1}.amazonaws.com/AWSServiceRoleFor",
);

pub(super) fn find(subject: &Subject, findings: &mut Vec<Finding>) {
    if !subject.kind.grants_to_identity() || has_too_many_grants(subject) {
        return;
    }
    for grant in grants(subject, "iam:CreateServiceLinkedRole") {
        let statement = grant.statement;
        // A statement that allows everything has a rule of its own.
        if grant.reaches_every(ANY_SERVICE)
            && !names_service(statement)
            && !grant.is_of_everything()
        {
            let detail = format!(
                "iam:CreateServiceLinkedRole is allowed on {}",
                printable(grant.resource)
            );
            findings.push(statement.finding(&ANY_SERVICE_LINKED_ROLE, grant.path, detail));
        }
    }
}

fn names_service(statement: &Statement) -> bool {
    statement.conditions.iter().any(|it| {
        it.key.eq_ignore_ascii_case("iam:AWSServiceName")
            && Operator::parse(it.operator).is_some_and(Operator::demands_match)
            && it.values.iter().all(|value| value.text != "*")
    })
}
