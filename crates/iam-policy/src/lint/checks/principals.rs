//! Whether principals are written as AWS takes them.

use crate::lint::finding::Finding;
use crate::lint::rule::{Rule, Severity};
use crate::lint::subject::Subject;
use crate::names::{Arn, is_account_id};
use crate::policy::is_unique_id;
use crate::printable::printable;
use crate::reading::Principal;

pub(super) const RULES: &[&Rule] = &[
    &INVALID_PRINCIPAL,
    &WILDCARD_IN_PRINCIPAL,
    &DELETED_PRINCIPAL,
];

const PRINCIPAL: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html";

static INVALID_PRINCIPAL: Rule = Rule {
    code: "invalid-principal",
    severity: Severity::Error,
    risk: "AWS refuses a policy with a principal that it cannot resolve.",
    remedy: "Write 12 digits or the ARN of a user, role or root for AWS, a name such as events.amazonaws.com for Service, and a domain or the ARN of an identity provider for Federated.",
    reference: PRINCIPAL,
};

static WILDCARD_IN_PRINCIPAL: Rule = Rule {
    code: "wildcard-in-principal",
    severity: Severity::Error,
    risk: "AWS refuses a principal with a wildcard in it, because only a * by itself means many.",
    remedy: "Name the account, and limit it with ArnLike on aws:PrincipalArn.",
    reference: PRINCIPAL,
};

static DELETED_PRINCIPAL: Rule = Rule {
    code: "deleted-principal",
    severity: Severity::Warning,
    risk: "AWS shows a unique ID instead of an ARN after the user or role was deleted, and a new user or role of the same name does not match the ID.",
    remedy: "Write the ARN of a user or role that exists, or remove the principal.",
    reference: PRINCIPAL,
};

pub(super) fn find(subject: &Subject, findings: &mut Vec<Finding>) {
    for statement in &subject.statements {
        for principal in statement.principals.iter().flat_map(|it| &it.items) {
            if let Some((rule, problem)) = problem(principal) {
                let detail = format!("\"{}\" {problem}", printable(&principal.item.text));
                findings.push(statement.finding(rule, principal.item.path, detail));
            }
        }
    }
}

fn problem(principal: &Principal) -> Option<(&'static Rule, &'static str)> {
    let text = principal.item.text.as_ref();
    // Empty texts and other kinds are findings of the grammar, variables have rules of their own.
    if text.is_empty() || text.contains("${") {
        return None;
    }
    match principal.kind {
        "AWS" => problem_of_aws(text),
        "Service" if text.contains(['*', '?']) => {
            Some((&WILDCARD_IN_PRINCIPAL, "means several services"))
        }
        "Service" if !is_service(text) => {
            Some((&INVALID_PRINCIPAL, "is not the name of a service"))
        }
        "Federated" if text == "*" => None,
        "Federated"
            if text.starts_with("arn:")
                && !is_identity(text, &["saml-provider/", "oidc-provider/"]) =>
        {
            Some((&INVALID_PRINCIPAL, "is not the ARN of an identity provider"))
        }
        "Federated" if !text.starts_with("arn:") && !is_domain(text) => Some((
            &INVALID_PRINCIPAL,
            "is neither a domain nor the ARN of an identity provider",
        )),
        _ => None,
    }
}

fn problem_of_aws(text: &str) -> Option<(&'static Rule, &'static str)> {
    if is_origin_access_identity(text) {
        return None;
    }
    let kinds = ["user/", "role/", "assumed-role/", "federated-user/", "root"];
    if text == "*" || is_account_id(text) || is_identity(text, &kinds) {
        let wildcard = text != "*" && text.contains(['*', '?']);
        return wildcard.then_some((&WILDCARD_IN_PRINCIPAL, "has a wildcard"));
    }
    if text.starts_with("arn:") && text.contains(['*', '?']) {
        return Some((&WILDCARD_IN_PRINCIPAL, "has a wildcard"));
    }
    if is_unique_id(text) {
        return Some((&DELETED_PRINCIPAL, "is a unique ID"));
    }
    Some((
        &INVALID_PRINCIPAL,
        "is neither an account nor the ARN of an identity",
    ))
}

/// Whether a text is the principal that CloudFront has for an origin access identity, which has spaces:
/// "Restrict access to an Amazon S3 origin" in the developer guide of CloudFront.
fn is_origin_access_identity(text: &str) -> bool {
    const NAME: &str = "cloudfront:user/CloudFront Origin Access Identity ";
    let after_arn = text.strip_prefix("arn:aws:iam::");
    let id = after_arn
        .or_else(|| text.strip_prefix("arn:aws-cn:iam::"))
        .and_then(|it| it.strip_prefix(NAME));
    id.is_some_and(|id| !id.is_empty() && id.bytes().all(|it| it.is_ascii_alphanumeric()))
}

/// Whether a text is the ARN of an identity whose resource begins in one of the given ways.
fn is_identity(text: &str, kinds: &[&str]) -> bool {
    text.parse::<Arn>().is_ok_and(|arn| {
        ["iam", "sts"].contains(&arn.service.as_str())
            && arn.region.is_empty()
            && is_account_id(&arn.account)
            && kinds.iter().any(|kind| arn.resource.starts_with(kind))
    })
}

/// Whether a text is a domain, such as `accounts.google.com`.
fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        let is_character = |c: char| c.is_ascii_alphanumeric() || c == '-';
        !label.is_empty() && label.chars().all(is_character)
    };
    text.contains('.') && text.split('.').all(is_label)
}

/// Whether a text has the form of a service's name.
pub(super) fn is_service(text: &str) -> bool {
    // The domains of the partitions are those of `partitions.json` of AWS's SDKs.
    let ends = [
        ".amazonaws.com",
        ".amazonaws.com.cn",
        ".amazonaws.eu",
        ".c2s.ic.gov",
        ".sc2s.sgov.gov",
        ".cloud.adc-e.uk",
        ".csp.hci.ic.gov",
        ".amazon.com",
        ".aws.com",
    ];
    let is_character = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-_".contains(c);
    ends.iter()
        .any(|end| text.len() > end.len() && text.ends_with(end))
        && text.chars().all(is_character)
}
