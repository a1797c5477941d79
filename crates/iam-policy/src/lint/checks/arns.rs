//! ARNs: the form of resources, the fields that a service uses, and the partition of all ARNs.

use crate::lint::finding::Finding;
use crate::lint::rule::{Rule, Severity};
use crate::lint::subject::Subject;
use crate::names::{Partition, is_account_id, looks_like_region};
use crate::printable::printable;
use crate::reading::{Item, Statement};

pub(super) const RULES: &[&Rule] = &[
    &MALFORMED_ARN,
    &UNKNOWN_PARTITION,
    &WRONG_PARTITION,
    &ARN_REGION,
    &ARN_ACCOUNT,
    &WILDCARD_IN_SERVICE,
];

const ARNS: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html";
const CHECKS: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html";

static MALFORMED_ARN: Rule = Rule {
    code: "malformed-arn",
    severity: Severity::Error,
    risk: "AWS refuses a resource that is neither * nor an ARN, and one with a wrong service never matches.",
    remedy: "Write arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE, with all five colons and the service in lower case.",
    reference: ARNS,
};

static UNKNOWN_PARTITION: Rule = Rule {
    code: "unknown-partition",
    severity: Severity::Error,
    risk: "AWS refuses an ARN in a partition that does not exist.",
    remedy: "Write aws, aws-cn, aws-us-gov or the partition of the account.",
    reference: ARNS,
};

static WRONG_PARTITION: Rule = Rule {
    code: "wrong-partition",
    severity: Severity::Error,
    risk: "An account sees only its own partition, so an ARN of another partition matches nothing or is refused.",
    remedy: "Write the partition of the account that the policy belongs to.",
    reference: ARNS,
};

static ARN_REGION: Rule = Rule {
    code: "arn-region",
    severity: Severity::Error,
    risk: "An ARN matches nothing if it has a region and its service uses none, or if it lacks the region that its service uses.",
    remedy: "Leave the field empty for global resources, and otherwise write a region or *.",
    reference: CHECKS,
};

static ARN_ACCOUNT: Rule = Rule {
    code: "arn-account",
    severity: Severity::Error,
    risk: "An ARN matches nothing if it has an account and its service uses none, or if it lacks the account that its service uses.",
    remedy: "Leave the field empty where the service does, as for buckets, and otherwise write 12 digits or *.",
    reference: CHECKS,
};

static WILDCARD_IN_SERVICE: Rule = Rule {
    code: "wildcard-in-service",
    severity: Severity::Suggestion,
    risk: "A wildcard in the service also matches services of similar names, those that AWS adds later included.",
    remedy: "Write one ARN for each service.",
    reference: CHECKS,
};

/// Services all of whose ARNs have a region and an account.
const REGIONAL: [&str; 12] = [
    "dynamodb",
    "events",
    "firehose",
    "kinesis",
    "kms",
    "lambda",
    "logs",
    "rds",
    "secretsmanager",
    "sns",
    "sqs",
    "states",
];

/// Services none of whose ARNs has a region.
const GLOBAL: [&str; 5] = ["cloudfront", "iam", "organizations", "route53", "sts"];

/// The kinds of S3 resources whose ARNs have a region and an account; those of buckets have none.
const S3_WITH_REGION: [&str; 4] = ["accesspoint/", "job/", "storage-lens/", "access-grants/"];

pub(super) fn find(subject: &Subject, findings: &mut Vec<Finding>) {
    let mut home = subject.home.partition;
    for statement in &subject.statements {
        let resources = statement.resources.iter().flat_map(|it| &it.items);
        for resource in resources.clone() {
            // An empty text is a finding of the grammar.
            if resource.text != "*" && !resource.text.is_empty() {
                form(statement, resource, findings);
            }
        }
        let principals = statement.principals.iter().flat_map(|it| &it.items);
        let values = statement.conditions.iter().flat_map(|it| &it.values);
        let all = resources.chain(principals.map(|it| &it.item)).chain(values);
        for item in all {
            findings.extend(partition(statement, item, &mut home));
        }
    }
}

/// An ARN whose policy variables, which may hold colons, are replaced by wildcards.
pub(super) fn without_variables(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((_, after)) = after.split_once('}') else {
            break;
        };
        plain.push_str(before);
        plain.push('*');
        rest = after;
    }
    plain + rest
}

/// What is wrong with the partition of an ARN in any element. If the account's partition is not
/// known, the partition of the first ARN is taken for it.
fn partition(statement: &Statement, item: &Item, home: &mut Option<Partition>) -> Option<Finding> {
    let (name, _) = item.text.strip_prefix("arn:")?.split_once(':')?;
    if has_wildcard(name) || name.contains("${") {
        return None;
    }
    let shown = printable(&item.text);
    let Some(partition) = Partition::from_name(name) else {
        let detail = format!(
            "there is no partition \"{}\" in \"{shown}\"",
            printable(name)
        );
        return Some(statement.finding(&UNKNOWN_PARTITION, item.path, detail));
    };
    let home = *home.get_or_insert(partition);
    (partition != home).then(|| {
        let detail = format!("\"{shown}\" is not in the partition {home}");
        statement.finding(&WRONG_PARTITION, item.path, detail)
    })
}

/// What is wrong with a resource's ARN, apart from its partition.
fn form(statement: &Statement, resource: &Item, findings: &mut Vec<Finding>) {
    let shown = printable(&resource.text);
    let mut add = |rule: &'static Rule, detail: String| {
        findings.push(statement.finding(rule, resource.path, detail));
    };
    let plain = without_variables(&resource.text);
    let parts: Vec<&str> = plain.splitn(6, ':').collect();
    let ["arn", _, service, region, account, name] = parts[..] else {
        let detail = format!("\"{shown}\" is neither * nor an ARN of six fields");
        return add(&MALFORMED_ARN, detail);
    };
    let is_service = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty()
        || service.is_empty()
        || !(has_wildcard(service) || service.chars().all(is_service))
    {
        let detail = format!("\"{shown}\" has no service in lower case or no resource");
        return add(&MALFORMED_ARN, detail);
    }
    if has_wildcard(service) && !resource.text.contains("${") {
        add(
            &WILDCARD_IN_SERVICE,
            format!("the service in \"{shown}\" has a wildcard"),
        );
    }
    fields(service, region, account, name, &shown, &mut add);
}

fn fields(
    service: &str,
    region: &str,
    account: &str,
    name: &str,
    shown: &str,
    add: &mut impl FnMut(&'static Rule, String),
) {
    let of_bucket = service == "s3" && !S3_WITH_REGION.iter().any(|kind| name.starts_with(kind));
    let is_bad_region = if of_bucket || GLOBAL.contains(&service) {
        !region.is_empty() && region != "*"
    } else if region.is_empty() {
        REGIONAL.contains(&service)
    } else {
        !has_wildcard(region) && !looks_like_region(region)
    };
    if is_bad_region {
        add(
            &ARN_REGION,
            format!("the region \"{}\" in \"{shown}\"", printable(region)),
        );
    }
    let is_bad_account = if of_bucket {
        !account.is_empty() && account != "*"
    } else if account.is_empty() {
        REGIONAL.contains(&service) || service == "iam"
    } else {
        let by_aws = ["aws", "aws-managed", "amazon", "cloudfront"].contains(&account);
        !by_aws && !has_wildcard(account) && !is_account_id(account)
    };
    if is_bad_account {
        add(
            &ARN_ACCOUNT,
            format!("the account \"{}\" in \"{shown}\"", printable(account)),
        );
    }
}

fn has_wildcard(text: &str) -> bool {
    text.contains(['*', '?'])
}
