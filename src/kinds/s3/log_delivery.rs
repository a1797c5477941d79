//! The statements that AWS itself adds to the policy of a bucket that receives logs.

use iam_policy::{Effect, Statement};
use serde_json::Value;

const SERVICE: &str = "delivery.logs.amazonaws.com";

/// Whether the statement is an Allow for the log delivery service and for no other principal.
///
/// AWS appends such statements when a flow log or another vended log is sent to a bucket. Without
/// them, that log would stop.
#[must_use]
pub fn is_log_delivery(statement: &Statement) -> bool {
    let principal = statement.document().get("Principal");
    let kinds = principal.and_then(Value::as_object);
    let services = kinds
        .filter(|kinds| kinds.len() == 1)
        .and_then(|kinds| kinds.get("Service"));
    let alone = match services {
        Some(Value::Array(services)) => {
            !services.is_empty() && services.iter().all(|service| service == SERVICE)
        }
        service => service.is_some_and(|service| service == SERVICE),
    };
    statement.effect() == Effect::Allow && alone
}

#[cfg(test)]
mod tests {
    use super::is_log_delivery;
    use iam_policy::Policy;
    use serde_json::{Value, json};

    #[test]
    fn only_an_allow_for_the_service_alone_counts() {
        let service = "delivery.logs.amazonaws.com";
        let cases = [
            (
                "Allow",
                "Principal",
                json!({"Service": service}),
                true,
                "as AWS writes it",
            ),
            (
                "Allow",
                "Principal",
                json!({"Service": [service, service]}),
                true,
                "repeated",
            ),
            (
                "Deny",
                "Principal",
                json!({"Service": service}),
                false,
                "a denial",
            ),
            (
                "Allow",
                "NotPrincipal",
                json!({"Service": service}),
                false,
                "all but the service",
            ),
            ("Allow", "Principal", json!("*"), false, "everyone"),
            (
                "Allow",
                "Principal",
                json!({"AWS": service}),
                false,
                "not a service",
            ),
            (
                "Allow",
                "Principal",
                json!({"Service": [service, "s3.amazonaws.com"]}),
                false,
                "two services",
            ),
            (
                "Allow",
                "Principal",
                json!({"Service": service, "AWS": "1"}),
                false,
                "an account, too",
            ),
            (
                "Allow",
                "Principal",
                json!({"Service": "Delivery.logs.amazonaws.com"}),
                false,
                "another spelling",
            ),
            (
                "Allow",
                "Principal",
                json!({"Service": []}),
                false,
                "no service",
            ),
        ];
        for (effect, element, principal, expected, reason) in cases {
            let document =
                json!({"Statement": {"Effect": effect, element: principal, "Action": "s3:*"}});
            assert_eq!(judged(document), expected, "{reason}");
        }
        let nobody_named = json!({"Statement": {"Effect": "Allow", "Action": "s3:*"}});
        assert!(!judged(nobody_named), "no principal at all");
    }

    fn judged(document: Value) -> bool {
        let policy = Policy::from_value(document).expect("a valid policy");
        is_log_delivery(&policy.statements()[0])
    }
}
