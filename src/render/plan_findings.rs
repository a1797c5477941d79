//! What lint finds in the policies and buckets that a plan would write.

use iam_policy::Kind;
use iam_policy::lint::{self, Accepted, Bucket, Document, Finding, Home, Severity, lint_bucket};
use serde_json::Value as Json;

use crate::engine::action::Action;
use crate::engine::known::KNOWN_AFTER_APPLY;
use crate::kinds::s3::bucket::KIND;
use crate::render::plan_document::{PlanDocument, Resource};

/// An id of the form that AWS chooses, in the place of one that it has not chosen yet.
const SAMPLE_ID: &str = "00000000-0000-0000-0000-000000000000";

/// A finding, and where it is.
#[derive(Debug)]
pub struct PlanFinding {
    /// The index of the resource.
    pub resource: usize,
    /// The attribute that is the policy; empty for a bucket.
    pub attribute: String,
    /// The finding.
    pub finding: Finding,
}

/// The kind of the policy that an attribute is.
pub fn kind_of(attribute: &str) -> Option<Kind> {
    match attribute {
        "trust_policy" => Some(Kind::Trust),
        "key_policy" => Some(Kind::Key),
        "bucket_policy" => Some(Kind::Bucket),
        "document" => Some(Kind::Managed),
        other => other.starts_with("inline_policy[").then_some(Kind::Inline),
    }
}

/// What is found in what the plan would write, without what is accepted; the worst first.
pub fn findings(plan: &PlanDocument, accepted: &Accepted) -> Vec<PlanFinding> {
    let mut found = Vec::new();
    for (index, resource) in plan.resources.iter().enumerate() {
        for change in &resource.changes {
            let (Some(kind), false) = (kind_of(&change.attribute), change.after.is_null()) else {
                continue;
            };
            let home = Home {
                partition: iam_policy::names::Partition::from_name(&plan.partition),
                account: plan.account.parse().ok(),
            };
            let json = iam_policy::json::with_texts(&change.after, &|text| {
                text.replace(KNOWN_AFTER_APPLY, SAMPLE_ID)
            });
            let found_here = lint::lint(&Document::new(kind, home, &json)).into_iter();
            found.extend(found_here.map(|finding| PlanFinding {
                resource: index,
                attribute: change.attribute.clone(),
                finding,
            }));
        }
        // Of a bucket that exists, the plan names only what changes.
        if resource.kind == KIND && resource.action == Action::Create {
            found.extend(
                lint_bucket(bucket(resource))
                    .into_iter()
                    .map(|finding| PlanFinding {
                        resource: index,
                        attribute: String::new(),
                        finding,
                    }),
            );
        }
    }
    found.retain(|it| !accepted.contains_key(it.finding.rule.code));
    found.sort_by_key(|it| {
        (
            std::cmp::Reverse(it.finding.rule.severity),
            it.finding.rule.code,
        )
    });
    found
}

/// How many findings have a severity.
pub fn count(findings: &[PlanFinding], severity: Severity) -> usize {
    let of_severity = |it: &&PlanFinding| it.finding.rule.severity == severity;
    findings.iter().filter(of_severity).count()
}

fn bucket(resource: &Resource) -> Bucket {
    let after = |name: &str| {
        let change = resource.changes.iter().find(|it| it.attribute == name)?;
        Some(&change.after)
    };
    let blocks = after("public_access_block").and_then(Json::as_object);
    Bucket {
        has_key: after("encryption.algorithm").is_some_and(|it| it != "AES256"),
        blocks_public_access: blocks.is_some_and(|all| all.values().all(|it| it == true)),
    }
}
