//! Values of condition keys that only have values of a certain form.

use super::principals::is_service;
use crate::lint::finding::Finding;
use crate::lint::operator::{Operator, Type};
use crate::lint::rule::{Rule, Severity};
use crate::lint::subject::Subject;
use crate::names::{Arn, looks_like_region};
use crate::printable::printable;

pub(super) const RULES: &[&Rule] = &[
    &MALFORMED_SERVICE_NAME,
    &MALFORMED_VPC_ID,
    &KMS_KEY_ID_NOT_ARN,
];

static MALFORMED_SERVICE_NAME: Rule = Rule {
    code: "malformed-service-name",
    severity: Severity::Error,
    risk: "A request never has such a value, because the key holds the name of a service as principals have it.",
    remedy: "Write a name such as lambda.amazonaws.com, for kms:ViaService with the region as in s3.eu-west-1.amazonaws.com.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
};

static MALFORMED_VPC_ID: Rule = Rule {
    code: "malformed-vpc-id",
    severity: Severity::Error,
    risk: "A request never has such a value, because the ID of a VPC is vpc- and that of an endpoint vpce- with 8 or 17 letters and digits.",
    remedy: "Write the whole ID of the VPC or of the endpoint.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html",
};

static KMS_KEY_ID_NOT_ARN: Rule = Rule {
    code: "kms-key-id-not-arn",
    severity: Severity::Error,
    risk: "The condition key takes the ARN of a KMS key, so an ID alone or an alias never matches.",
    remedy: "Write arn:PARTITION:kms:REGION:ACCOUNT:key/ID.",
    reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
};

/// What the values of a key are.
#[derive(Clone, Copy)]
enum Form {
    Service,
    ServiceInRegion,
    Vpc,
    Endpoint,
    KmsKey,
}

/// The keys whose values have a form.
const KEYS: [(&str, Form); 12] = [
    ("aws:calledvia", Form::Service),
    ("aws:calledviafirst", Form::Service),
    ("aws:calledvialast", Form::Service),
    ("aws:ec2instancesourcevpc", Form::Vpc),
    ("aws:principalservicename", Form::Service),
    ("aws:principalservicenameslist", Form::Service),
    ("aws:sourcevpc", Form::Vpc),
    ("aws:sourcevpce", Form::Endpoint),
    ("iam:awsservicename", Form::Service),
    ("iam:passedtoservice", Form::Service),
    ("kms:viaservice", Form::ServiceInRegion),
    (
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
        Form::KmsKey,
    ),
];

pub(super) fn find(subject: &Subject, findings: &mut Vec<Finding>) {
    for statement in &subject.statements {
        for condition in &statement.conditions {
            let key = condition.key.to_ascii_lowercase();
            let Some((_, form)) = KEYS.iter().find(|(it, _)| *it == key) else {
                continue;
            };
            let operator = Operator::parse(condition.operator);
            if !operator.is_some_and(|it| [Type::Text, Type::Arn].contains(&it.compares)) {
                continue;
            }
            for value in &condition.values {
                // What a wildcard or a variable stands for is not known.
                if value.text.contains(['*', '?', '$']) {
                    continue;
                }
                if let Some((rule, wanted)) = form.problem(&value.text) {
                    let detail = format!(
                        "\"{}\" under {} is not {wanted}",
                        printable(&value.text),
                        printable(condition.key)
                    );
                    findings.push(statement.finding(rule, value.path, detail));
                }
            }
        }
    }
}

impl Form {
    fn problem(self, text: &str) -> Option<(&'static Rule, &'static str)> {
        let (fits, rule, wanted) = match self {
            Form::Service => (
                is_service(text),
                &MALFORMED_SERVICE_NAME,
                "the name of a service",
            ),
            Form::ServiceInRegion => (
                is_service_in_region(text),
                &MALFORMED_SERVICE_NAME,
                "the name of a service with its region",
            ),
            Form::Vpc => (is_id(text, "vpc-"), &MALFORMED_VPC_ID, "the ID of a VPC"),
            Form::Endpoint => (
                is_id(text, "vpce-"),
                &MALFORMED_VPC_ID,
                "the ID of a VPC endpoint",
            ),
            Form::KmsKey => (
                is_key_arn(text),
                &KMS_KEY_ID_NOT_ARN,
                "the ARN of a KMS key",
            ),
        };
        (!fits).then_some((rule, wanted))
    }
}

fn is_service_in_region(text: &str) -> bool {
    let mut parts = text.split('.').skip(1);
    is_service(text) && parts.any(looks_like_region)
}

fn is_id(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|id| {
        [8, 17].contains(&id.len()) && id.chars().all(|c| c.is_ascii_alphanumeric())
    })
}

fn is_key_arn(text: &str) -> bool {
    let arn = text.parse::<Arn>();
    arn.is_ok_and(|arn| arn.service == "kms" && arn.resource.starts_with("key/"))
}
