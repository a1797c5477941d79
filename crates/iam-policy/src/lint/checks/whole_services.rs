//! Statements that allow everything that a service can do, on everything, where that is more than it
//! seems to be.

use super::partly::has_too_many_grants;
use crate::lint::finding::Finding;
use crate::lint::grants::{Grant, grants};
use crate::lint::rule::{Rule, Severity};
use crate::lint::subject::Subject;
use crate::printable::printable;
use crate::reading::Item;

pub(super) const RULES: &[&Rule] = &[&ALL_OF_SERVICE];

static ALL_OF_SERVICE: Rule = Rule {
    code: "all-of-service",
    severity: Severity::Security,
    risk: "The statement allows every action of the service on everything, those included that delete the data, that let others in, and that AWS adds later.",
    remedy: "List the actions that are needed, or name the resources.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
};

/// The services whose resources hold data or keys and can be opened to others by a policy or an
/// attribute of their own, or which rule over other accounts. Each has its worst action, whose
/// denial ends the finding, and what the whole allows. The other services of which a wildcard gives
/// more permissions, such as `iam:*` and `lambda:*`, are among the ways to more permissions.
const SERVICES: [(&str, &str, &str); 12] = [
    (
        "backup",
        "backup:PutBackupVaultAccessPolicy",
        "deletes and shares every backup",
    ),
    (
        "dynamodb",
        "dynamodb:PutResourcePolicy",
        "reads, deletes and shares every table",
    ),
    (
        "ecr",
        "ecr:SetRepositoryPolicy",
        "replaces and shares every image of a container",
    ),
    (
        "glacier",
        "glacier:SetVaultAccessPolicy",
        "deletes and shares every archive",
    ),
    (
        "kms",
        "kms:PutKeyPolicy",
        "uses, shares and destroys every key",
    ),
    ("logs", "logs:PutResourcePolicy", "deletes every log"),
    (
        "organizations",
        "organizations:AttachPolicy",
        "rules over every account of the organization",
    ),
    (
        "rds",
        "rds:ModifyDBSnapshotAttribute",
        "deletes every database and shares its snapshots",
    ),
    (
        "s3",
        "s3:PutBucketPolicy",
        "reads, deletes and shares every object of every bucket",
    ),
    (
        "secretsmanager",
        "secretsmanager:PutResourcePolicy",
        "reads, deletes and shares every secret",
    ),
    (
        "sns",
        "sns:AddPermission",
        "publishes to every topic and shares it",
    ),
    (
        "sqs",
        "sqs:AddPermission",
        "reads, deletes and shares every message of every queue",
    ),
];

pub(super) fn find(subject: &Subject, findings: &mut Vec<Finding>) {
    if !subject.kind.grants_to_identity() || has_too_many_grants(subject) {
        return;
    }
    for (service, worst, effect) in SERVICES {
        for grant in grants(subject, worst) {
            if let Some(item) = whole_entry(&grant, service).filter(|_| !grant.is_limited(worst)) {
                let detail = format!("{} {effect}", printable(&item.text));
                findings.push(grant.statement.finding(&ALL_OF_SERVICE, grant.path, detail));
                break;
            }
        }
    }
}

/// Whether a grant comes from an entry for a whole service that this file reports.
pub(super) fn reports(grant: &Grant, action: &str) -> bool {
    let prefix = action.split(':').next().unwrap_or_default();
    SERVICES.iter().any(|(service, ..)| *service == prefix) && whole_entry(grant, prefix).is_some()
}

/// The entry `service:*` by which an action is allowed on everything of the service.
fn whole_entry<'a>(grant: &Grant<'a>, service: &str) -> Option<&'a Item<'a>> {
    let actions = grant.statement.actions.as_ref().filter(|it| !it.negated)?;
    let item = actions.items.iter().find(|it| it.path == grant.path)?;
    let is_whole = item.text.eq_ignore_ascii_case(&format!("{service}:*"));
    (is_whole && reaches_all(grant.resource, service)).then_some(item)
}

/// Whether a resource stands for everything of a service.
fn reaches_all(resource: &str, service: &str) -> bool {
    let parts: Vec<&str> = resource.splitn(6, ':').collect();
    match parts[..] {
        ["*"] => true,
        ["arn", _, of, .., "*"] => of == service || of == "*",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{SERVICES, find};
    use crate::authorization::service;
    use crate::lint::checks::trial::check;

    #[test]
    fn every_service_of_the_table_is_found_whole_and_not_in_part() {
        for (prefix, worst, effect) in SERVICES {
            let on = |action: &str, resource: &str| json!({"Effect": "Allow", "Action": action, "Resource": resource});
            let whole = format!("{prefix}:*");
            let expected = format!("all-of-service Statement.Action: {whole} {effect}");
            let name = worst.split_once(':').unwrap().1;
            let known = service(prefix).is_some_and(|it| it.action(name).is_some());
            assert!(known, "{worst}");
            check(
                find,
                [
                    (
                        "all on everything",
                        on(&whole, "*"),
                        &[&expected as &str] as &[&str],
                    ),
                    (
                        "the reading actions",
                        on(&format!("{prefix}:Get*"), "*"),
                        &[],
                    ),
                    (
                        "one resource",
                        on(
                            &whole,
                            &format!("arn:aws:{prefix}:eu-west-1:123456789012:x"),
                        ),
                        &[],
                    ),
                ],
            );
        }
    }

    #[test]
    #[rustfmt::skip]
    fn all_of_a_service() {
        let on = |action: Value, resource: &str| json!({"Effect": "Allow", "Action": action, "Resource": resource});
        let all = "all-of-service Statement.Action: s3:* reads, deletes and shares every object of every bucket";
        let with = |condition: Value| json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": condition});
        check(find, [
            ("every bucket by ARN", on(json!("s3:*"), "arn:aws:s3:::*"), &[all] as &[&str]),
            ("only objects", on(json!("s3:*"), "arn:aws:s3:::*/*"), &[]),
            ("in another case", on(json!("S3:*"), "*"), &[&all.replace("s3:*", "S3:*")]),
            ("every service, which has a rule of its own", on(json!("*"), "*"), &[]),
            ("with the worst denied", json!([on(json!("s3:*"), "*"), {"Effect": "Deny", "Action": "s3:Put*Policy", "Resource": "*"}]), &[]),
            ("buckets with a tag", with(json!({"StringEquals": {"s3:BucketTag/a": "b"}})), &[all]),
            ("resources with a tag", with(json!({"StringEquals": {"aws:ResourceTag/a": "b"}})), &[]),
            ("from one network", with(json!({"StringEquals": {"aws:SourceVpc": "vpc-1"}})), &[all]),
            ("a service that is not of the table", on(json!("cloudwatch:*"), "*"), &[]),
        ]);
    }
}
