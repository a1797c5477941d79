//! A policy with holes: parts that are filled in later, or that nobody is to see until then.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::document::{Policy, PolicyError};
use super::placeholders;

/// A policy in which `${Name}` stands for each hole.
///
/// A template is no [`Policy`] and has no text of its own, so a hole is never written to AWS by
/// mistake.
#[derive(Debug, Clone)]
pub struct Template {
    policy: Policy,
    holes: BTreeSet<String>,
}

impl From<Policy> for Template {
    /// A template without holes.
    fn from(policy: Policy) -> Self {
        Template {
            policy,
            holes: BTreeSet::new(),
        }
    }
}

impl Template {
    /// A template from a policy in whose strings `${Name}` stands for some of `names`. Names that the
    /// policy does not hold are no holes of the template.
    ///
    /// # Errors
    /// A hole in the name of a member, such as a condition key: only values may have holes.
    pub fn new<'a>(
        policy: Policy,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, PolicyError> {
        let mut holes = BTreeSet::new();
        for name in names {
            let text = format!("${{{name}}}");
            if in_names(policy.document(), &text) {
                let problem = format!("{text} stands in a name, and may stand in values alone");
                return Err(PolicyError::Malformed {
                    place: "the document".to_owned(),
                    problem,
                });
            }
            if in_values(policy.document(), &text) {
                holes.insert(name.to_owned());
            }
        }
        Ok(Template { policy, holes })
    }

    /// The names of the holes.
    pub fn holes(&self) -> impl Iterator<Item = &str> {
        self.holes.iter().map(String::as_str)
    }

    /// The policy, if no hole is left.
    #[must_use]
    pub fn policy(&self) -> Option<&Policy> {
        self.holes.is_empty().then_some(&self.policy)
    }

    /// The template with `value` in the hole `name`, in every string that holds it. A value is
    /// inserted as it is and changes no structure.
    #[must_use]
    pub fn filled(&self, name: &str, value: &str) -> Template {
        if !self.holes.contains(name) {
            return self.clone();
        }
        let text = |hole: &str| match hole {
            hole if hole == name => value.to_owned(),
            other => format!("${{{other}}}"),
        };
        let mut holes = self.holes.clone();
        holes.remove(name);
        Template {
            policy: self.policy_with(text),
            holes,
        }
    }

    /// The policy with `value` of its name in every hole.
    #[must_use]
    pub fn policy_with(&self, value: impl Fn(&str) -> String) -> Policy {
        let values: BTreeMap<&str, String> = self.holes().map(|name| (name, value(name))).collect();
        if values.is_empty() {
            return self.policy.clone();
        }
        let mut document = self.policy.document().clone();
        let filled = placeholders::replace(&mut document, &values);
        // Text within a value changes neither the names of members nor the structure, so what was a
        // policy stays one.
        let policy = filled.ok().and_then(|()| Policy::from_value(document).ok());
        policy.unwrap_or_else(|| self.policy.clone())
    }
}

fn in_values(value: &Value, text: &str) -> bool {
    match value {
        Value::String(string) => string.contains(text),
        Value::Array(items) => items.iter().any(|item| in_values(item, text)),
        Value::Object(members) => members.values().any(|value| in_values(value, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn in_names(value: &Value, text: &str) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| in_names(item, text)),
        Value::Object(members) => members
            .iter()
            .any(|(name, value)| name.contains(text) || in_names(value, text)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn template(resource: &str, condition: &str) -> Template {
        let policy = Policy::from_value(json!({"Version": "2012-10-17", "Statement": {
            "Effect": "Allow", "Action": "kms:Decrypt", "Resource": resource,
            "Condition": {"StringEquals": {"aws:PrincipalTag/team": condition}},
        }}));
        Template::new(policy.expect("a policy"), ["KeyId", "Team"]).expect("holes in values")
    }

    #[test]
    fn a_template_is_a_policy_once_every_hole_is_filled() {
        let open = template("arn:aws:kms:eu-west-1:123456789012:key/${KeyId}", "${Team}");
        assert_eq!(open.holes().collect::<Vec<_>>(), ["KeyId", "Team"]);
        assert!(open.policy().is_none());
        let half = open.filled("KeyId", "1-2");
        assert_eq!(half.holes().collect::<Vec<_>>(), ["Team"]);
        assert!(half.policy().is_none());
        let filled = half.filled("Team", "${KeyId} and \"}");
        let policy = filled.policy().expect("no hole is left");
        let statement = &policy.document()["Statement"];
        assert_eq!(
            statement["Resource"],
            "arn:aws:kms:eu-west-1:123456789012:key/1-2"
        );
        let team = &statement["Condition"]["StringEquals"]["aws:PrincipalTag/team"];
        assert_eq!(team, "${KeyId} and \"}", "a value is inserted as it is");
    }

    #[test]
    fn what_is_no_hole_stays() {
        let closed = template("*", "${aws:username}");
        assert!(
            closed.policy().is_some(),
            "IAM's own variables are no holes"
        );
        assert!(closed.filled("KeyId", "1").policy().is_some());
        let other = template("${KeyId}", "a").filled("Team", "b");
        assert_eq!(other.holes().collect::<Vec<_>>(), ["KeyId"]);
    }

    #[test]
    fn a_hole_in_a_name_is_refused() {
        let policy = Policy::from_value(json!({"Statement": {
            "Effect": "Allow", "Action": "a:b", "Resource": "*",
            "Condition": {"StringEquals": {"aws:PrincipalTag/${Team}": "a"}},
        }}));
        let error =
            Template::new(policy.expect("a policy"), ["Team"]).expect_err("a hole in a name");
        assert!(error.to_string().contains("${Team}"), "{error}");
    }
}
