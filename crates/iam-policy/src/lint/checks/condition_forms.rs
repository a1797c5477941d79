//! Conditions whose operator, qualifier and values do not go together.

use std::mem::discriminant;

use serde_json::Value;

use crate::lint::finding::Finding;
use crate::lint::operator::{Operator, Type};
use crate::lint::rule::{Rule, Severity};
use crate::lint::subject::Subject;
use crate::printable::printable;
use crate::reading::{Condition, Statement};

pub(super) const RULES: &[&Rule] = &[
    &SEVERAL_BOOLEANS,
    &NULL_WITH_QUALIFIER,
    &AUDIENCE_WITH_QUALIFIER,
    &VALUES_OF_DIFFERENT_TYPES,
    &VARIABLE_UNDER_OPERATOR,
];

const OPERATORS: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html";
const CHECKS: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html";

static SEVERAL_BOOLEANS: Rule = Rule {
    code: "several-booleans",
    severity: Severity::Warning,
    risk: "A condition that takes both true and false limits nothing, or only whether the request has the key.",
    remedy: "Write the one value that is meant.",
    reference: CHECKS,
};

static NULL_WITH_QUALIFIER: Rule = Rule {
    code: "null-with-qualifier",
    severity: Severity::Warning,
    risk: "Null asks about the key and not about its values, so ForAllValues:Null is always true and ForAnyValue:Null never.",
    remedy: "Write Null without the qualifier.",
    reference: CHECKS,
};

static AUDIENCE_WITH_QUALIFIER: Rule = Rule {
    code: "audience-with-qualifier",
    severity: Severity::Warning,
    risk: "A token usually has one audience, for which a qualifier adds nothing, and ForAllValues is also true for a token without an audience.",
    remedy: "Remove the qualifier, unless the provider puts several audiences into its tokens.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html",
};

static VALUES_OF_DIFFERENT_TYPES: Rule = Rule {
    code: "values-of-different-types",
    severity: Severity::Warning,
    risk: "Values of one key with different JSON types are refused by Access Analyzer and read differently by other tools.",
    remedy: "Write all values of the key as strings.",
    reference: CHECKS,
};

static VARIABLE_UNDER_OPERATOR: Rule = Rule {
    code: "variable-under-operator",
    severity: Severity::Error,
    risk: "AWS replaces policy variables under string and ARN operators only, so under another operator the variable never matches or is refused.",
    remedy: "Write the value in full, or use a string operator.",
    reference: OPERATORS,
};

pub(super) fn find(subject: &Subject, findings: &mut Vec<Finding>) {
    for statement in &subject.statements {
        for condition in &statement.conditions {
            if let Some(operator) = Operator::parse(condition.operator) {
                qualifier(statement, condition, operator, findings);
                values(statement, condition, operator, findings);
            }
        }
    }
}

fn qualifier(
    statement: &Statement,
    condition: &Condition,
    operator: Operator,
    findings: &mut Vec<Finding>,
) {
    if operator.quantifier.is_none() {
        return;
    }
    let rule = if operator.name == "Null" {
        &NULL_WITH_QUALIFIER
    } else if is_audience(condition.key) {
        &AUDIENCE_WITH_QUALIFIER
    } else {
        return;
    };
    let detail = format!(
        "the operator for {} is {}",
        printable(condition.key),
        printable(condition.operator)
    );
    findings.push(statement.finding(rule, condition.path, detail));
}

/// Whether a key is the audience of a provider of web identities, whose keys begin with its domain.
fn is_audience(key: &str) -> bool {
    let Some((issuer, claim)) = key.rsplit_once(':') else {
        return false;
    };
    issuer.contains('.') && claim.eq_ignore_ascii_case("aud")
}

fn values(
    statement: &Statement,
    condition: &Condition,
    operator: Operator,
    findings: &mut Vec<Finding>,
) {
    let key = printable(condition.key);
    if operator.compares == Type::Bool
        && operator.quantifier.is_none()
        && condition.values.len() > 1
    {
        let detail = format!("{key} has {} values", condition.values.len());
        findings.push(statement.finding(&SEVERAL_BOOLEANS, condition.path, detail));
    }
    if has_mixed_types(statement, condition) {
        let detail = format!("the values of {key} have different types");
        findings.push(statement.finding(&VALUES_OF_DIFFERENT_TYPES, condition.path, detail));
    }
    if [Type::Text, Type::Arn].contains(&operator.compares) {
        return;
    }
    for value in condition.values.iter().filter(|it| it.text.contains("${")) {
        let detail = format!(
            "\"{}\" is compared by {}",
            printable(&value.text),
            operator.name
        );
        findings.push(statement.finding(&VARIABLE_UNDER_OPERATOR, value.path, detail));
    }
}

/// The parts of a statement hold every value as text, so that the types are those of the JSON.
fn has_mixed_types(statement: &Statement, condition: &Condition) -> bool {
    let values = &statement.json["Condition"][condition.operator][condition.key];
    let values = values.as_array().map_or(&[] as &[Value], |it| it);
    values
        .iter()
        .any(|value| discriminant(value) != discriminant(&values[0]))
}
