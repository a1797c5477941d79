//! Regions that AWS's SDKs do not know, in ARNs and in conditions on regions.

use crate::lint::finding::Finding;
use crate::lint::operator::{Operator, Type};
use crate::lint::rule::{Rule, Severity};
use crate::lint::subject::Subject;
use crate::names::{is_known_region, looks_like_region};
use crate::printable::printable;
use crate::reading::{Condition, Item};

use super::arns::without_variables;

pub(super) const RULES: &[&Rule] = &[&UNKNOWN_REGION];

static UNKNOWN_REGION: Rule = Rule {
    code: "unknown-region",
    severity: Severity::Warning,
    risk: "In a region that does not exist there is nothing to match.",
    remedy: "Correct the region, or accept the finding if the region is newer than this program.",
    reference: "https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html",
};

/// Condition keys whose values are regions.
const KEYS: [&str; 6] = [
    "account:targetregion",
    "aws:requestedregion",
    "cloudformation:targetregion",
    "ec2:region",
    "secretsmanager:addreplicaregions",
    "ses:replicaregion",
];

pub(super) fn find(subject: &Subject, findings: &mut Vec<Finding>) {
    for statement in &subject.statements {
        for resource in statement.resources.iter().flat_map(|it| &it.items) {
            if let Some(region) = region_of_arn(&resource.text) {
                let detail = format!(
                    "there is no region {region} in \"{}\"",
                    printable(&resource.text)
                );
                findings.push(statement.finding(&UNKNOWN_REGION, resource.path, detail));
            }
        }
        for condition in statement.conditions.iter().filter(|it| is_on_region(it)) {
            for value in condition.values.iter().filter(|it| is_unknown(it)) {
                let detail = format!("there is no region \"{}\"", printable(&value.text));
                findings.push(statement.finding(&UNKNOWN_REGION, value.path, detail));
            }
        }
    }
}

/// The region of an ARN, if it has the form of one and is not known.
fn region_of_arn(text: &str) -> Option<String> {
    let plain = without_variables(text);
    let region = plain.split(':').nth(3)?;
    // What has no such form is a finding of the ARN itself.
    (looks_like_region(region) && !is_known_region(region)).then(|| region.to_owned())
}

fn is_on_region(condition: &Condition) -> bool {
    KEYS.contains(&condition.key.to_ascii_lowercase().as_str())
        && Operator::parse(condition.operator).is_some_and(|it| it.compares == Type::Text)
}

fn is_unknown(value: &Item) -> bool {
    !value.text.contains(['*', '?', '$']) && !is_known_region(&value.text)
}
