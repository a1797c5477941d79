//! Evaluates the printed policies with code that shares nothing with the program.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Deserializer, Value as Json};

/// The statements of the printed policies, and which parts of them were used.
#[derive(Clone)]
pub struct Grants {
    statements: Vec<Statement>,
    /// The used actions and resources, each with its statement's index.
    used: BTreeSet<(usize, String)>,
}

#[derive(Clone)]
struct Statement {
    sid: String,
    actions: Vec<String>,
    resources: Vec<String>,
    /// Condition keys with their only value; all operators test equality.
    conditions: BTreeMap<String, String>,
}

fn strings(json: &Json) -> Vec<String> {
    let text = |json: &Json| json.as_str().expect("a string").to_owned();
    match json {
        Json::Array(items) => items.iter().map(text).collect(),
        single => vec![text(single)],
    }
}

/// Whether a pattern with `*` matches all of the text.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, rest)) => text.strip_prefix(head).is_some_and(|text| {
            let mut ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            ends.any(|at| matches(rest, &text[at..]))
        }),
    }
}

impl Grants {
    /// Reads the output of `provision permissions`: one document after the other.
    pub fn parse(printed: &str) -> Self {
        let mut statements = Vec::new();
        for document in Deserializer::from_str(printed).into_iter::<Json>() {
            let document = document.expect("JSON documents");
            assert_eq!(document["Version"], "2012-10-17");
            for statement in document["Statement"].as_array().expect("statements") {
                assert_eq!(statement["Effect"], "Allow");
                let operators = statement["Condition"].as_object();
                let conditions = operators.into_iter().flatten().flat_map(|(name, keys)| {
                    assert!(
                        ["StringEquals", "ArnEquals"].contains(&name.as_str()),
                        "{name}"
                    );
                    keys.as_object().expect("condition keys").iter()
                });
                statements.push(Statement {
                    sid: statement["Sid"]
                        .as_str()
                        .unwrap_or("without a Sid")
                        .to_owned(),
                    actions: strings(&statement["Action"]),
                    resources: strings(&statement["Resource"]),
                    conditions: conditions
                        .map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned()))
                        .collect(),
                });
            }
        }
        assert!(!statements.is_empty(), "no policy in {printed:?}");
        Grants {
            statements,
            used: BTreeSet::new(),
        }
    }

    /// Whether the action on the resource is allowed. `holds` is true for conditions that are met.
    pub fn allow(
        &mut self,
        action: &str,
        resource: &str,
        holds: impl Fn(&str, &str) -> bool,
    ) -> bool {
        let mut allowed = false;
        for (index, statement) in self.statements.iter().enumerate() {
            let pattern = statement.resources.iter().find(|it| matches(it, resource));
            let met = statement
                .conditions
                .iter()
                .all(|(key, value)| holds(key, value));
            let names = statement.actions.iter().any(|it| it == action);
            if let (Some(pattern), true, true) = (pattern, names, met) {
                allowed = true;
                self.used.insert((index, action.to_owned()));
                self.used.insert((index, pattern.clone()));
            }
        }
        allowed
    }

    /// Every action and every resource of a statement that was never used.
    pub fn unused(&self) -> Vec<String> {
        let mut unused = Vec::new();
        for (index, statement) in self.statements.iter().enumerate() {
            let all = statement.actions.iter().chain(&statement.resources);
            for item in all {
                // An identity is named with and without a path, and has only one of the two ARNs.
                let is_other_path = item.contains("/*/");
                if !is_other_path && !self.used.contains(&(index, item.clone())) {
                    unused.push(format!("{}: {item}", statement.sid));
                }
            }
        }
        unused
    }

    /// The same policies without one action.
    pub fn without(&self, action: &str) -> Self {
        let mut rest = self.clone();
        for statement in &mut rest.statements {
            statement.actions.retain(|it| it != action);
        }
        rest
    }
}
