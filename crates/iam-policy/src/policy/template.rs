//! A policy with holes: parts that are filled in later, or that nobody is to see until then.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

use super::document::{Policy, PolicyError};

/// A policy in which `${Name}` stands for each hole.
///
/// A template is no [`Policy`] and has no text of its own, so a hole is never written to AWS by
/// mistake. `Debug` shows the policy with its holes, and no value that was filled in.
#[derive(Clone)]
pub struct Template {
    /// The policy as it was given, until the last hole is filled.
    policy: Policy,
    /// The value of each hole that is filled. Empty once all are.
    holes: BTreeMap<String, Option<String>>,
}

impl From<Policy> for Template {
    /// A template without holes.
    fn from(policy: Policy) -> Self {
        Template {
            policy,
            holes: BTreeMap::new(),
        }
    }
}

impl Template {
    /// A template from a policy in whose strings `${Name}` stands for some of `names`. Names that the
    /// policy does not hold are no holes of the template. What else is written as `${…}` is text.
    ///
    /// # Errors
    /// A hole in the name of a member, such as a condition key: only values may have holes.
    pub fn new<'a>(
        policy: Policy,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, PolicyError> {
        let names: BTreeSet<&str> = names.into_iter().collect();
        for name in &names {
            let text = format!("${{{name}}}");
            if in_names(policy.document(), &text) {
                let problem = format!("{text} stands in a name, and may stand in values alone");
                return Err(PolicyError::Malformed {
                    place: "the document".to_owned(),
                    problem,
                });
            }
        }
        let mut holes = BTreeMap::new();
        list_holes(policy.document(), &names, &mut holes);
        Ok(Template { policy, holes })
    }

    /// The names of the holes.
    pub fn holes(&self) -> impl Iterator<Item = &str> {
        let holes = self.holes.iter();
        holes.filter_map(|(name, value)| value.is_none().then_some(name.as_str()))
    }

    /// The policy, if no hole is left.
    #[must_use]
    pub fn policy(&self) -> Option<&Policy> {
        self.holes.is_empty().then_some(&self.policy)
    }

    /// The template with `value` in the hole `name`, in every string that holds it. A value is
    /// inserted as it is: it changes no structure, and no hole is searched in it.
    #[must_use]
    pub fn filled(&self, name: &str, value: &str) -> Template {
        let mut template = self.clone();
        if let Some(hole @ None) = template.holes.get_mut(name) {
            *hole = Some(value.to_owned());
            if template.holes().next().is_none() {
                return Template::from(template.policy_with(str::to_owned));
            }
        }
        template
    }

    /// The policy with `value` of its name in every hole. As in [`Template::filled`], a value is
    /// inserted as it is.
    #[must_use]
    pub fn policy_with(&self, value: impl Fn(&str) -> String) -> Policy {
        let holes = self.holes.iter();
        let values: BTreeMap<&str, String> = holes
            .map(|(name, filled)| (name.as_str(), filled.clone().unwrap_or_else(|| value(name))))
            .collect();
        self.policy.with_texts(&|text| insert(text, &values))
    }
}

/// The first hole in a text: what is before it, its name, and what is after it.
fn first_hole<'t, 'n>(
    text: &'t str,
    names: impl Iterator<Item = &'n str> + Clone,
) -> Option<(&'t str, &'n str, &'t str)> {
    text.match_indices("${").find_map(|(start, opening)| {
        let (before, from_here) = text.split_at(start);
        let inside = from_here.strip_prefix(opening)?;
        names.clone().find_map(|name| {
            let after = inside.strip_prefix(name)?.strip_prefix('}')?;
            Some((before, name, after))
        })
    })
}

/// The text with the value of each hole, read once from left to right.
fn insert(text: &str, values: &BTreeMap<&str, String>) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, name, after)) = first_hole(rest, values.keys().copied()) {
        result.push_str(before);
        result.extend(values.get(name).map(String::as_str));
        rest = after;
    }
    result.push_str(rest);
    result
}

fn list_holes(value: &Value, names: &BTreeSet<&str>, holes: &mut BTreeMap<String, Option<String>>) {
    match value {
        Value::String(text) => {
            let mut rest = text.as_str();
            while let Some((_, name, after)) = first_hole(rest, names.iter().copied()) {
                holes.insert(name.to_owned(), None);
                rest = after;
            }
        }
        Value::Array(items) => {
            for item in items {
                list_holes(item, names, holes);
            }
        }
        Value::Object(members) => {
            for member in members.values() {
                list_holes(member, names, holes);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let holes: Vec<&str> = self.holes().collect();
        f.debug_struct("Template")
            .field("policy", &self.policy)
            .field("holes", &holes)
            .finish()
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
    use crate::same_meaning;

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
    fn no_hole_is_left_in_a_policy() {
        let cases = [
            (
                "${KeyId}${Other}",
                "1${Other}",
                "text that is no hole stands beside the hole",
            ),
            (
                "${a:b, '${KeyId}'}",
                "${a:b, '1'}",
                "the hole is within a variable of IAM",
            ),
            ("${${KeyId}", "${1", "the hole follows what is never closed"),
            ("${KeyId}${KeyId}", "11", "the hole is there twice"),
            (
                "$${KeyId}}",
                "$1}",
                "the hole is within the signs of a hole",
            ),
        ];
        for (resource, expected, reason) in cases {
            let open = template(resource, "a");
            for policy in [
                open.filled("KeyId", "1").policy().cloned(),
                Some(open.policy_with(|_| "1".to_owned())),
            ] {
                let policy = policy.expect(reason);
                assert_eq!(
                    policy.document()["Statement"]["Resource"],
                    expected,
                    "{reason}"
                );
            }
        }
    }

    #[test]
    fn a_value_is_never_filled() {
        let open = template("${Team}", "${KeyId}");
        let both = open.filled("Team", "${KeyId}").filled("KeyId", "${Team}");
        let other = open.filled("KeyId", "${Team}").filled("Team", "${KeyId}");
        let at_last = open
            .filled("Team", "${KeyId}")
            .policy_with(|_| "${Team}".to_owned());
        let at_once = open.policy_with(|name| match name {
            "Team" => "${KeyId}".to_owned(),
            _ => "${Team}".to_owned(),
        });
        let of = |template: &Template| template.policy().cloned().expect("no hole is left");
        for policy in [of(&both), of(&other), at_last, at_once] {
            let statement = &policy.document()["Statement"];
            assert_eq!(statement["Resource"], "${KeyId}");
            let team = &statement["Condition"]["StringEquals"]["aws:PrincipalTag/team"];
            assert_eq!(team, "${Team}");
        }
    }

    #[test]
    fn a_filled_policy_is_the_policy_of_its_document() {
        let texts = ["", "a", "*", "${aws:username}", "Allow", "a\"}]"];
        let policy = Policy::from_value(
            json!({"Version": "2012-10-17", "Id": "${X}", "Statement": [
                {"Sid": "${X}", "Effect": "Allow", "Principal": {"AWS": "${X}"}, "Action": "s3:${X}",
                 "Resource": ["arn:${X}", "b"]},
                {"Sid": "", "Effect": "Deny", "NotPrincipal": "*", "NotAction": ["${X}"], "NotResource": "${X}",
                 "Condition": {"Bool": {"a:b": true}, "StringLike": {"a:c": ["${X}", "d"]}}},
            ]}),
        );
        let open = Template::new(policy.expect("a policy"), ["X"]).expect("holes in values");
        for text in texts {
            let filled = open.filled("X", text);
            let filled = filled.policy().expect("no hole is left");
            let read = Policy::from_value(filled.document().clone()).expect("a policy");
            assert!(same_meaning(filled, &read), "{text}");
            for (own, read) in filled.statements().iter().zip(read.statements()) {
                assert_eq!(own.document(), read.document(), "{text}");
                assert_eq!(own.sid(), read.sid(), "{text}");
            }
        }
    }

    #[test]
    fn debug_shows_no_value() {
        let half = template("${KeyId}", "${Team}").filled("Team", "secret");
        let shown = format!("{half:?}");
        assert!(
            shown.contains("KeyId") && !shown.contains("secret"),
            "{shown}"
        );
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
