//! Statements that allow more than they seem to, or to more than those they name.

use super::document::Document;
use super::finding::Finding;
use super::rule::{Rule, Severity};
use crate::policy::printable;

pub(super) const RULES: &[&Rule] = &[&KMS_ALIAS_RESOURCE];

static KMS_ALIAS_RESOURCE: Rule = Rule {
    code: "kms-alias-resource",
    severity: Severity::Security,
    risk: "A key's alias as Resource gives no permission on the key, so that access depends on something wider elsewhere.",
    remedy: "Name the key's own ARN, or allow the key with the condition key kms:RequestAlias or kms:ResourceAliases.",
    reference: "https://docs.aws.amazon.com/kms/latest/developerguide/cmks-in-iam-policies.html",
};

pub(super) fn find(document: &Document, findings: &mut Vec<Finding>) {
    for statement in document.statements.iter().filter(|it| it.allows()) {
        let resources = statement.resources.iter().filter(|it| !it.negated);
        for resource in resources.flat_map(|it| &it.items) {
            let parts: Vec<&str> = resource.text.splitn(6, ':').collect();
            if let ["arn", _, "kms", _, _, name] = parts[..]
                && name.starts_with("alias/")
            {
                let detail = format!("the resource {} is an alias", printable(&resource.text));
                findings.push(statement.finding(&KMS_ALIAS_RESOURCE, &resource.place, detail));
            }
        }
    }
}
