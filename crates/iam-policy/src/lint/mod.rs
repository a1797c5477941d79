//! What is wrong with a policy, or could be: findings, each with what can happen and what to do.
//!
//! A [`Document`] is read leniently, so that everything wrong with it is found at once. Each check
//! is a pure function from a document to [`Finding`]s; the rules that it can find stand beside it,
//! and [`rules`] lists them all. Nothing here knows of AWS, files or output.

mod action_names;
mod actions;
mod arns;
mod bucket;
mod condition_keys;
mod conditions;
mod deputy;
mod document;
mod escalation;
mod escalation_ways;
mod exposure;
mod finding;
mod grammar;
mod grants;
mod header;
mod limits;
mod named;
mod operator;
mod pass_role;
mod principals;
mod reading;
mod redundancy;
mod report;
mod resources;
mod rule;
mod subject;
mod variables;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod trial;

pub use bucket::{Bucket, lint_bucket};
pub use document::{Document, Home};
pub use finding::Finding;
pub use reading::{Unreadable, read};
pub use report::{Accepted, Checked, Found, Report};
pub use rule::{Rule, Severity};
use subject::Subject;

/// A group of rules and the pure function that finds them.
struct Check {
    rules: &'static [&'static Rule],
    find: fn(&Subject, &mut Vec<Finding>),
}

/// Every check. A new one is a file with its rules and one line here.
const CHECKS: [Check; 16] = [
    Check {
        rules: action_names::RULES,
        find: action_names::find,
    },
    Check {
        rules: actions::RULES,
        find: actions::find,
    },
    Check {
        rules: arns::RULES,
        find: arns::find,
    },
    Check {
        rules: bucket::RULES,
        find: bucket::find,
    },
    Check {
        rules: condition_keys::RULES,
        find: condition_keys::find,
    },
    Check {
        rules: conditions::RULES,
        find: conditions::find,
    },
    Check {
        rules: deputy::RULES,
        find: deputy::find,
    },
    Check {
        rules: escalation::RULES,
        find: escalation::find,
    },
    Check {
        rules: exposure::RULES,
        find: exposure::find,
    },
    Check {
        rules: grammar::RULES,
        find: grammar::find,
    },
    Check {
        rules: header::RULES,
        find: header::find,
    },
    Check {
        rules: pass_role::RULES,
        find: pass_role::find,
    },
    Check {
        rules: principals::RULES,
        find: principals::find,
    },
    Check {
        rules: redundancy::RULES,
        find: redundancy::find,
    },
    Check {
        rules: resources::RULES,
        find: resources::find,
    },
    Check {
        rules: variables::RULES,
        find: variables::find,
    },
];

/// Every rule, sorted by its code.
#[must_use]
pub fn rules() -> Vec<&'static Rule> {
    let checks = CHECKS.iter().flat_map(|check| check.rules);
    let mut rules: Vec<_> = checks.chain(reading::RULES).copied().collect();
    rules.sort_by_key(|rule| rule.code);
    rules
}

/// Everything that the checks find in a document, in the order of places.
#[must_use]
pub fn lint(document: &Document) -> Vec<Finding> {
    find(document, |_| true)
}

/// The matters of security in a document. Checks that can find none do not run.
#[must_use]
pub fn lint_security(document: &Document) -> Vec<Finding> {
    find(document, |rule| rule.severity == Severity::Security)
}

/// A document that is so many times as long as its kind may be is looked at for its form alone: AWS
/// refuses it, and some checks compare every part with every other.
const FAR_TOO_LONG: usize = 4;

fn find(document: &Document, is_wanted: impl Fn(&Rule) -> bool) -> Vec<Finding> {
    let subject = Subject::of(document);
    let mut findings = Vec::new();
    if subject.size > FAR_TOO_LONG * subject.kind.limit() {
        header::find(&subject, &mut findings);
        return findings;
    }
    for check in &CHECKS {
        if check.rules.iter().any(|rule| is_wanted(rule)) {
            (check.find)(&subject, &mut findings);
        }
    }
    findings.retain(|finding| is_wanted(finding.rule));
    findings.sort_by_cached_key(|it| (it.place.clone(), it.rule.code, it.detail.clone()));
    // One text may break a rule twice in the same way, with the same variable for example.
    findings.dedup();
    findings
}
