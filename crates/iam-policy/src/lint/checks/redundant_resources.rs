//! Resources that are listed although another resource of the statement already covers them.

use super::covered::Covered;
use super::partly::left_out;
use crate::lint::finding::Finding;
use crate::lint::rule::{Rule, Severity};
use crate::lint::subject::Subject;
use crate::policy::resource_covers;
use crate::printable::printable;

pub(super) const RULES: &[&Rule] = &[&REDUNDANT_RESOURCE];

static REDUNDANT_RESOURCE: Rule = Rule {
    code: "redundant-resource",
    severity: Severity::Suggestion,
    risk: "Whoever removes the resource later believes that the statement no longer concerns it, although another entry still covers it.",
    remedy: "Remove the entry, or replace the wildcard that covers it by the resources that are needed.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
};

pub(super) fn find(subject: &Subject, findings: &mut Vec<Finding>) {
    let resources = subject.statements.iter().enumerate();
    let resources: Vec<_> = resources
        .flat_map(|(index, statement)| {
            let items = statement.resources.iter().flat_map(|it| &it.items);
            items.map(move |item| (index, statement, item))
        })
        .collect();
    let texts = resources.iter();
    let texts = texts.map(|&(statement, _, item)| (statement, item.text.as_ref()));
    let covered = Covered::of(texts.collect(), resource_covers);
    for (index, other) in covered.entries {
        let (_, statement, item) = resources[index];
        let [covering, covered] = [resources[other].2, item].map(|it| printable(&it.text));
        let detail = format!("{covering} in the same statement covers {covered}");
        findings.push(statement.finding(&REDUNDANT_RESOURCE, item.path, detail));
    }
    if !covered.is_complete {
        let count = resources.len();
        let detail = format!("not each of the {count} resources was compared with every wildcard");
        findings.push(left_out(subject, detail));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::find;
    use crate::lint::checks::trial::check;

    #[test]
    #[rustfmt::skip]
    fn what_another_resource_covers() {
        let on = |resources: Value| json!({"Effect": "Allow", "Action": "s3:*", "Resource": resources});
        let covered = |place: &str, what: &str| format!("redundant-resource Statement.Resource[{place}]: {what}");
        check(find, [
            ("a bucket and its objects", on(json!(["arn:aws:s3:::b", "arn:aws:s3:::b/*"])), &[] as &[&str]),
            ("an object and all objects", on(json!(["arn:aws:s3:::b/a", "arn:aws:s3:::b/*"])),
                &[&covered("0", "arn:aws:s3:::b/* in the same statement covers arn:aws:s3:::b/a")]),
            ("everything", on(json!(["arn:aws:s3:::b/${aws:username}", "*"])),
                &[&covered("0", "* in the same statement covers arn:aws:s3:::b/${aws:username}")]),
            ("the same again", on(json!(["arn:aws:s3:::b/${aws:username}", "arn:aws:s3:::b/${aws:username}"])),
                &[&covered("1", "arn:aws:s3:::b/${aws:username} in the same statement covers arn:aws:s3:::b/${aws:username}")]),
            ("what a variable stands for is not known", on(json!(["arn:aws:s3:::b/${aws:username}", "arn:aws:s3:::b/*"])), &[]),
            ("ARNs have case", on(json!(["arn:aws:s3:::b/a", "arn:aws:s3:::B/*"])), &[]),
            ("in another statement", json!([on("arn:aws:s3:::b/a".into()), on("arn:aws:s3:::b/*".into())]), &[]),
            ("excluded twice", json!({"Effect": "Allow", "Action": "s3:*", "NotResource": ["arn:aws:s3:::b/*", "arn:aws:s3:::b/a"]}),
                &["redundant-resource Statement.NotResource[1]: arn:aws:s3:::b/* in the same statement covers arn:aws:s3:::b/a"]),
        ]);
    }
}
