//! Conditions on a second factor that requests with an access key evade.
//!
//! A request with the long-term access key of a user has no `aws:MultiFactorAuthPresent`: "AWS global
//! condition context keys" in the IAM User Guide, which therefore advises `BoolIfExists` in a denial.

use crate::lint::finding::Finding;
use crate::lint::operator::Operator;
use crate::lint::rule::{Rule, Severity};
use crate::lint::subject::Subject;
use crate::printable::printable;
use crate::reading::{Condition, Effect, Statement};

pub(super) const RULES: &[&Rule] = &[&SECOND_FACTOR_EVADED];

static SECOND_FACTOR_EVADED: Rule = Rule {
    code: "second-factor-evaded",
    severity: Severity::Warning,
    risk: "A request with a user's access key has no aws:MultiFactorAuthPresent, so the statement treats the request as if it had a second factor.",
    remedy: "Write BoolIfExists with false in a denial, and Bool with true where a statement allows.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html",
};

pub(super) fn find(subject: &Subject, findings: &mut Vec<Finding>) {
    for statement in &subject.statements {
        for condition in &statement.conditions {
            if condition
                .key
                .eq_ignore_ascii_case("aws:MultiFactorAuthPresent")
                && is_evaded(statement, condition)
            {
                let operator = printable(condition.operator);
                let detail = match statement.effect {
                    Some(Effect::Deny) => {
                        format!("{operator} does not deny a request without the key")
                    }
                    _ => format!("{operator} allows a request without the key"),
                };
                findings.push(statement.finding(&SECOND_FACTOR_EVADED, condition.path, detail));
            }
        }
    }
}

fn is_evaded(statement: &Statement, condition: &Condition) -> bool {
    let Some(operator) = Operator::parse(condition.operator).filter(|it| it.name == "Bool") else {
        return false;
    };
    let asks_for = |wanted: &str| {
        let mut values = condition.values.iter();
        values.len() == 1 && values.all(|it| it.text.eq_ignore_ascii_case(wanted))
    };
    match statement.effect {
        Some(Effect::Deny) => asks_for("false") && !operator.if_exists,
        _ => asks_for("true") && operator.if_exists && !demands_key(statement),
    }
}

/// Whether another condition of the statement lets through only requests with the key, or with one
/// that comes with it.
fn demands_key(statement: &Statement) -> bool {
    statement.conditions.iter().any(|it| {
        let is_of_factor = it
            .key
            .to_ascii_lowercase()
            .starts_with("aws:multifactorauth");
        let is_there = it.operator.eq_ignore_ascii_case("Null")
            && it.values.iter().all(|value| value.text == "false");
        is_of_factor
            && (is_there || Operator::parse(it.operator).is_some_and(Operator::demands_match))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::find;
    use crate::lint::checks::trial::check;

    #[test]
    #[rustfmt::skip]
    fn which_conditions_an_access_key_evades() {
        let on = |effect: &str, condition: Value| json!({"Effect": effect, "Action": "s3:*", "Resource": "*", "Condition": condition});
        let mfa = |operator: &str, value: &str| json!({operator: {"aws:MultiFactorAuthPresent": value}});
        let place = |operator| format!("second-factor-evaded Statement.Condition.{operator}[\"aws:MultiFactorAuthPresent\"]: {operator}");
        let (denied, allowed) = (place("Bool"), place("BoolIfExists"));
        let denied = format!("{denied} does not deny a request without the key");
        let allowed = format!("{allowed} allows a request without the key");
        check(find, [
            ("a denial that an access key evades", on("Deny", mfa("Bool", "false")), &[&denied as &str] as &[&str]),
            ("a denial for access keys too", on("Deny", mfa("BoolIfExists", "false")), &[]),
            ("a denial of those with a second factor", on("Deny", mfa("Bool", "true")), &[]),
            ("an Allow for those with a second factor", on("Allow", mfa("Bool", "true")), &[]),
            ("an Allow for access keys too", on("Allow", mfa("BoolIfExists", "true")), &[&allowed]),
            ("an Allow that also asks whether the key is there", on("Allow", json!({"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}, "Null": {"aws:MultiFactorAuthPresent": "false"}})), &[]),
            ("an Allow with a limit on the age", on("Allow", json!({"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}, "NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}})), &[]),
            ("another key", on("Deny", json!({"Bool": {"aws:SecureTransport": "false"}})), &[]),
        ]);
    }
}
