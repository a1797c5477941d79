//! What one statement does, in one sentence.

use super::elements::shown_value;
use super::statement::{Condition, Selector, Statement};
use crate::names::is_account_id;
use crate::printable::printable;
use crate::reading::Effect;

/// How many items of a list are named. More are counted, because the sentence is to be read at once.
const NAMED: usize = 3;

/// What the statement does, in one sentence for a person: `Lets the service firehose.amazonaws.com call
/// sts:AssumeRole.`. Without secrets, and safe to print.
#[must_use]
pub fn in_words(statement: &Statement) -> String {
    let actions = listed(&statement.actions, "action", action);
    let mut text = match (statement.effect(), &statement.principals) {
        (Effect::Allow, None) => format!("Allows {actions}"),
        (Effect::Deny, None) => format!("Denies {actions}"),
        (Effect::Allow, Some(whom)) => format!("Lets {} call {actions}", principals(whom)),
        (Effect::Deny, Some(whom)) => format!("Denies {} {actions}", principals(whom)),
    };
    if let Some(resources) = &statement.resources {
        text.push_str(" on ");
        text.push_str(&listed(resources, "resource", resource));
    }
    for (index, condition) in statement.conditions.iter().enumerate() {
        text.push_str(if index == 0 { " if " } else { " and " });
        text.push_str(&condition_in_words(statement, condition));
    }
    text + "."
}

/// The items in words, or how many there are.
fn listed(selector: &Selector, noun: &str, item: impl Fn(&str) -> String) -> String {
    let except = if selector.negated {
        "everything but "
    } else {
        ""
    };
    let items = &selector.items;
    if items.len() > NAMED {
        return format!("{except}{} {noun}s", items.len());
    }
    format!("{except}{}", joined(items.iter().map(|it| item(it)), "and"))
}

fn joined(items: impl Iterator<Item = String>, conjunction: &str) -> String {
    let mut items: Vec<String> = items.collect();
    let Some(last) = items.pop() else {
        return "nothing".to_owned();
    };
    if items.is_empty() {
        return last;
    }
    format!("{} {conjunction} {last}", items.join(", "))
}

fn action(action: &str) -> String {
    match action {
        "*" => "every action".to_owned(),
        action => printable(action),
    }
}

fn resource(resource: &str) -> String {
    match resource {
        "*" => "every resource".to_owned(),
        resource => printable(resource),
    }
}

fn principals(selector: &Selector) -> String {
    let principals = listed(selector, "principal", principal);
    match selector.negated {
        true => principals.replacen("everything", "everyone", 1),
        false => principals,
    }
}

fn principal(item: &str) -> String {
    let (kind, name) = item.split_once(' ').unwrap_or(("AWS", item));
    let account = match kind {
        "AWS" if is_account_id(name) => Some(name),
        "AWS" => name
            .strip_suffix(":root")
            .and_then(|arn| arn.rsplit(':').next())
            .filter(|account| is_account_id(account)),
        _ => None,
    };
    match (kind, account) {
        ("AWS", _) if name == "*" => "anyone".to_owned(),
        (_, Some(account)) => format!("the account {account}"),
        ("AWS", None) => printable(name),
        ("Service", _) => format!("the service {}", printable(name)),
        ("Federated", _) => format!("whoever {} signs in", printable(name)),
        _ => printable(item),
    }
}

/// Only operators that are plain words; any other condition stands as it is written.
fn condition_in_words(statement: &Statement, condition: &Condition) -> String {
    let Condition {
        operator,
        key,
        values,
    } = condition;
    let shown = |value: &String| shown_value(statement, key, value);
    let texts = values.iter().map(|value| shown(&value.text));
    let key = printable(key);
    let verb = match operator.as_str() {
        "StringEquals" | "NumericEquals" | "Bool" | "DateEquals" => "is",
        "StringLike" | "ArnLike" | "ArnEquals" => "matches",
        "StringNotEquals" | "NumericNotEquals" | "DateNotEquals" => "is not",
        "StringNotLike" | "ArnNotLike" | "ArnNotEquals" => "does not match",
        "IpAddress" => "is within",
        "NotIpAddress" => "is not within",
        "Null" if values.iter().all(|it| it.text == "true") => return format!("{key} is absent"),
        "Null" if values.iter().all(|it| it.text == "false") => return format!("{key} is there"),
        operator => {
            let texts: Vec<String> = texts.collect();
            return format!("{} {key} = {}", printable(operator), texts.join(", "));
        }
    };
    format!("{key} {verb} {}", joined(texts, "or"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::in_words;
    use crate::Policy;

    #[test]
    #[rustfmt::skip]
    fn a_statement_in_one_sentence() {
        let many: Vec<String> = (0..4).map(|it| format!("s3:Get{it}")).collect();
        let condition = |condition: Value| json!({"Effect": "Allow", "Action": "a:B", "Resource": "*", "Condition": condition});
        let cases = [
            ("what everyone knows", json!({"Effect": "Allow", "Action": "*", "Resource": "*"}), "Allows every action on every resource."),
            ("a list", json!({"Effect": "Allow", "Action": ["a:B", "c:D", "e:F"], "Resource": ["x", "y"]}), "Allows a:B, c:D and e:F on x and y."),
            ("a long list is counted", json!({"Effect": "Deny", "Action": many, "Resource": "x"}), "Denies 4 actions on x."),
            ("what is left out", json!({"Effect": "Allow", "NotAction": "iam:*", "NotResource": "x"}), "Allows everything but iam:* on everything but x."),
            ("a service", json!({"Effect": "Allow", "Principal": {"Service": "x.amazonaws.com"}, "Action": "sts:AssumeRole"}), "Lets the service x.amazonaws.com call sts:AssumeRole."),
            ("accounts in both forms", json!({"Effect": "Allow", "Principal": {"AWS": ["123456789012", "arn:aws:iam::210987654321:root"]}, "Action": "sts:AssumeRole"}),
                "Lets the account 123456789012 and the account 210987654321 call sts:AssumeRole."),
            ("one user is not an account", json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::210987654321:user/a"}, "Action": "sts:AssumeRole"}),
                "Lets arn:aws:iam::210987654321:user/a call sts:AssumeRole."),
            ("everyone, in both forms", json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}), "Denies anyone s3:* on every resource."),
            ("all but one", json!({"Effect": "Deny", "NotPrincipal": {"AWS": "123456789012"}, "Action": "s3:*", "Resource": "*"}),
                "Denies everyone but the account 123456789012 s3:* on every resource."),
            ("a condition", condition(json!({"StringEquals": {"aws:x": ["1", "2"]}, "ArnLike": {"aws:y": "z*"}})), "Allows a:B on every resource if aws:x is 1 or 2 and aws:y matches z*."),
            ("a key that has to be there", condition(json!({"Null": {"aws:x": "false"}})), "Allows a:B on every resource if aws:x is there."),
            ("an operator without plain words", condition(json!({"ForAllValues:StringEquals": {"aws:x": "1"}})), "Allows a:B on every resource if ForAllValues:StringEquals aws:x = 1."),
            ("the external ID is hidden", json!({"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"sts:ExternalId": "hunter2"}}}),
                "Lets the account 123456789012 call sts:AssumeRole if sts:ExternalId is (sensitive)."),
            ("a line break of others makes no line", json!({"Effect": "Allow", "Action": "s3:*\nforged", "Resource": "*"}), "Allows s3:*\\nforged on every resource."),
        ];
        for (why, statement, expected) in cases {
            let policy = Policy::from_value(json!({"Version": "2012-10-17", "Statement": [statement]})).expect("a policy");
            assert_eq!(in_words(&policy.statements()[0]), expected, "{why}");
        }
    }
}
