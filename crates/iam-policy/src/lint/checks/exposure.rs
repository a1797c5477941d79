//! Statements that allow more than they seem to, or allow it to more principals.

use crate::lint::finding::Finding;
use crate::lint::limits;
use crate::lint::rule::{Rule, Severity};
use crate::lint::subject::Subject;
use crate::policy::Kind;
use crate::printable::printable;
use crate::reading::Statement;

pub(super) const RULES: &[&Rule] = &[
    &PUBLIC_PRINCIPAL,
    &KEY_OPEN_VIA_SERVICE,
    &ALLOW_NOT_PRINCIPAL,
    &ALLOW_NOT_ACTION,
    &ALLOW_NOT_RESOURCE,
    &ALL_ACTIONS,
    &KMS_ALIAS_RESOURCE,
];

static PUBLIC_PRINCIPAL: Rule = Rule {
    code: "public-principal",
    severity: Severity::Security,
    risk: "Anybody in any AWS account, or without one, may do what the statement allows.",
    remedy: "Name the principals, or add a condition that does, for example on aws:PrincipalOrgID or aws:PrincipalAccount.",
    reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
};

static KEY_OPEN_VIA_SERVICE: Rule = Rule {
    code: "key-open-via-service",
    severity: Severity::Security,
    risk: "A principal of any account whose own policies allow it may use the key, as long as the request goes through the service.",
    remedy: "Add kms:CallerAccount with the account's ID beside kms:ViaService.",
    reference: "https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html",
};

static ALLOW_NOT_PRINCIPAL: Rule = Rule {
    code: "allow-not-principal",
    severity: Severity::Security,
    risk: "Allow with NotPrincipal allows everybody else in every account, those without an account included.",
    remedy: "Name in Principal those who are allowed, and deny the others in a statement of its own.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html",
};

static ALLOW_NOT_ACTION: Rule = Rule {
    code: "allow-not-action",
    severity: Severity::Security,
    risk: "Allow with NotAction allows all other actions, those of services that AWS adds later included.",
    remedy: "List the actions that are needed, or deny the exceptions in a statement of its own.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html",
};

static ALLOW_NOT_RESOURCE: Rule = Rule {
    code: "allow-not-resource",
    severity: Severity::Security,
    risk: "Allow with NotResource allows the actions on all other resources, those of the future included.",
    remedy: "List the resources that are needed, or deny the exceptions in a statement of its own.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notresource.html",
};

static ALL_ACTIONS: Rule = Rule {
    code: "all-actions",
    severity: Severity::Security,
    risk: "The statement allows every action of every service, so whoever has it is an administrator.",
    remedy: "List the actions that are needed.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
};

static KMS_ALIAS_RESOURCE: Rule = Rule {
    code: "kms-alias-resource",
    severity: Severity::Security,
    risk: "A key's alias as Resource gives no permission on the key, so access depends on a wider statement elsewhere.",
    remedy: "Name the key's own ARN, or name the alias in a condition on kms:RequestAlias or kms:ResourceAliases.",
    reference: "https://docs.aws.amazon.com/kms/latest/developerguide/cmks-in-iam-policies.html",
};

/// The actions whose resource is an alias.
const ALIAS_ACTIONS: [&str; 3] = ["kms:createalias", "kms:deletealias", "kms:updatealias"];

pub(super) fn find(subject: &Subject, findings: &mut Vec<Finding>) {
    if subject.kind.only_limits() {
        return;
    }
    for statement in subject.statements.iter().filter(|it| it.allows()) {
        principals(subject.kind, statement, findings);
        actions(subject.kind, statement, findings);
        resources(statement, findings);
    }
}

fn principals(kind: Kind, statement: &Statement, findings: &mut Vec<Finding>) {
    let Some(principals) = &statement.principals else {
        return;
    };
    if principals.negated {
        let detail = "the statement allows all principals except those that it names";
        findings.push(statement.finding(&ALLOW_NOT_PRINCIPAL, principals.path, detail));
        return;
    }
    let mut everybody = principals
        .items
        .iter()
        .filter(|it| it.kind == "AWS" && it.item.text == "*");
    let Some(everybody) = everybody.next() else {
        return;
    };
    if limits::to_somebody(statement) {
        return;
    }
    let via_service = statement
        .conditions
        .iter()
        .any(|it| it.key.eq_ignore_ascii_case("kms:ViaService"));
    let (rule, detail) = if kind == Kind::Key && via_service {
        let detail = "the principal is *, and only kms:ViaService limits it";
        (&KEY_OPEN_VIA_SERVICE, detail)
    } else {
        let detail = "the principal is *, and no condition limits whose requests are meant";
        (&PUBLIC_PRINCIPAL, detail)
    };
    findings.push(statement.finding(rule, everybody.item.path, detail));
}

fn actions(kind: Kind, statement: &Statement, findings: &mut Vec<Finding>) {
    let Some(actions) = &statement.actions else {
        return;
    };
    if actions.negated {
        let detail = "the statement allows all actions except those that it names";
        findings.push(statement.finding(&ALLOW_NOT_ACTION, actions.path, detail));
        return;
    }
    if !kind.grants_to_identity() || !reaches_every_service(statement) {
        return;
    }
    for action in actions
        .items
        .iter()
        .filter(|it| it.text == "*" || it.text == "*:*")
    {
        let detail = format!("the action is {}", action.text);
        findings.push(statement.finding(&ALL_ACTIONS, action.path, detail));
    }
}

/// Whether resources of any service are meant. On a bucket, every action is every action of S3 on the
/// bucket.
fn reaches_every_service(statement: &Statement) -> bool {
    statement.resources.iter().any(|resources| {
        let mut items = resources.items.iter();
        let is_open = |it: &str| it.split(':').nth(2).is_none_or(|service| service == "*");
        resources.negated || items.any(|it| is_open(&it.text))
    })
}

fn resources(statement: &Statement, findings: &mut Vec<Finding>) {
    let Some(resources) = &statement.resources else {
        return;
    };
    if resources.negated {
        let detail = "the statement allows all resources except those that it names";
        findings.push(statement.finding(&ALLOW_NOT_RESOURCE, resources.path, detail));
        return;
    }
    let actions = statement.actions.iter().flat_map(|it| &it.items);
    let is_of_alias = |action: &str| ALIAS_ACTIONS.contains(&action.to_ascii_lowercase().as_str());
    if actions.into_iter().all(|action| is_of_alias(&action.text)) {
        return;
    }
    for resource in &resources.items {
        let parts: Vec<&str> = resource.text.splitn(6, ':').collect();
        if let ["arn", _, "kms", _, _, name] = parts[..]
            && name.starts_with("alias/")
        {
            let detail = format!("the resource {} is an alias", printable(&resource.text));
            findings.push(statement.finding(&KMS_ALIAS_RESOURCE, resource.path, detail));
        }
    }
}
