//! Actions that are listed although another action already covers them.

use std::collections::BTreeMap;

use super::partly::PARTLY_CHECKED;
use crate::authorization::pattern_covers;
use crate::lint::finding::Finding;
use crate::lint::named::has_wildcard;
use crate::lint::rule::{Rule, Severity};
use crate::lint::subject::Subject;
use crate::policy::{self, Canonical};
use crate::printable::printable;
use crate::reading::{Item, Path, Statement, Version};

pub(super) const RULES: &[&Rule] = &[&REDUNDANT_ACTION];

static REDUNDANT_ACTION: Rule = Rule {
    code: "redundant-action",
    severity: Severity::Suggestion,
    risk: "Whoever removes the action later believes that it is no longer allowed or denied, although another entry still covers it.",
    remedy: "Remove the entry, or replace the wildcard that covers it by the actions that are needed.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
};

/// So many entries are held against each other in one document at most, which takes a fraction of a
/// second. Only a document of thousands of similar wildcards has more.
const MOST_COMPARISONS: usize = 2_000_000;

pub(super) fn find(subject: &Subject, findings: &mut Vec<Finding>) {
    let entries = entries(&subject.statements);
    // Only the same name covers an entry, or a wildcard of which the letters before its first `*` or `?`
    // begin the entry's name. So long lists need not be compared each with each.
    let mut first_of_name = BTreeMap::new();
    let mut by_start = BTreeMap::<_, Vec<usize>>::new();
    for (index, entry) in entries.iter().enumerate() {
        let name = (entry.class, entry.name.as_str());
        first_of_name.entry(name).or_insert(index);
        if has_wildcard(&entry.name) {
            let start = (entry.class, entry.start());
            by_start.entry(start).or_default().push(index);
        }
    }
    let mut left = MOST_COMPARISONS;
    for (index, entry) in entries.iter().enumerate() {
        let same_name = first_of_name.get(&(entry.class, entry.name.as_str()));
        let starts = entry.start().char_indices().map(|(at, _)| at);
        let ends = starts.chain([entry.start().len()]);
        let wildcards = ends.filter_map(|end| by_start.get(&(entry.class, &entry.name[..end])));
        let mut covering: Option<usize> = None;
        for &other in same_name.into_iter().chain(wildcards.flatten()) {
            if left == 0 {
                break;
            }
            left -= 1;
            let is_earlier = covering.is_none_or(|found| other < found);
            let (own, others) = (&entry.name, &entries[other].name);
            // Of two entries for the same actions, the second is redundant.
            if index != other
                && is_earlier
                && pattern_covers(others, own)
                && (other < index || !pattern_covers(own, others))
            {
                covering = Some(other);
            }
        }
        if let Some(other) = covering {
            findings.push(entry.covered_by(&entries[other]));
        }
    }
    if left == 0 {
        let count = entries.len();
        let detail = format!("not each of the {count} actions was compared with every wildcard");
        findings.push(subject.finding(&PARTLY_CHECKED, Path::TOP, detail));
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
    /// The letters before the first wildcard.
    fn start(&self) -> &str {
        let end = self.name.find(['*', '?']).unwrap_or(self.name.len());
        &self.name[..end]
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
