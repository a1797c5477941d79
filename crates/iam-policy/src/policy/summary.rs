//! What a policy allows and denies, in one line.

use super::document::Policy;
use super::statement::{Selector, Statement};
use crate::printable::printable;
use crate::reading::Effect;

/// How many actions of a statement, and how many statements, are named. The others are counted.
const NAMED: usize = 4;

/// What a policy allows and denies, in one line for a person: `s3:* on *; iam:PassRole on 2
/// resources, under conditions; denies ec2:* on *`.
///
/// What has a wildcard is named first, so that many narrow entries do not hide it.
#[must_use]
pub fn summary(policy: &Policy) -> String {
    let mut statements: Vec<&Statement> = policy.statements().iter().collect();
    statements.sort_by_key(|statement| {
        let wide =
            |selector: &Selector| selector.negated || selector.items.iter().any(|it| is_wide(it));
        let resources = statement.resources.as_ref();
        (
            statement.effect() == Effect::Deny,
            !wide(&statement.actions),
            !resources.is_some_and(wide),
        )
    });
    if statements.is_empty() {
        return "nothing".to_owned();
    }
    let named = statements.iter().take(NAMED).map(|it| one(it));
    let mut parts: Vec<String> = named.collect();
    match statements.len().saturating_sub(NAMED) {
        0 => {}
        1 => parts.push("and 1 more statement".to_owned()),
        more => parts.push(format!("and {more} more statements")),
    }
    parts.join("; ")
}

fn is_wide(item: &str) -> bool {
    item.contains(['*', '?'])
}

fn one(statement: &Statement) -> String {
    let mut text = match statement.effect() {
        Effect::Allow => String::new(),
        Effect::Deny => "denies ".to_owned(),
    };
    text.push_str(&actions(&statement.actions));
    if let Some(resources) = &statement.resources {
        text.push_str(" on ");
        text.push_str(&counted(resources));
    }
    if !statement.conditions.is_empty() {
        text.push_str(", under conditions");
    }
    text
}

fn actions(actions: &Selector) -> String {
    let mut items: Vec<&String> = actions.items.iter().collect();
    items.sort_by_key(|item| (!is_wide(item), item.len()));
    let except = if actions.negated { "all but " } else { "" };
    let named = items.iter().take(NAMED).map(|item| printable(item));
    let named: Vec<String> = named.collect();
    let more = match items.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{except}{}{more}", named.join(", "))
}

fn counted(resources: &Selector) -> String {
    let except = if resources.negated { "all but " } else { "" };
    match resources.items.as_slice() {
        [only] => format!("{except}{}", printable(only)),
        items if !resources.negated && items.iter().any(|item| item == "*") => "*".to_owned(),
        items => format!("{except}{} resources", items.len()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::summary;
    use crate::Policy;

    #[test]
    #[rustfmt::skip]
    fn a_policy_in_one_line() {
        let allow = |action: Value, resource: Value| json!({"Effect": "Allow", "Action": action, "Resource": resource});
        let cases = [
            ("everything", json!([allow("*".into(), "*".into())]), "* on *"),
            ("nothing", json!([]), "nothing"),
            ("several resources are counted", json!([allow("iam:PassRole".into(), json!(["a", "b"]))]), "iam:PassRole on 2 resources"),
            ("one of which is every resource", json!([allow("iam:PassRole".into(), json!(["a", "*"]))]), "iam:PassRole on *"),
            ("the widest stands first, and a denial last",
                json!([{"Effect": "Deny", "Action": "ec2:*", "Resource": "*"}, allow("s3:GetObject".into(), "a".into()), allow("s3:*".into(), "*".into())]),
                "s3:* on *; s3:GetObject on a; denies ec2:* on *"),
            ("conditions are told", json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}]),
                "s3:* on *, under conditions"),
            ("the excepted", json!([{"Effect": "Allow", "NotAction": "iam:*", "NotResource": ["a", "*"]}]), "all but iam:* on all but 2 resources"),
            ("many actions do not hide a wildcard", json!([allow(json!(["a:B", "c:D", "e:F", "g:H", "i:J", "iam:*"]), "*".into())]),
                "iam:*, a:B, c:D, e:F and 2 more on *"),
            ("many statements do not hide a wildcard",
                json!([allow("a:B".into(), "a".into()), allow("c:D".into(), "a".into()), allow("e:F".into(), "a".into()), allow("g:H".into(), "a".into()), allow("iam:*".into(), "*".into())]),
                "iam:* on *; a:B on a; c:D on a; e:F on a; and 1 more statement"),
            ("a line break of others makes no line", json!([allow("s3:*\nforged".into(), "*".into())]), "s3:*\\nforged on *"),
        ];
        for (why, statements, expected) in cases {
            let document = json!({"Version": "2012-10-17", "Statement": statements});
            assert_eq!(summary(&Policy::from_value(document).expect("a policy")), expected, "{why}");
        }
    }
}
