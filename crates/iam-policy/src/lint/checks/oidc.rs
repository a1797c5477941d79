//! Roles for web identities: whether the trust policy says whose tokens of the provider are meant.

use super::shared_issuers::{GITHUB, SharedIssuer};
use crate::lint::finding::Finding;
use crate::lint::named::{has_wildcard, selects};
use crate::lint::operator::Operator;
use crate::lint::rule::{Rule, Severity};
use crate::lint::subject::Subject;
use crate::policy::Kind;
use crate::printable::printable;
use crate::reading::{Condition, Item, Statement};

pub(super) const RULES: &[&Rule] = &[
    &OIDC_WITHOUT_CONDITION,
    &SHARED_OIDC_WITHOUT_TENANT,
    &GITHUB_SUBJECT_WILDCARD,
];

const ROLE_FOR_OIDC: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html";

static OIDC_WITHOUT_CONDITION: Rule = Rule {
    code: "oidc-without-condition",
    severity: Severity::Security,
    risk: "Everybody who has a token of the provider, for one of the audiences that are registered for it in IAM, may assume the role.",
    remedy: "Add a condition on the provider's own keys, for example PROVIDER:aud with the application and PROVIDER:sub with the identity.",
    reference: ROLE_FOR_OIDC,
};

static SHARED_OIDC_WITHOUT_TENANT: Rule = Rule {
    code: "shared-oidc-without-tenant",
    severity: Severity::Security,
    risk: "The issuer is the same for all customers of the provider, so a stranger's token may assume the role, and IAM refuses a new trust policy like this.",
    remedy: "Test the key that the finding names, and write the part of its value that names your organization without a wildcard.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html",
};

static GITHUB_SUBJECT_WILDCARD: Rule = Rule {
    code: "github-subject-wildcard",
    severity: Severity::Warning,
    risk: "A wildcard in the subject lets workflows of other branches, or of other repositories of the organization, assume the role.",
    remedy: "Name the repository and its branch or environment in token.actions.githubusercontent.com:sub, or the branch in token.actions.githubusercontent.com:ref.",
    reference: ROLE_FOR_OIDC,
};

pub(super) fn find(subject: &Subject, findings: &mut Vec<Finding>) {
    let statements = subject.statements.iter();
    for statement in statements.filter(|it| subject.kind == Kind::Trust && it.allows()) {
        let principals = statement.principals.as_ref().filter(|it| !it.negated);
        if !selects(statement, "sts:AssumeRoleWithWebIdentity") {
            continue;
        }
        for principal in principals.into_iter().flat_map(|it| &it.items) {
            if principal.kind != "Federated" {
                continue;
            }
            let Some(issuer) = issuer(&principal.item.text) else {
                continue;
            };
            match SharedIssuer::of(issuer) {
                Some(shared) => tenant(statement, shared, &principal.item, findings),
                None if !tests_token(statement, issuer) => {
                    let detail = format!("no condition tests a token of {}", printable(issuer));
                    let place = principal.item.path;
                    findings.push(statement.finding(&OIDC_WITHOUT_CONDITION, place, detail));
                }
                None => {}
            }
        }
    }
}

/// The issuer of a provider of web identities without `https://`: that of the provider's ARN, or one
/// of those that AWS knows by their domain.
fn issuer(principal: &str) -> Option<&str> {
    if principal.starts_with("arn:") {
        let resource = principal.splitn(6, ':').nth(5)?;
        return resource.strip_prefix("oidc-provider/");
    }
    (!has_wildcard(principal) && !principal.contains("${")).then_some(principal)
}

/// Whether a condition lets through only some tokens of the issuer.
fn tests_token(statement: &Statement, issuer: &str) -> bool {
    statement.conditions.iter().any(|condition| {
        let Some((of_issuer, claim)) = condition.key.rsplit_once(':') else {
            return false;
        };
        let is_always_there = ["aud", "sub"].contains(&claim.to_ascii_lowercase().as_str());
        of_issuer.eq_ignore_ascii_case(issuer) && demands(condition, is_always_there)
    })
}

/// Whether a condition lets through only chosen values. If every token has the claim, `IfExists` and
/// `ForAllValues` make no difference.
fn demands(condition: &Condition, is_always_there: bool) -> bool {
    Operator::parse(condition.operator).is_some_and(|it| {
        let operator = if is_always_there { it.plain() } else { it };
        operator.demands_match()
    })
}

fn tenant(
    statement: &Statement,
    shared: &SharedIssuer,
    principal: &Item,
    findings: &mut Vec<Finding>,
) {
    let key = shared.key();
    let conditions = statement.conditions.iter();
    let tests = conditions.filter(|it| it.key.eq_ignore_ascii_case(&key) && demands(it, true));
    let tests: Vec<&Condition> = tests.collect();
    // All conditions have to be met, so it is enough if one of them names the customer.
    if tests
        .iter()
        .any(|it| open_value(it, shared.segments).is_none())
    {
        if shared.url == GITHUB {
            subject_wildcards(statement, &tests, findings);
        }
        return;
    }
    let open = tests.iter().find_map(|it| open_value(it, shared.segments));
    let (place, detail) = match open {
        Some(value) => (
            value.path,
            format!(
                "\"{}\" leaves open which customer of {} is meant",
                printable(&value.text),
                shared.name
            ),
        ),
        None => (
            principal.path,
            format!(
                "no condition on {key} says which customer of {} is meant",
                shared.name
            ),
        ),
    };
    findings.push(statement.finding(&SHARED_OIDC_WITHOUT_TENANT, place, detail));
}

/// A value whose wildcard comes before the part that names the customer has ended.
fn open_value<'a>(condition: &'a Condition, segments: usize) -> Option<&'a Item<'a>> {
    let compares_by_pattern =
        Operator::parse(condition.operator).is_some_and(Operator::has_wildcards);
    condition.values.iter().find(|value| {
        let Some((literal, _)) = value.text.split_once(['*', '?']) else {
            return false;
        };
        let complete = literal.rfind([':', '/']).map_or("", |end| &literal[..end]);
        let named = complete.split([':', '/']).filter(|it| !it.is_empty());
        compares_by_pattern && named.count() < segments
    })
}

/// Wildcards in GitHub's subjects, unless another key of the token names the branch and the repository
/// is named: "Specific github repo and branch recommended" of Access Analyzer's checks.
fn subject_wildcards(statement: &Statement, tests: &[&Condition], findings: &mut Vec<Finding>) {
    let names_branch = statement.conditions.iter().any(|it| {
        let is_open = |value: &Item| has_wildcard(&value.text);
        it.key
            .eq_ignore_ascii_case("token.actions.githubusercontent.com:ref")
            && demands(it, false)
            && !it.values.iter().any(is_open)
    });
    // A subject is `repo:OWNER/REPOSITORY:CONTEXT`.
    let segments = if names_branch { 3 } else { usize::MAX };
    for condition in tests {
        if let Some(value) = open_value(condition, segments) {
            let detail = format!("\"{}\" has a wildcard", printable(&value.text));
            findings.push(statement.finding(&GITHUB_SUBJECT_WILDCARD, value.path, detail));
        }
    }
}
