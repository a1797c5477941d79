//! Resources of another service than that of what the policy is attached to.

use crate::lint::finding::Finding;
use crate::lint::named::has_wildcard;
use crate::lint::rule::{Rule, Severity};
use crate::lint::subject::Subject;
use crate::policy::Kind;
use crate::printable::printable;

pub(super) const RULES: &[&Rule] = &[&FOREIGN_RESOURCE];

static FOREIGN_RESOURCE: Rule = Rule {
    code: "foreign-resource",
    severity: Severity::Error,
    risk: "The policy of a bucket is about that bucket and the policy of a key about that key, so AWS refuses the resources of other services.",
    remedy: "Name the bucket and its objects, or * in the policy of a key.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
};

pub(super) fn find(subject: &Subject, findings: &mut Vec<Finding>) {
    let services: &[&str] = match subject.kind {
        // Access points and directory buckets have policies of the same form.
        Kind::Bucket => &["s3", "s3express", "s3-object-lambda", "s3-outposts"],
        Kind::Key => &["kms"],
        _ => return,
    };
    for statement in &subject.statements {
        for resource in statement.resources.iter().flat_map(|it| &it.items) {
            let mut parts = resource.text.splitn(6, ':');
            let (Some("arn"), Some(service)) = (parts.next(), parts.nth(1)) else {
                continue;
            };
            if !has_wildcard(service) && !services.contains(&service) {
                let detail = format!(
                    "\"{}\" is in a {}, whose resources are of {}",
                    printable(&resource.text),
                    subject.kind,
                    services[0]
                );
                findings.push(statement.finding(&FOREIGN_RESOURCE, resource.path, detail));
            }
        }
    }
}
