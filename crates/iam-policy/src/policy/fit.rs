//! Writes a permission policy as compactly as it must be to fit AWS's limit, and no more.
//!
//! The permissions of a principal are the union of its statements, so statements may be merged
//! without a change of meaning.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use thiserror::Error;

use super::document::{Policy, PolicyError};
use super::elements::{Group, elements};
use super::reading::Reading;
use super::statement::Statement;

/// What was done to a document to make it fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// White space between its tokens was left out.
    Compact,
    /// Sids were left out too, and statements that differ in their actions alone were merged.
    Merged,
}

/// A document in the form in which it is written.
#[derive(Debug, Clone)]
pub struct Fitted {
    /// The policy, within the limit.
    pub policy: Policy,
    /// What was done.
    pub fit: Fit,
}

/// Why a document cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FitError {
    /// The document is longer than a policy may be, even without Sids and with statements merged.
    #[error(
        "it has {size} characters without Sids and with its statements merged, of {limit} that AWS allows"
    )]
    TooLong {
        /// The characters of the shortest form.
        size: usize,
        /// What AWS allows.
        limit: usize,
    },
    /// A merged document is no policy any more, which would be a mistake of this crate.
    #[error("the merged document is not a policy: {0}")]
    NotAPolicy(#[from] PolicyError),
}

/// The document in the longest of its forms that has at most `limit` characters. The same document
/// always gives the same policy, which means what the document means.
///
/// # Errors
/// [`FitError::TooLong`] for a document whose shortest form is longer than `limit`.
pub fn fit(policy: &Policy, limit: usize) -> Result<Fitted, FitError> {
    if policy.size() <= limit {
        return Ok(Fitted {
            policy: policy.clone(),
            fit: Fit::Compact,
        });
    }
    let merged = Parts::of(policy).into_policy(policy)?;
    match merged.size() {
        size if size > limit => Err(FitError::TooLong { size, limit }),
        _ => Ok(Fitted {
            policy: merged,
            fit: Fit::Merged,
        }),
    }
}

/// Statements without Sids, those merged that differ in their actions alone.
#[derive(Debug, Default)]
struct Parts {
    statements: Vec<Map<String, Value>>,
    /// Where the statement is that another one of the same remaining parts is merged into.
    places: BTreeMap<Vec<Vec<String>>, usize>,
}

impl Parts {
    fn of(policy: &Policy) -> Self {
        let reading = Reading::of(policy.version(), policy.statements().iter());
        let mut parts = Parts::default();
        for statement in policy.statements() {
            parts.add(statement, reading);
        }
        parts
    }

    fn add(&mut self, statement: &Statement, reading: Reading) {
        let Some(source) = statement.document().as_object() else {
            return;
        };
        let mut members = source.clone();
        members.shift_remove("Sid");
        let actions = listed(members.get("Action"));
        // A union of what is excluded would exclude more, so that NotAction is never merged.
        if actions.is_empty() {
            self.statements.push(members);
            return;
        }
        // Everything but the actions, in the form in which two of the same meaning are equal.
        let mut rest: Vec<Vec<String>> = elements(statement, reading)
            .into_iter()
            .filter(|element| element.group != Group::Action)
            .map(|element| element.key)
            .collect();
        rest.sort();
        if let Some(place) = self.places.get(&rest) {
            let into = &mut self.statements[*place];
            let mut all = listed(into.get("Action"));
            all.extend(actions);
            into.insert("Action".to_owned(), unique(all));
            return;
        }
        members.insert("Action".to_owned(), unique(actions));
        self.places.insert(rest, self.statements.len());
        self.statements.push(members);
    }

    fn into_policy(self, whole: &Policy) -> Result<Policy, PolicyError> {
        let mut document = whole.document().as_object().cloned().unwrap_or_default();
        document.insert("Statement".to_owned(), json!(self.statements));
        Policy::from_value(Value::Object(document))
    }
}

fn listed(value: Option<&Value>) -> Vec<Value> {
    match value {
        None => Vec::new(),
        Some(Value::Array(items)) => items.clone(),
        Some(single) => vec![single.clone()],
    }
}

/// The actions without repetitions, whatever their case, in their order.
fn unique(actions: Vec<Value>) -> Value {
    let mut seen = BTreeSet::new();
    let mut kept: Vec<Value> = actions
        .into_iter()
        .filter(|action| seen.insert(action.to_string().to_lowercase()))
        .collect();
    if kept.len() == 1 {
        kept.remove(0)
    } else {
        Value::Array(kept)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::compare::same_meaning;
    use super::*;

    const LIMIT: usize = 6_144;

    fn policy(statements: Value) -> Policy {
        Policy::from_value(json!({"Version": "2012-10-17", "Statement": statements})).unwrap()
    }

    #[test]
    fn what_fits_is_written_as_it_is() {
        let given = policy(json!([
            {"Sid": "A", "Effect": "Allow", "Action": "a:1", "Resource": "*"},
            {"Sid": "B", "Effect": "Allow", "Action": "a:2", "Resource": "*"},
        ]));
        let fitted = fit(&given, given.size()).unwrap();
        assert_eq!(fitted.fit, Fit::Compact);
        assert_eq!(fitted.policy.document(), given.document());
        let merged = fit(&given, given.size() - 1).unwrap();
        assert_eq!(merged.fit, Fit::Merged);
    }

    #[test]
    fn only_statements_that_differ_in_their_actions_alone_are_merged() {
        let cases = [
            (
                json!([
                    {"Sid": "A", "Effect": "Allow", "Action": "a:1", "Resource": "*"},
                    {"Sid": "B", "Effect": "Allow", "Action": ["a:2", "A:1"], "Resource": ["*"]},
                ]),
                json!([{"Effect": "Allow", "Action": ["a:1", "a:2"], "Resource": "*"}]),
                "the same resource, written in two ways, and an action in other case",
            ),
            (
                json!([
                    {"Effect": "Allow", "Action": "a:1", "Resource": "x"},
                    {"Effect": "Allow", "Action": "a:2", "Resource": "y"},
                ]),
                json!([
                    {"Effect": "Allow", "Action": "a:1", "Resource": "x"},
                    {"Effect": "Allow", "Action": "a:2", "Resource": "y"},
                ]),
                "other resources",
            ),
            (
                json!([
                    {"Effect": "Allow", "Action": "a:1", "Resource": "*"},
                    {"Effect": "Deny", "Action": "a:2", "Resource": "*"},
                ]),
                json!([
                    {"Effect": "Allow", "Action": "a:1", "Resource": "*"},
                    {"Effect": "Deny", "Action": "a:2", "Resource": "*"},
                ]),
                "another effect",
            ),
            (
                json!([
                    {"Effect": "Allow", "NotAction": "a:1", "Resource": "*"},
                    {"Effect": "Allow", "NotAction": "a:2", "Resource": "*"},
                ]),
                json!([
                    {"Effect": "Allow", "NotAction": "a:1", "Resource": "*"},
                    {"Effect": "Allow", "NotAction": "a:2", "Resource": "*"},
                ]),
                "excluded actions are no union",
            ),
        ];
        for (before, after, why) in cases {
            let before = policy(before);
            let merged = Parts::of(&before).into_policy(&before).unwrap();
            assert_eq!(merged.document()["Statement"], after, "{why}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_with_the_numbers() {
        let actions: Vec<String> = (0..600).map(|n| format!("service:Action{n}")).collect();
        let long = policy(json!([
            {"Effect": "Allow", "Action": "a:1", "Resource": "x"},
            {"Effect": "Allow", "Action": actions, "Resource": "*"},
        ]));
        let error = fit(&long, LIMIT).unwrap_err();
        let size = long.size();
        assert_eq!(error, FitError::TooLong { size, limit: LIMIT });
    }

    fn statements() -> impl Strategy<Value = Value> {
        let action = (0..8_u8, 0..8_u8).prop_map(|(s, a)| format!("svc{s}:Action{a}"));
        let one = (
            any::<bool>(),
            proptest::collection::vec(action, 1..6),
            0..3_u8,
            0..3_u8,
            any::<bool>(),
        );
        let one = one.prop_map(|(allow, actions, resource, condition, not)| {
            let mut statement = json!({
                "Sid": "S",
                "Effect": if allow { "Allow" } else { "Deny" },
                "Resource": format!("arn:aws:s3:::bucket{resource}"),
            });
            statement[if not { "NotAction" } else { "Action" }] = json!(actions);
            if condition > 0 {
                let region = format!("region-{condition}");
                statement["Condition"] = json!({"StringEquals": {"aws:RequestedRegion": region}});
            }
            statement
        });
        proptest::collection::vec(one, 1..12).prop_map(Value::Array)
    }

    proptest! {
        #[test]
        fn whatever_is_written_means_what_was_given(statements in statements(), limit in 300..2_000_usize) {
            let given = policy(statements);
            match fit(&given, limit) {
                Ok(fitted) => {
                    prop_assert!(same_meaning(&fitted.policy, &given));
                    prop_assert!(fitted.policy.size() <= limit);
                    prop_assert_eq!(fitted.fit == Fit::Compact, given.size() <= limit);
                }
                Err(FitError::TooLong { size, .. }) => prop_assert!(limit < size && size <= given.size()),
                Err(error) => prop_assert!(false, "{}", error),
            }
        }
    }
}
