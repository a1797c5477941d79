//! Unique IDs, which a policy has instead of the ARN of a user or role that was deleted.

use std::collections::BTreeSet;

use super::document::Policy;

/// Whether a principal is the unique ID of an IAM entity, such as `AROAKSCDLFT9R5DQP782U`.
#[must_use]
pub fn is_unique_id(principal: &str) -> bool {
    principal.len() >= 16
        && principal.starts_with('A')
        && principal
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}

impl Policy {
    /// The principals of the policy that were users and roles and no longer exist.
    ///
    /// AWS keeps a principal as its unique ID and shows the ARN as long as the principal exists (IAM User
    /// Guide, "AWS JSON policy elements: Principal").
    #[must_use]
    pub fn deleted_principals(&self) -> BTreeSet<&str> {
        let principals = self
            .statements()
            .iter()
            .filter_map(|it| it.principals.as_ref());
        principals
            .flat_map(|principals| &principals.items)
            .filter_map(|item| item.strip_prefix("AWS "))
            .filter(|principal| is_unique_id(principal))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::policy::Policy;

    const ROLE: &str = "AROAKSCDLFT9R5DQP782U";
    const USER: &str = "AIDAJQABLZS4A3QDU576Q";

    fn deleted(element: &str, principal: Value) -> Vec<String> {
        let statement = json!({"Effect": "Allow", element: principal, "Action": "sts:AssumeRole"});
        let policy = Policy::from_value(json!({"Statement": [statement]})).unwrap();
        let deleted = policy.deleted_principals().into_iter();
        deleted.map(ToOwned::to_owned).collect()
    }

    #[test]
    fn an_id_in_the_place_of_an_arn_is_a_deleted_principal() {
        let arn = format!("arn:aws:iam::210987654321:role/{ROLE}");
        let cases: [(&str, Value, &[&str], &str); 9] = [
            ("Principal", json!({"AWS": ROLE}), &[ROLE], "a role"),
            ("Principal", json!({"AWS": [USER]}), &[USER], "a user"),
            ("NotPrincipal", json!({"AWS": ROLE}), &[ROLE], "excepted"),
            (
                "Principal",
                json!({"AWS": [ROLE, "arn:aws:iam::210987654321:root", USER, ROLE]}),
                &[USER, ROLE],
                "each once, beside one that exists",
            ),
            (
                "Principal",
                json!({"AWS": arn}),
                &[],
                "only its name is like an id",
            ),
            (
                "Principal",
                json!({"AWS": "210987654321"}),
                &[],
                "an account",
            ),
            ("Principal", json!("*"), &[], "everyone"),
            (
                "Principal",
                json!({"AWS": "AROA"}),
                &[],
                "too short for an id",
            ),
            (
                "Principal",
                json!({"CanonicalUser": ROLE}),
                &[],
                "another kind of id",
            ),
        ];
        for (element, principal, expected, why) in cases {
            assert_eq!(deleted(element, principal), expected, "{why}");
        }
    }
}
