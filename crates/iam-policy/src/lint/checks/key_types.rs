//! Operators and qualifiers that do not fit the type of their condition key.
//!
//! `condition_keys` finds the key in the reference data and asks here what is wrong with its use.

use crate::authorization::{ConditionKey, KeyType};
use crate::lint::finding::Finding;
use crate::lint::named::has_wildcard;
use crate::lint::operator::{Operator, Type};
use crate::lint::rule::{Rule, Severity};
use crate::printable::printable;
use crate::reading::{Condition, Statement};

const OPERATORS: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html";

pub(super) static OPERATOR_FOR_OTHER_TYPE: Rule = Rule {
    code: "operator-for-other-type",
    severity: Severity::Warning,
    risk: "The operator compares values of another type than the key has, so other spellings of the same value do not match.",
    remedy: "Use an operator of the key's type.",
    reference: OPERATORS,
};

pub(super) static STRING_OPERATOR_FOR_ARN: Rule = Rule {
    code: "string-operator-for-arn",
    severity: Severity::Warning,
    risk: "A string operator does not know the parts of an ARN, so a wildcard in one part also matches text of the next.",
    remedy: "Use ArnLike or ArnEquals, or ArnNotLike or ArnNotEquals, which compare an ARN part by part.",
    reference: OPERATORS,
};

pub(super) static MISSING_QUALIFIER: Rule = Rule {
    code: "missing-qualifier",
    severity: Severity::Warning,
    risk: "A request can have several values for the key, and without a qualifier nothing says whether one of them has to match or all.",
    remedy: "Put ForAnyValue: or ForAllValues: before the operator.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html",
};

/// What is wrong with the operator of a condition on that key.
pub(super) fn find(
    statement: &Statement,
    condition: &Condition,
    key: &ConditionKey,
    findings: &mut Vec<Finding>,
) {
    operator_for_type(statement, condition, key, findings);
    qualifier(statement, condition, key, findings);
}

fn operator_for_type(
    statement: &Statement,
    condition: &Condition,
    key: &ConditionKey,
    findings: &mut Vec<Finding>,
) {
    let Some(operator) = Operator::parse(condition.operator) else {
        return;
    };
    // Variables stand for text alone, so a variable is compared as text whatever the key holds.
    let is_open = operator.compares == Type::Text
        && condition.values.iter().all(|it| it.text.starts_with("${"));
    if operator.name == "Null" || is_open {
        return;
    }
    let rule = match (key.kind, operator.compares) {
        (KeyType::Arn, Type::Text) if has_wildcard_value(operator, condition) => {
            &STRING_OPERATOR_FOR_ARN
        }
        // AWS's own policies compare ARNs in keys of text, such as those of an encryption context.
        (KeyType::String, Type::Text | Type::Arn | Type::Binary)
        | (KeyType::Arn, Type::Arn | Type::Text)
        | (KeyType::Bool, Type::Bool)
        | (KeyType::Numeric, Type::Number)
        // A date may be given in seconds.
        | (KeyType::Date, Type::Date | Type::Number)
        | (KeyType::IpAddress, Type::Address) => return,
        _ => &OPERATOR_FOR_OTHER_TYPE,
    };
    let (name, shown) = (operator.name, printable(condition.key));
    let detail = format!(
        "{shown} is {}, and {name} compares {}",
        of_key(key.kind),
        compared(operator.compares)
    );
    findings.push(statement.finding(rule, condition.path, detail));
}

fn qualifier(
    statement: &Statement,
    condition: &Condition,
    key: &ConditionKey,
    findings: &mut Vec<Finding>,
) {
    let asks_for_values = |it: &Operator| it.quantifier.is_none() && it.name != "Null";
    if key.is_multivalued
        && Operator::parse(condition.operator).is_some_and(|it| asks_for_values(&it))
    {
        let detail = format!(
            "a request can have several values for {}",
            printable(condition.key)
        );
        findings.push(statement.finding(&MISSING_QUALIFIER, condition.path, detail));
    }
}

/// Without a wildcard, equal text is an equal ARN.
fn has_wildcard_value(operator: Operator, condition: &Condition) -> bool {
    operator.name.ends_with("Like") && condition.values.iter().any(|it| has_wildcard(&it.text))
}

fn of_key(kind: KeyType) -> &'static str {
    match kind {
        KeyType::String => "text",
        KeyType::Arn => "an ARN",
        KeyType::Bool => "true or false",
        KeyType::Numeric => "a number",
        KeyType::Date => "a date",
        KeyType::IpAddress => "an IP address",
    }
}

fn compared(compares: Type) -> &'static str {
    match compares {
        Type::Text => "text",
        Type::Number => "numbers",
        Type::Date => "dates",
        Type::Bool => "true and false",
        Type::Binary => "binary values",
        Type::Address => "IP addresses",
        Type::Arn => "ARNs",
    }
}
