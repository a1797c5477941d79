//! Confused deputies: services and third parties that a stranger could make act in the account.

use crate::lint::finding::Finding;
use crate::lint::limits;
use crate::lint::rule::{Rule, Severity};
use crate::lint::subject::Subject;
use crate::names::{Arn, is_account_id};
use crate::policy::Kind;
use crate::printable::printable;
use crate::reading::{Principal, Statement};

pub(super) const RULES: &[&Rule] = &[
    &SERVICE_WITHOUT_SOURCE,
    &THIRD_PARTY_WITHOUT_EXTERNAL_ID,
    &UNKNOWN_ACCOUNT_WITHOUT_EXTERNAL_ID,
];

static SERVICE_WITHOUT_SOURCE: Rule = Rule {
    code: "service-without-source",
    severity: Severity::Security,
    risk: "The service may act here for any of its customers, so a stranger's account could make the service use your resources.",
    remedy: "Add the condition that the service's guide documents: aws:SourceAccount or aws:SourceArn for most, the account as sts:ExternalId for Firehose.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
};

static THIRD_PARTY_WITHOUT_EXTERNAL_ID: Rule = Rule {
    code: "third-party-without-external-id",
    severity: Severity::Security,
    risk: "Another customer of the third party could make the third party assume this role, by giving this role's ARN instead of an ARN of its own.",
    remedy: "Require the external ID that the third party gave you, with StringEquals on sts:ExternalId.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html",
};

static UNKNOWN_ACCOUNT_WITHOUT_EXTERNAL_ID: Rule = Rule {
    code: "unknown-account-without-external-id",
    severity: Severity::Warning,
    risk: "If the account is a third party's, another of its customers could make the third party assume this role; which account is your own is not known.",
    remedy: "Name your own account for the check, or require an external ID with StringEquals on sts:ExternalId if the account is a third party's.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html",
};

/// Services that assume only roles which their own account passed to them, and whose guides
/// document no source keys for a role's trust: "IAM roles for Amazon EC2" and "Defining Lambda
/// function permissions with an execution role".
const ASSUME_OWN_ROLES_ONLY: [&str; 3] = [
    "ec2.amazonaws.com",
    "ec2.amazonaws.com.cn",
    "lambda.amazonaws.com",
];

pub(super) fn find(subject: &Subject, findings: &mut Vec<Finding>) {
    if subject.kind.only_limits() {
        return;
    }
    for statement in subject.statements.iter().filter(|it| it.allows()) {
        let Some(principals) = statement.principals.as_ref().filter(|it| !it.negated) else {
            continue;
        };
        // Looked up once, because a statement can have thousands of principals and of conditions.
        let is_limited = limits::to_external_id(statement) || limits::to_organisation(statement);
        let to_source = limits::to_source(statement);
        for principal in &principals.items {
            if !to_source {
                service(subject.kind, statement, principal, findings);
            }
            if subject.kind == Kind::Trust && !is_limited {
                third_party(subject, statement, principal, findings);
            }
        }
    }
}

fn service(kind: Kind, statement: &Statement, principal: &Principal, findings: &mut Vec<Finding>) {
    let name = principal.item.text.as_ref();
    if principal.kind != "Service" {
        return;
    }
    if kind == Kind::Trust {
        // Firehose documents the account as external ID instead: "Allow Firehose to assume an
        // IAM role" of its guide.
        let by_external_id = name.starts_with("firehose.") && limits::to_external_id(statement);
        if by_external_id || ASSUME_OWN_ROLES_ONLY.contains(&name) {
            return;
        }
    }
    let detail = format!("{} may act for any account", printable(name));
    findings.push(statement.finding(&SERVICE_WITHOUT_SOURCE, principal.item.path, detail));
}

fn third_party(
    subject: &Subject,
    statement: &Statement,
    principal: &Principal,
    findings: &mut Vec<Finding>,
) {
    let text = principal.item.text.as_ref();
    let Some(account) = account(text).filter(|_| principal.kind == "AWS") else {
        return;
    };
    let home = subject.home.account.as_ref().map(|it| it.as_str());
    if home == Some(account.as_str()) {
        return;
    }
    let text = printable(text);
    let (rule, detail) = match home {
        Some(_) => (
            &THIRD_PARTY_WITHOUT_EXTERNAL_ID,
            format!("{text} is of another account"),
        ),
        None => (
            &UNKNOWN_ACCOUNT_WITHOUT_EXTERNAL_ID,
            format!("{text} may be of another account"),
        ),
    };
    findings.push(statement.finding(rule, principal.item.path, detail));
}

/// The account of a principal.
fn account(principal: &str) -> Option<String> {
    if is_account_id(principal) {
        return Some(principal.to_owned());
    }
    let account = principal.parse::<Arn>().ok()?.account;
    is_account_id(&account).then_some(account)
}
