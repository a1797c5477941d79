//! What is wrong with a policy, or could be: findings, each with what can happen and what to do.
//!
//! A [`Document`] is read leniently, so everything wrong with it is found at once. Each check is a
//! pure function from the parts of a document to [`Finding`]s. Each check stands beside its rules,
//! and [`rules`] lists them all. Nothing here knows of AWS's API, files or output.

mod checks;
mod document;
mod examples;
mod finding;
mod grants;
mod kind_of;
mod limits;
mod named;
mod operator;
mod report;
mod rule;
mod subject;
mod text;

#[cfg(test)]
mod tests;

pub use checks::{Bucket, Escalation, escalations, lint_bucket};
pub use document::{Document, Home};
pub use examples::{Example, examples};
pub use finding::Finding;
pub use report::{Accepted, Checked, Found, Report};
pub use rule::{Rule, Severity};
use subject::Subject;
pub use text::{Unreadable, is_unchecked, read, unreadable_file};

/// Every rule, sorted by its code.
#[must_use]
pub fn rules() -> Vec<&'static Rule> {
    let mut rules: Vec<_> = checks::rules().chain(text::RULES.iter().copied()).collect();
    rules.sort_by_key(|rule| rule.code);
    rules
}

/// Everything that is wrong with a document or could be, in the order of places.
#[must_use]
pub fn lint(document: &Document) -> Vec<Finding> {
    find(document, |_| true)
}

/// The matters of security in a document. Checks that can find none do not run.
#[must_use]
pub fn lint_security(document: &Document) -> Vec<Finding> {
    find(document, |rule| rule.severity == Severity::Security)
}

fn find(document: &Document, is_wanted: impl Fn(&Rule) -> bool) -> Vec<Finding> {
    let mut findings = checks::find(&Subject::of(document), is_wanted);
    findings.sort_by_cached_key(|it| (it.place.clone(), it.rule.code, it.detail.clone()));
    // One text may break a rule twice in the same way, with the same variable for example.
    findings.dedup();
    findings
}
