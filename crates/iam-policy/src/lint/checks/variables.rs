//! Policy variables: where they are allowed, in which version, and what can be one.
//!
//! See "IAM policy elements: Variables and tags" in the IAM User Guide.

use crate::lint::finding::Finding;
use crate::lint::rule::{Rule, Severity};
use crate::lint::subject::Subject;
use crate::printable::printable;
use crate::reading::{Item, Statement, Version};

pub(super) const RULES: &[&Rule] = &[
    &VARIABLE_WITHOUT_VERSION,
    &UNKNOWN_VARIABLE,
    &VARIABLE_IN_ELEMENT,
];

const VARIABLES: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html";

static VARIABLE_WITHOUT_VERSION: Rule = Rule {
    code: "variable-without-version",
    severity: Severity::Error,
    risk: "Without the version 2012-10-17 a policy variable is plain text, so it matches nothing.",
    remedy: "Write \"Version\": \"2012-10-17\".",
    reference: VARIABLES,
};

static UNKNOWN_VARIABLE: Rule = Rule {
    code: "unknown-variable",
    severity: Severity::Error,
    risk: "AWS refuses ${…} that is no policy variable, or the text never matches; often it is a placeholder that was not filled in.",
    remedy: "Fill the placeholder in, or write a variable as in ${aws:username}; ${$}, ${*} and ${?} mean the characters.",
    reference: VARIABLES,
};

static VARIABLE_IN_ELEMENT: Rule = Rule {
    code: "variable-in-element",
    severity: Severity::Error,
    risk: "AWS replaces policy variables in resources and in the values of conditions only, so elsewhere a variable is plain text or refused.",
    remedy: "Write the value in full, or move the test to a condition.",
    reference: VARIABLES,
};

pub(super) fn find(subject: &Subject, findings: &mut Vec<Finding>) {
    let has_variables = subject.version == Some(Version::V2012);
    for statement in &subject.statements {
        let resources = statement.resources.iter().flat_map(|it| &it.items);
        let values = statement.conditions.iter().flat_map(|it| &it.values);
        for item in resources.chain(values) {
            allowed_here(statement, item, has_variables, findings);
        }
        let actions = statement.actions.iter().flat_map(|it| &it.items);
        let principals = statement.principals.iter().flat_map(|it| &it.items);
        for item in actions.chain(principals.map(|it| &it.item)) {
            if item.text.contains("${") {
                let detail = format!("\"{}\" has a variable", printable(&item.text));
                findings.push(statement.finding(&VARIABLE_IN_ELEMENT, item.path, detail));
            }
        }
    }
}

fn allowed_here(
    statement: &Statement,
    item: &Item,
    has_variables: bool,
    findings: &mut Vec<Finding>,
) {
    let mut rest = item.text.as_ref();
    while let Some((_, after)) = rest.split_once("${") {
        let Some((variable, after)) = after.split_once('}') else {
            let detail = format!("\"{}\" has no closing brace", printable(&item.text));
            findings.push(statement.finding(&UNKNOWN_VARIABLE, item.path, detail));
            return;
        };
        rest = after;
        let shown = printable(variable);
        if !is_variable(variable) {
            let detail = format!("there is no variable ${{{shown}}}");
            findings.push(statement.finding(&UNKNOWN_VARIABLE, item.path, detail));
        } else if !has_variables {
            let detail = format!("${{{shown}}} in a policy of another version than 2012-10-17");
            findings.push(statement.finding(&VARIABLE_WITHOUT_VERSION, item.path, detail));
        }
    }
}

/// Whether a text between the braces can be a variable: a condition key, and a default value in
/// quotes if there is one, or one of three characters.
fn is_variable(text: &str) -> bool {
    if ["*", "?", "$"].contains(&text) {
        return true;
    }
    let (key, default) = match text.split_once(',') {
        Some((key, default)) => (key, Some(default.trim())),
        None => (text, None),
    };
    let is_quoted = |it: &str| it.len() >= 2 && it.starts_with('\'') && it.ends_with('\'');
    let is_prefix = |it: &str| {
        !it.is_empty()
            && it
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || ".-_/".contains(c))
    };
    key.split_once(':').is_some_and(|(prefix, name)| {
        // A tag's key may hold spaces, though not at its ends.
        is_prefix(prefix) && !name.is_empty() && name.trim() == name
    }) && default.is_none_or(is_quoted)
}
