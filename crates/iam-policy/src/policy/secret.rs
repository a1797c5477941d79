//! The one secret that policy documents hold: the external ID.

use serde_json::Value;

/// The text in the place of the external ID wherever a document is shown.
pub(super) const SENSITIVE: &str = "(sensitive)";

/// Whether a condition key is that of the external ID. AWS ignores the case of condition keys.
pub(super) fn is_secret_key(key: &str) -> bool {
    key.eq_ignore_ascii_case("sts:ExternalId")
}

/// Whether a statement is for AWS's services alone. The external ID that a service presents is the
/// number of an account, as in the guide of Firehose, and no secret.
fn is_for_services(statement: &Value) -> bool {
    let principals = statement.get("Principal").and_then(Value::as_object);
    principals.is_some_and(|kinds| !kinds.is_empty() && kinds.keys().all(|kind| kind == "Service"))
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether `value` of that condition key of a statement is secret. Whoever may write a policy may
/// put any value into a statement for a service, so only the number of an account is shown there.
pub(super) fn is_secret(statement: &Value, key: &str, value: &str) -> bool {
    is_secret_key(key) && !(is_for_services(statement) && is_account(value))
}

/// The document with the values of every `sts:ExternalId` condition replaced by `"(sensitive)"`, except
/// for the numbers of accounts in statements for AWS's services alone.
///
/// The key is looked for at every level, so a document that is not a policy is safe to print as well.
#[must_use]
pub fn redacted(document: &Value) -> Value {
    redact(document, false)
}

fn redact(document: &Value, for_services: bool) -> Value {
    let for_services = for_services || is_for_services(document);
    match document {
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| {
                let shown = if is_secret_key(key) && !(for_services && holds_accounts(value)) {
                    Value::from(SENSITIVE)
                } else {
                    redact(value, for_services)
                };
                (key.clone(), shown)
            })
            .collect(),
        Value::Array(items) => items.iter().map(|it| redact(it, for_services)).collect(),
        other => other.clone(),
    }
}

/// Whether a condition's value, or each in its list, is the number of an account.
fn holds_accounts(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().all(holds_accounts),
        value => value.as_str().is_some_and(is_account),
    }
}

#[cfg(test)]
mod tests {
    use super::redacted;
    use crate::diff;
    use crate::policy::Policy;
    use serde_json::json;

    fn trust(id: serde_json::Value) -> serde_json::Value {
        json!({"Statement": {
            "Effect": "Allow", "Principal": {"AWS": "1"}, "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"STS:externalid": id, "aws:SourceAccount": "7"}},
        }})
    }

    #[test]
    fn what_a_service_presents_is_shown() {
        let mut firehose = trust(json!("123456789012"));
        firehose["Statement"]["Principal"] = json!({"Service": "firehose.amazonaws.com"});
        assert_eq!(redacted(&firehose), firehose);
        firehose["Statement"]["Principal"]["AWS"] = json!("123456789012");
        assert_ne!(redacted(&firehose), firehose, "an agent may present it too");
    }

    #[test]
    fn a_statement_for_a_service_shows_nothing_but_the_number_of_an_account() {
        for id in [
            json!("hunter2"),
            json!(["123456789012", "hunter2"]),
            json!({"nested": "hunter2"}),
            json!("1234567890123"),
        ] {
            let mut drifted = trust(id);
            drifted["Statement"]["Principal"] = json!({"Service": "ec2.amazonaws.com"});
            let mut hidden = trust(json!("(sensitive)"));
            hidden["Statement"]["Principal"] = json!({"Service": "ec2.amazonaws.com"});
            assert_eq!(redacted(&drifted), hidden);
        }
    }

    #[test]
    fn a_diff_shows_no_external_id_that_moved_to_a_statement_for_a_service() {
        let ours = Policy::from_value(trust(json!("hunter2"))).expect("a valid policy");
        let mut drifted = trust(json!("hunter2"));
        drifted["Statement"]["Principal"] = json!({"Service": "ec2.amazonaws.com"});
        let drifted = Policy::from_value(drifted).expect("a valid policy");
        for (old, new) in [(&ours, &drifted), (&drifted, &ours)] {
            let lines = diff(Some(old), Some(new));
            let shown: String = lines.iter().map(|line| line.text.as_str()).collect();
            assert!(!shown.contains("hunter2"), "{shown}");
        }
    }

    #[test]
    fn the_external_id_is_replaced_whatever_its_form() {
        for id in [json!("hunter2"), json!(["hunter2", "hunter3"])] {
            assert_eq!(redacted(&trust(id)), trust(json!("(sensitive)")));
        }
    }

    #[test]
    fn debug_does_not_show_the_external_id() {
        let policy = Policy::from_value(trust(json!("hunter2"))).expect("a valid policy");
        let shown = format!("{policy:?} {:?}", policy.statements());
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(shown.contains("aws:SourceAccount"), "{shown}");
        assert!(policy.compact().contains("hunter2"));
    }
}
