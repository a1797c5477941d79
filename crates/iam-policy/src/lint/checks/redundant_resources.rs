//! Resources that are listed although another resource of the statement already covers them.

use crate::lint::finding::Finding;
use crate::lint::named::has_wildcard;
use crate::lint::rule::{Rule, Severity};
use crate::lint::subject::Subject;
use crate::policy::resource_covers;
use crate::printable::printable;
use crate::reading::{Item, Statement};

pub(super) const RULES: &[&Rule] = &[&REDUNDANT_RESOURCE];

static REDUNDANT_RESOURCE: Rule = Rule {
    code: "redundant-resource",
    severity: Severity::Suggestion,
    risk: "Whoever removes the resource later believes that the statement no longer concerns it, although another entry still covers it.",
    remedy: "Remove the entry, or replace the wildcard that covers it by the resources that are needed.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
};

pub(super) fn find(subject: &Subject, findings: &mut Vec<Finding>) {
    for statement in &subject.statements {
        if let Some(resources) = &statement.resources {
            find_in(statement, &resources.items, findings);
        }
    }
}

fn find_in(statement: &Statement, items: &[Item], findings: &mut Vec<Finding>) {
    for (index, item) in items.iter().enumerate() {
        let covering = items.iter().enumerate().find(|(other, it)| {
            // Only a wildcard or the same text covers an entry.
            index != *other
                && (has_wildcard(&it.text) || it.text == item.text)
                && resource_covers(&it.text, &item.text)
                // Of two entries for the same resources, the second is redundant.
                && (*other < index || !resource_covers(&item.text, &it.text))
        });
        if let Some((_, covering)) = covering {
            let [covering, covered] = [covering, item].map(|it| printable(&it.text));
            let detail = format!("{covering} in the same statement covers {covered}");
            findings.push(statement.finding(&REDUNDANT_RESOURCE, item.path, detail));
        }
    }
}
