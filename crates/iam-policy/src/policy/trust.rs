//! Whom a trust policy trusts, in one line.

use super::document::Policy;
use super::secret::is_secret_key;
use super::statement::Statement;
use crate::names::Arn;
use crate::printable::printable;
use crate::reading::Effect;

/// Who may assume the role with this trust policy, in one line for a person: `account 210987654321 with
/// an external ID; ec2.amazonaws.com`. What a statement denies is not told.
#[must_use]
pub fn trusted(policy: &Policy) -> String {
    let statements = policy.statements().iter();
    let allowed = statements.filter(|statement| statement.effect == Effect::Allow);
    let trusted: Vec<String> = allowed.map(one).collect();
    if trusted.is_empty() {
        "nobody".to_owned()
    } else {
        trusted.join("; ")
    }
}

fn one(statement: &Statement) -> String {
    let Some(principals) = &statement.principals else {
        return "nobody".to_owned();
    };
    let except = if principals.negated { "all but " } else { "" };
    let names: Vec<String> = principals.items.iter().map(|it| name(it)).collect();
    // Only an exact value asks for an external ID: a pattern may match any, `IfExists` none.
    let has_external_id = statement.conditions.iter().any(|condition| {
        condition.operator.eq_ignore_ascii_case("StringEquals") && is_secret_key(&condition.key)
    });
    let conditions = match (has_external_id, statement.conditions.len()) {
        (_, 0) => "",
        (true, 1) => " with an external ID",
        (true, _) => " with an external ID, under further conditions",
        (false, _) => " under conditions",
    };
    format!("{except}{}{conditions}", names.join(", "))
}

/// A principal without its kind. A whole account is named by its number.
fn name(principal: &str) -> String {
    let Some((kind, name)) = principal.split_once(' ') else {
        return "everybody".to_owned();
    };
    if kind != "AWS" {
        return printable(name);
    }
    let is_number = name.len() == 12 && name.bytes().all(|byte| byte.is_ascii_digit());
    match name.parse::<Arn>() {
        Ok(arn) if arn.resource == "root" => format!("account {}", printable(&arn.account)),
        Err(_) if name == "*" => "everybody".to_owned(),
        Err(_) if is_number => format!("account {name}"),
        _ => printable(name),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::trusted;
    use crate::Policy;

    #[test]
    #[rustfmt::skip]
    fn whoever_may_assume_a_role_is_named() {
        let account = json!({"AWS": "arn:aws:iam::210987654321:root"});
        let id = |operator: &str| json!({operator: {"sts:ExternalId": "secret"}});
        let cases = [
            ("a service", json!({"Service": "ec2.amazonaws.com"}), json!({}), "ec2.amazonaws.com"),
            ("an account by its ARN", account.clone(), json!({}), "account 210987654321"),
            ("an account by its number", json!({"AWS": ["210987654321"]}), json!({}), "account 210987654321"),
            ("a role", json!({"AWS": "arn:aws:iam::210987654321:role/a"}), json!({}), "arn:aws:iam::210987654321:role/a"),
            ("everybody", json!("*"), json!({}), "everybody"),
            ("everybody, written otherwise", json!({"AWS": "*"}), json!({}), "everybody"),
            ("an external ID is told and not shown", account.clone(), id("StringEquals"), "account 210987654321 with an external ID"),
            ("a pattern asks for no certain one", account.clone(), id("StringLike"), "account 210987654321 under conditions"),
            ("another condition", account, json!({"Bool": {"aws:SecureTransport": "true"}}), "account 210987654321 under conditions"),
            ("a name of others makes no line", json!({"Service": "a\nb"}), json!({}), "a\\nb"),
        ];
        for (why, principal, condition, expected) in cases {
            let document = json!({"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, "Condition": condition}]});
            assert_eq!(trusted(&Policy::from_value(document).expect("a policy")), expected, "{why}");
        }
        let nobody = json!({"Statement": [{"Effect": "Deny", "Action": "*", "Principal": "*"}]});
        assert_eq!(trusted(&Policy::from_value(nobody).expect("a policy")), "nobody");
    }
}
