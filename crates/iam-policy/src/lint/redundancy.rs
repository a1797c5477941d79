//! Actions that are listed although another one already says the same.

use std::collections::BTreeMap;

use super::document::{Document, Item, Statement};
use super::finding::Finding;
use super::named::has_wildcard;
use super::rule::{Rule, Severity};
use crate::authorization::pattern_covers;
use crate::printable::printable;

pub(super) const RULES: &[&Rule] = &[&REDUNDANT_ACTION];

static REDUNDANT_ACTION: Rule = Rule {
    code: "redundant-action",
    severity: Severity::Suggestion,
    risk: "Who later removes the action believes that it is gone, although another entry still covers it.",
    remedy: "Remove the entry, or replace the wildcard that covers it by what is needed.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
};

pub(super) fn find(document: &Document, findings: &mut Vec<Finding>) {
    let entries: Vec<Entry> = document
        .statements
        .iter()
        .flat_map(|statement| {
            let listed = statement.actions.iter().filter(|it| !it.negated);
            listed.flat_map(move |it| it.items.iter().map(move |item| Entry { statement, item }))
        })
        .collect();
    // Only a wildcard or the same name covers an entry, so that long lists need not be compared
    // each with each.
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
                // Of two that say the same, the first one stays.
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
    statement: &'a Statement,
    item: &'a Item,
}

impl Entry<'_> {
    /// Whether both are for the same requests, apart from the action.
    fn meets(&self, other: &Entry) -> bool {
        self.statement.place == other.statement.place
            || same_requests(self.statement, other.statement)
    }

    fn covered_by(&self, other: &Entry) -> Finding {
        let (covered, covering) = (printable(&self.item.text), printable(&other.item.text));
        let detail = if self.statement.place == other.statement.place {
            format!("{covering} in the same statement covers {covered}")
        } else {
            format!("{covering} in {} covers {covered}", other.statement.place)
        };
        let place = &self.item.place;
        self.statement.finding(&REDUNDANT_ACTION, place, detail)
    }
}

/// Whether two statements do the same to the same principals' requests on the same resources under
/// the same conditions.
fn same_requests(a: &Statement, b: &Statement) -> bool {
    a.effect.is_some() && a.effect == b.effect && rest(a) == rest(b)
}

/// What a statement says beside its effect and actions, in any order.
fn rest(statement: &Statement) -> Vec<(String, Vec<String>)> {
    let sorted = |mut texts: Vec<String>| {
        texts.sort();
        texts.dedup();
        texts
    };
    let mut parts = Vec::new();
    if let Some(principals) = &statement.principals {
        let items = principals.items.iter();
        let items = items
            .map(|it| format!("{} {}", it.kind, it.item.text))
            .collect();
        parts.push((
            format!("principals, negated {}", principals.negated),
            sorted(items),
        ));
    }
    if let Some(resources) = &statement.resources {
        let items = resources.items.iter().map(|it| it.text.clone()).collect();
        parts.push((
            format!("resources, negated {}", resources.negated),
            sorted(items),
        ));
    }
    for condition in &statement.conditions {
        let values = condition.values.iter().map(|it| it.text.clone()).collect();
        let subject = format!(
            "{} {}",
            condition.operator,
            condition.key.to_ascii_lowercase()
        );
        parts.push((subject, sorted(values)));
    }
    parts.sort();
    parts
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::find;
    use crate::lint::trial::check;

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
