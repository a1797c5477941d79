//! Federated principals: where they can stand, and which action they assume a role with.

use crate::authorization::pattern_covers;
use crate::lint::finding::Finding;
use crate::lint::named::selects;
use crate::lint::rule::{Rule, Severity};
use crate::lint::subject::Subject;
use crate::policy::Kind;
use crate::printable::printable;
use crate::reading::{Principal, Statement};

pub(super) const RULES: &[&Rule] = &[&FEDERATED_UNSUPPORTED, &ACTION_FOR_OTHER_PRINCIPAL];

const CHECKS: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html";

static FEDERATED_UNSUPPORTED: Rule = Rule {
    code: "federated-unsupported",
    severity: Severity::Error,
    risk: "Only the trust policy of a role can name an identity provider, and AWS refuses one in the policy of another resource.",
    remedy: "Name the role that the provider's identities assume, or limit the statement by a condition on aws:FederatedProvider.",
    reference: CHECKS,
};

static ACTION_FOR_OTHER_PRINCIPAL: Rule = Rule {
    code: "action-for-other-principal",
    severity: Severity::Error,
    risk: "An identity provider of SAML is asked with sts:AssumeRoleWithSAML, one of web identities with sts:AssumeRoleWithWebIdentity and everybody else with sts:AssumeRole, so another pair matches no request.",
    remedy: "Write the action that belongs to the principal.",
    reference: CHECKS,
};

/// The actions that assume a role.
const ASSUME: [&str; 3] = [
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
];

pub(super) fn find(subject: &Subject, findings: &mut Vec<Finding>) {
    for statement in &subject.statements {
        if subject.kind == Kind::Trust {
            actions(statement, findings);
        } else if !subject.kind.grants_to_identity() {
            unsupported(subject.kind, statement, findings);
        }
    }
}

fn unsupported(kind: Kind, statement: &Statement, findings: &mut Vec<Finding>) {
    let principals = statement.principals.iter().flat_map(|it| &it.items);
    for principal in principals.filter(|it| it.kind == "Federated") {
        let detail = format!(
            "\"{}\" is an identity provider in a {kind}",
            printable(&principal.item.text)
        );
        findings.push(statement.finding(&FEDERATED_UNSUPPORTED, principal.item.path, detail));
    }
}

fn actions(statement: &Statement, findings: &mut Vec<Finding>) {
    let Some(principals) = statement.principals.as_ref().filter(|it| !it.negated) else {
        return;
    };
    // Tags and the like have statements of their own at times, which are for everybody.
    if !ASSUME.iter().any(|action| selects(statement, action)) {
        return;
    }
    let mut all_fit = true;
    for principal in &principals.items {
        if let Some((action, of_whom)) = action_of(principal)
            && !selects(statement, action)
        {
            all_fit = false;
            let name = printable(&principal.item.text);
            let detail = format!("\"{name}\" is {of_whom}, and the statement has no {action}");
            let place = principal.item.path;
            findings.push(statement.finding(&ACTION_FOR_OTHER_PRINCIPAL, place, detail));
        }
    }
    let listed = statement.actions.iter().filter(|it| !it.negated);
    for item in listed.flat_map(|it| &it.items) {
        let is_it = |action: &&&str| item.text.eq_ignore_ascii_case(action);
        let Some(action) = ASSUME.iter().find(is_it).filter(|_| all_fit) else {
            continue;
        };
        let mut principals = principals.items.iter();
        if principals.all(|it| action_of(it).is_some_and(|(own, _)| own != *action)) {
            let detail = format!("none of the principals uses {action}");
            findings.push(statement.finding(&ACTION_FOR_OTHER_PRINCIPAL, item.path, detail));
        }
    }
}

/// The action with which a principal assumes a role, and what the principal is. Nothing for everybody,
/// and for what is no principal, which other rules find.
fn action_of(principal: &Principal) -> Option<(&'static str, &'static str)> {
    let text = principal.item.text.as_ref();
    if text == "*" || text.contains("${") {
        return None;
    }
    let is_provider = |kind: &str| pattern_covers(&format!("arn:*:iam::*:{kind}/*"), text);
    match principal.kind {
        "AWS" => Some((ASSUME[0], "no identity provider")),
        "Service" => Some((ASSUME[0], "a service")),
        "Federated" if is_provider("saml-provider") => Some((ASSUME[1], "a SAML provider")),
        "Federated" if is_provider("oidc-provider") || !text.starts_with("arn:") => {
            Some((ASSUME[2], "a provider of web identities"))
        }
        _ => None,
    }
}
