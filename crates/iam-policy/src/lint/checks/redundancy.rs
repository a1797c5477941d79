//! Actions that are listed although another action already covers them.

use std::collections::BTreeMap;

use crate::authorization::pattern_covers;
use crate::lint::finding::Finding;
use crate::lint::named::has_wildcard;
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
    let statements = subject.statements.iter();
    let canonical: Vec<_> = statements.clone().map(canonical).collect();
    let entries: Vec<Entry> = statements
        .zip(&canonical)
        .flat_map(|(statement, canonical)| {
            let listed = statement.actions.iter().filter(|it| !it.negated);
            let items = listed.flat_map(|it| &it.items);
            items.map(move |item| Entry {
                statement,
                canonical: canonical.as_ref(),
                item,
            })
        })
        .collect();
    // Only a wildcard or the same name covers an entry, so long lists need not be compared each
    // with each.
    let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, entry) in entries.iter().enumerate() {
        let name = entry.item.text.to_ascii_lowercase();
        by_name.entry(name).or_default().push(index);
    }
    let wildcards = entries
        .iter()
        .enumerate()
        .filter(|(_, it)| has_wildcard(&it.item.text));
    let wildcards: Vec<usize> = wildcards.map(|(index, _)| index).collect();
    for (index, entry) in entries.iter().enumerate() {
        let same_name = &by_name[&entry.item.text.to_ascii_lowercase()];
        let mut candidates = same_name.iter().chain(&wildcards);
        let covering = candidates.find(|&&other| {
            index != other
                && pattern_covers(&entries[other].item.text, &entry.item.text)
                // Of two entries for the same actions, the second is redundant.
                && (other < index || !pattern_covers(&entry.item.text, &entries[other].item.text))
                && entry.meets(&entries[other])
        });
        if let Some(&other) = covering {
            findings.push(entry.covered_by(&entries[other]));
        }
    }
}

/// One action of a statement.
struct Entry<'a> {
    statement: &'a Statement<'a>,
    canonical: Option<&'a Canonical>,
    item: &'a Item<'a>,
}

/// The statement in the form in which two can be compared, if it has an effect and actions.
fn canonical(statement: &Statement) -> Option<Canonical> {
    let statement = policy::Statement::from_parts(statement)?;
    // Both statements are of one document, so the version makes no difference.
    Some(Canonical::of(&statement, Version::V2012))
}

impl Entry<'_> {
    /// Whether both are for the same requests, apart from the action.
    fn meets(&self, other: &Entry) -> bool {
        self.statement.path == other.statement.path
            || self
                .canonical
                .zip(other.canonical)
                .is_some_and(|(one, other)| one.differs_in_actions_at_most(other))
    }

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
