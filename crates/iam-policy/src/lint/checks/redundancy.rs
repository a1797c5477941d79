//! Actions that are listed although another action already covers them.

use std::collections::BTreeMap;

use super::covered::Covered;
use super::partly::left_out;
use crate::authorization::pattern_covers;
use crate::lint::finding::Finding;
use crate::lint::rule::{Rule, Severity};
use crate::lint::subject::Subject;
use crate::policy::{self, Canonical};
use crate::printable::printable;
use crate::reading::{Item, Statement, Version};

pub(super) const RULES: &[&Rule] = &[&REDUNDANT_ACTION];

static REDUNDANT_ACTION: Rule = Rule {
    code: "redundant-action",
    severity: Severity::Suggestion,
    risk: "Whoever removes the action later believes that it is no longer allowed or denied, although another entry still covers it.",
    remedy: "Remove the entry, or replace the wildcard that covers it by the actions that are needed.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
};

pub(super) fn find(subject: &Subject, findings: &mut Vec<Finding>) {
    let entries = entries(&subject.statements);
    let names = entries.iter().map(|it| (it.class, it.name.as_str()));
    let covered = Covered::of(names.collect(), pattern_covers);
    for (index, other) in covered.entries {
        findings.push(entries[index].covered_by(&entries[other]));
    }
    if !covered.is_complete {
        let count = entries.len();
        let detail = format!("not each of the {count} actions was compared with every wildcard");
        findings.push(left_out(subject, detail));
    }
}

/// One action of a statement.
struct Entry<'a> {
    statement: &'a Statement<'a>,
    /// Entries of the same class are for the same requests, apart from the action.
    class: usize,
    item: &'a Item<'a>,
    /// The action in lower case.
    name: String,
}

/// The listed actions of all statements.
fn entries<'a>(statements: &'a [Statement<'a>]) -> Vec<Entry<'a>> {
    let canonical: Vec<_> = statements.iter().map(canonical).collect();
    let mut classes = BTreeMap::new();
    let mut entries = Vec::new();
    for (index, statement) in statements.iter().enumerate() {
        let rest = canonical[index].as_ref().map(Canonical::apart_from_actions);
        let class = match rest {
            Some(rest) => *classes.entry(rest).or_insert(index),
            None => index,
        };
        let listed = statement.actions.iter().filter(|it| !it.negated);
        entries.extend(listed.flat_map(|it| &it.items).map(|item| Entry {
            statement,
            class,
            item,
            name: item.text.to_ascii_lowercase(),
        }));
    }
    entries
}

/// The statement in the form in which two can be compared, if it has an effect and actions.
fn canonical(statement: &Statement) -> Option<Canonical> {
    let statement = policy::Statement::from_parts(statement)?;
    // Both statements are of one document, so the version makes no difference.
    Some(Canonical::of(&statement, Version::V2012))
}

impl Entry<'_> {
    fn covered_by(&self, other: &Entry) -> Finding {
        let (covered, covering) = (printable(&self.item.text), printable(&other.item.text));
        let detail = if self.statement.path == other.statement.path {
            format!("{covering} in the same statement covers {covered}")
        } else {
            format!(
                "{covering} in {} covers {covered}",
                other.statement.path.place()
            )
        };
        self.statement
            .finding(&REDUNDANT_ACTION, self.item.path, detail)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::find;
    use crate::lint::checks::trial::check;

    #[test]
    #[rustfmt::skip]
    fn what_another_entry_covers() {
        let one = |actions| json!({"Effect": "Allow", "Action": actions, "Resource": "*"});
        let on = |action: &str, resource: &str| json!({"Effect": "Allow", "Action": action, "Resource": resource});
        check(find, [
            ("different actions", one(json!(["s3:GetObject", "s3:PutObject"])), &[] as &[&str]),
            ("wildcards that overlap", one(json!(["s3:Get*", "s3:*Object"])), &[]),
            ("a wildcard and one of its names", one(json!(["s3:GetObject", "s3:Get*"])),
                &["redundant-action Statement.Action[0]: s3:Get* in the same statement covers s3:GetObject"]),
            ("repeated in another case", one(json!(["s3:GetObject", "S3:getobject"])),
                &["redundant-action Statement.Action[1]: s3:GetObject in the same statement covers S3:getobject"]),
            ("everything covers all others", one(json!(["*", "s3:*"])),
                &["redundant-action Statement.Action[1]: * in the same statement covers s3:*"]),
            ("in another statement for the same", json!([on("s3:*", "a"), on("s3:GetObject", "a")]),
                &["redundant-action Statement[1].Action: s3:* in Statement[0] covers s3:GetObject"]),
            ("the covered one comes first", json!([on("s3:GetObject", "a"), on("s3:*", "a")]),
                &["redundant-action Statement[0].Action: s3:* in Statement[1] covers s3:GetObject"]),
            ("on another resource", json!([on("s3:*", "a"), on("s3:GetObject", "b")]), &[]),
            ("with another effect", json!([on("s3:*", "a"), {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "a"}]), &[]),
            ("under a condition", json!([on("s3:GetObject", "a"), {"Effect": "Allow", "Action": "s3:*", "Resource": "a", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}]), &[]),
            ("for another principal", json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "a", "Principal": "*"}, {"Effect": "Allow", "Action": "s3:*", "Resource": "a", "Principal": {"Service": "a"}}]), &[]),
            ("NotAction selects all others", json!([{"Effect": "Allow", "NotAction": ["s3:*", "s3:GetObject"], "Resource": "a"}]), &[]),
        ]);
    }
}
