//! The one secret that policy documents hold: the external ID.

use serde_json::Value;

/// The text in the place of the external ID wherever a document is shown.
pub(super) const SENSITIVE: &str = "(sensitive)";

/// Whether a condition key is that of the external ID. AWS ignores the case of condition keys.
fn is_secret_key(key: &str) -> bool {
    key.eq_ignore_ascii_case("sts:ExternalId")
}

/// Whether a statement is for AWS's services alone. The external ID that a service presents is the
/// number of an account, as in the guide of Firehose, and no secret.
fn is_for_services(statement: &Value) -> bool {
    let principals = statement.get("Principal").and_then(Value::as_object);
    principals.is_some_and(|kinds| !kinds.is_empty() && kinds.keys().all(|kind| kind == "Service"))
}

/// Whether the values of that condition key of a statement are secret.
pub(super) fn is_secret(statement: &Value, key: &str) -> bool {
    is_secret_key(key) && !is_for_services(statement)
}

/// The document with the values of every `sts:ExternalId` condition replaced by `"(sensitive)"`, except
/// in statements for AWS's services alone.
///
/// The key is looked for at every level, so a document that is not a policy is safe to print as well.
#[must_use]
pub fn redacted(document: &Value) -> Value {
    match document {
        Value::Object(_) if is_for_services(document) => document.clone(),
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| {
                let shown = if is_secret_key(key) {
                    Value::from(SENSITIVE)
                } else {
                    redacted(value)
                };
                (key.clone(), shown)
            })
            .collect(),
        Value::Array(items) => items.iter().map(redacted).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::redacted;
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
