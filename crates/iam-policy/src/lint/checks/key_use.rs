//! Condition keys that say less about a request than the statement seems to take from them.

use crate::lint::finding::Finding;
use crate::lint::named::selects;
use crate::lint::operator::Operator;
use crate::lint::rule::{Rule, Severity};
use crate::lint::subject::Subject;
use crate::policy::Kind;
use crate::printable::printable;
use crate::reading::{Condition, Statement};

pub(super) const RULES: &[&Rule] = &[
    &PRIVATE_ADDRESS_WITHOUT_VPC,
    &TAG_CONDITION_ON_ALL_ACTIONS,
    &ORGANIZATION_OF_SERVICE,
    &SPOOFABLE_CONDITION_KEY,
    &IRRELEVANT_CONDITION_KEY,
    &ATTRIBUTES_WITHOUT_SELECT,
    &PREFIX_NEGATED,
];

const KEYS: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html";
const CHECKS: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html";

static PRIVATE_ADDRESS_WITHOUT_VPC: Rule = Rule {
    code: "private-address-without-vpc",
    severity: Severity::Warning,
    risk: "Addresses within a VPC are not unique, so a request from the same address of somebody else's VPC meets the condition too.",
    remedy: "Test aws:SourceVpc or aws:SourceVpce in the same statement.",
    reference: KEYS,
};

static TAG_CONDITION_ON_ALL_ACTIONS: Rule = Rule {
    code: "tag-condition-on-all-actions",
    severity: Severity::Warning,
    risk: "Many actions do not know the tags of their resource, so the statement neither allows nor denies these actions.",
    remedy: "List the actions that support aws:ResourceTag, and give the others a statement without it.",
    reference: CHECKS,
};

static ORGANIZATION_OF_SERVICE: Rule = Rule {
    code: "organization-of-service",
    severity: Severity::Warning,
    risk: "A service is no member of an organization, so its requests do not have the key and the statement allows them nothing.",
    remedy: "Use aws:SourceOrgID or aws:SourceAccount, which show for whom the service acts.",
    reference: KEYS,
};

static SPOOFABLE_CONDITION_KEY: Rule = Rule {
    code: "spoofable-condition-key",
    severity: Severity::Warning,
    risk: "The caller chooses the value of the key, so the condition keeps nobody out who knows the value.",
    remedy: "Test something that AWS knows of the request, such as aws:PrincipalArn, aws:SourceVpce or aws:SourceArn.",
    reference: KEYS,
};

static IRRELEVANT_CONDITION_KEY: Rule = Rule {
    code: "irrelevant-condition-key",
    severity: Severity::Suggestion,
    risk: "The policy belongs to the bucket, so the bucket's account is known and the condition is always or never true.",
    remedy: "Remove the condition, or move it to the policy of an identity.",
    reference: CHECKS,
};

static ATTRIBUTES_WITHOUT_SELECT: Rule = Rule {
    code: "attributes-without-select",
    severity: Severity::Security,
    risk: "A read that names no attributes does not have dynamodb:Attributes to compare, and it returns all of them.",
    remedy: "Also require that dynamodb:Select is SPECIFIC_ATTRIBUTES.",
    reference: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html",
};

static PREFIX_NEGATED: Rule = Rule {
    code: "prefix-negated",
    severity: Severity::Warning,
    risk: "A request with a shorter prefix, or with none, does not meet the condition and lists the same objects.",
    remedy: "Allow the prefixes that may be listed with StringLike, or deny all others with StringNotLike.",
    reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html",
};

pub(super) fn find(subject: &Subject, findings: &mut Vec<Finding>) {
    for statement in &subject.statements {
        for condition in &statement.conditions {
            let Some(operator) = Operator::parse(condition.operator) else {
                continue;
            };
            // Whether a request has the key at all is no statement about its value.
            if operator.name != "Null"
                && let Some((rule, detail)) = problem(subject.kind, statement, condition, operator)
            {
                findings.push(statement.finding(rule, condition.path, detail));
            }
        }
    }
}

fn problem(
    kind: Kind,
    statement: &Statement,
    condition: &Condition,
    operator: Operator,
) -> Option<(&'static Rule, String)> {
    let key = condition.key.to_ascii_lowercase();
    let shown = printable(condition.key);
    match key.as_str() {
        "aws:vpcsourceip" => {
            let of_vpc = ["aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn"];
            (!tests_one_of(statement, &of_vpc)).then(|| {
                let detail = format!("no condition on a VPC is beside {shown}");
                (&PRIVATE_ADDRESS_WITHOUT_VPC, detail)
            })
        }
        "aws:principalorgid" | "aws:principalorgpaths" => {
            let only_services = statement.principals.as_ref().is_some_and(|it| {
                !it.negated && it.items.iter().all(|principal| principal.kind == "Service")
            });
            (only_services && statement.allows() && operator.demands_match()).then(|| {
                let detail = format!("{shown} is tested, and every principal is a service");
                (&ORGANIZATION_OF_SERVICE, detail)
            })
        }
        "aws:useragent" | "aws:referer" => {
            let detail = format!("the caller can set {shown} to any value");
            Some((&SPOOFABLE_CONDITION_KEY, detail))
        }
        "s3:resourceaccount" if kind == Kind::Bucket => {
            let detail = format!("{shown} is the account of the bucket");
            Some((&IRRELEVANT_CONDITION_KEY, detail))
        }
        "dynamodb:attributes" if statement.allows() => {
            let reads = ["GetItem", "BatchGetItem", "Query", "Scan"];
            let mut reads = reads.iter();
            let reads_items = reads.any(|it| selects(statement, &format!("dynamodb:{it}")));
            (reads_items && !tests_one_of(statement, &["dynamodb:select"])).then(|| {
                let detail = format!("no condition on dynamodb:Select is beside {shown}");
                (&ATTRIBUTES_WITHOUT_SELECT, detail)
            })
        }
        // Nothing is shorter than an empty prefix.
        "s3:prefix"
            if statement.allows() == operator.is_negated()
                && condition.values.iter().any(|it| !it.text.is_empty()) =>
        {
            let detail = format!("{} {shown} is not met by a shorter prefix", operator.name);
            Some((&PREFIX_NEGATED, detail))
        }
        _ if key.starts_with("aws:resourcetag/") => {
            let what = all_actions(statement)?;
            (operator.demands_match()).then(|| {
                let detail = format!("{shown} is tested for {what}");
                (&TAG_CONDITION_ON_ALL_ACTIONS, detail)
            })
        }
        _ => None,
    }
}

fn tests_one_of(statement: &Statement, keys: &[&str]) -> bool {
    let mut conditions = statement.conditions.iter();
    conditions.any(|it| keys.contains(&it.key.to_ascii_lowercase().as_str()))
}

/// What a statement selects, if it selects actions of all services.
fn all_actions(statement: &Statement) -> Option<&'static str> {
    let actions = statement.actions.as_ref()?;
    if actions.negated {
        return Some("all actions except some");
    }
    let mut items = actions.items.iter();
    let all = items.any(|it| ["*", "*:*"].contains(&it.text.as_ref()));
    all.then_some("all actions")
}
