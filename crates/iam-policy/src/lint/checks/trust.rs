//! What only the trust policy of a role can get wrong.

use crate::lint::finding::Finding;
use crate::lint::named::selects;
use crate::lint::operator::Operator;
use crate::lint::rule::{Rule, Severity};
use crate::lint::subject::Subject;
use crate::policy::Kind;
use crate::printable::printable;
use crate::reading::{Principal, Statement};

pub(super) const RULES: &[&Rule] = &[
    &TRUST_NOT_PRINCIPAL,
    &ROLES_ANYWHERE_ACTIONS,
    &SOURCE_IDENTITY_NOT_SET,
    &REDUNDANT_PRINCIPAL,
];

const CHECKS: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html";

static TRUST_NOT_PRINCIPAL: Rule = Rule {
    code: "trust-not-principal",
    severity: Severity::Error,
    risk: "IAM does not support NotPrincipal in a trust policy.",
    remedy: "Allow the principals that may assume the role, or deny the others by a condition on aws:PrincipalArn.",
    reference: CHECKS,
};

static ROLES_ANYWHERE_ACTIONS: Rule = Rule {
    code: "roles-anywhere-actions",
    severity: Severity::Error,
    risk: "IAM Roles Anywhere sets a source identity and tags whenever it assumes a role, so it cannot assume this one.",
    remedy: "Allow rolesanywhere.amazonaws.com all of sts:AssumeRole, sts:SetSourceIdentity and sts:TagSession.",
    reference: "https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html",
};

static SOURCE_IDENTITY_NOT_SET: Rule = Rule {
    code: "source-identity-not-set",
    severity: Severity::Warning,
    risk: "A request has a source identity only if sts:SetSourceIdentity is allowed too, so without that action the statement never allows anything.",
    remedy: "Add sts:SetSourceIdentity to the actions.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html",
};

static REDUNDANT_PRINCIPAL: Rule = Rule {
    code: "redundant-principal",
    severity: Severity::Suggestion,
    risk: "Whoever removes the session later believes that the role's sessions may no longer do this, although the role is named beside it.",
    remedy: "Remove the session, or the role if only that session is meant.",
    reference: CHECKS,
};

const ROLES_ANYWHERE: &str = "rolesanywhere.amazonaws.com";

pub(super) fn find(subject: &Subject, findings: &mut Vec<Finding>) {
    let allowing: Vec<_> = subject.statements.iter().filter(|it| it.allows()).collect();
    source_identity(&allowing, findings);
    if subject.kind != Kind::Trust {
        return;
    }
    for statement in &subject.statements {
        if let Some(principals) = statement.principals.as_ref().filter(|it| it.negated) {
            let detail = "the statement has NotPrincipal";
            findings.push(statement.finding(&TRUST_NOT_PRINCIPAL, principals.path, detail));
        }
    }
    roles_anywhere(&allowing, findings);
    for statement in allowing {
        sessions(statement, findings);
    }
}

fn source_identity(allowing: &[&Statement], findings: &mut Vec<Finding>) {
    if allowing
        .iter()
        .any(|it| selects(it, "sts:SetSourceIdentity"))
    {
        return;
    }
    for statement in allowing {
        for condition in &statement.conditions {
            if condition.key.eq_ignore_ascii_case("sts:SourceIdentity")
                && Operator::parse(condition.operator).is_some_and(Operator::demands_match)
            {
                let detail = "no statement allows sts:SetSourceIdentity";
                let place = condition.path;
                findings.push(statement.finding(&SOURCE_IDENTITY_NOT_SET, place, detail));
            }
        }
    }
}

fn roles_anywhere(allowing: &[&Statement], findings: &mut Vec<Finding>) {
    let is_it = |it: &&Principal| it.kind == "Service" && it.item.text == ROLES_ANYWHERE;
    let named = allowing.iter().filter_map(|statement| {
        let principals = statement.principals.as_ref().filter(|it| !it.negated)?;
        Some((*statement, principals.items.iter().find(is_it)?))
    });
    let named: Vec<(&Statement, &Principal)> = named.collect();
    let Some(&(statement, principal)) = named.first() else {
        return;
    };
    let actions = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"];
    let is_missing = |action: &&str| !named.iter().any(|(it, _)| selects(it, action));
    let missing: Vec<&str> = actions.into_iter().filter(is_missing).collect();
    if !missing.is_empty() {
        let detail = format!("{ROLES_ANYWHERE} is not allowed {}", missing.join(" and "));
        let place = principal.item.path;
        findings.push(statement.finding(&ROLES_ANYWHERE_ACTIONS, place, detail));
    }
}

/// Sessions of roles that the same statement names.
fn sessions(statement: &Statement, findings: &mut Vec<Finding>) {
    let Some(principals) = statement.principals.as_ref().filter(|it| !it.negated) else {
        return;
    };
    let roles = principals.items.iter().filter_map(|it| {
        let (account, path) = it.item.text.split_once(":role/")?;
        let account = account.rsplit(':').next()?;
        Some((account, path.rsplit('/').next()?))
    });
    let roles: Vec<(&str, &str)> = roles.collect();
    for principal in &principals.items {
        let Some((account, session)) = principal.item.text.split_once(":assumed-role/") else {
            continue;
        };
        let account = account.rsplit(':').next().unwrap_or_default();
        let role = session.split('/').next().unwrap_or_default();
        if roles.contains(&(account, role)) {
            let detail = format!(
                "the statement also names the role of \"{}\"",
                printable(&principal.item.text)
            );
            findings.push(statement.finding(&REDUNDANT_PRINCIPAL, principal.item.path, detail));
        }
    }
}
