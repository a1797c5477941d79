//! What a bucket needs besides its permissions: TLS, encryption, and no access for the public.

use crate::lint::finding::Finding;
use crate::lint::operator::Operator;
use crate::lint::rule::{Rule, Severity};
use crate::lint::subject::Subject;
use crate::policy::Kind;
use crate::reading::{Effect, Path, Place, Principal, Statement};

pub(super) const RULES: &[&Rule] = &[
    &BUCKET_WITHOUT_TLS_ONLY,
    &BUCKET_WITHOUT_KEY,
    &BUCKET_WITHOUT_ACCESS_BLOCK,
];

static BUCKET_WITHOUT_TLS_ONLY: Rule = Rule {
    code: "bucket-without-tls-only",
    severity: Severity::Security,
    risk: "S3 also takes requests over plain HTTP, so objects can be read and changed on their way.",
    remedy: "Deny s3:* to everybody, on the bucket and its objects, where aws:SecureTransport is false.",
    reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html",
};

static BUCKET_WITHOUT_KEY: Rule = Rule {
    code: "bucket-without-key",
    severity: Severity::Security,
    risk: "With S3's own encryption alone, whoever may read the objects needs no permission on a key, and there is no key to disable.",
    remedy: "Encrypt the bucket with a KMS key by default.",
    reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
};

static BUCKET_WITHOUT_ACCESS_BLOCK: Rule = Rule {
    code: "bucket-without-access-block",
    severity: Severity::Security,
    risk: "A later policy or ACL can make the bucket's objects public.",
    remedy: "Turn on all four settings of Block Public Access.",
    reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
};

/// How a bucket is set up, apart from its policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    /// Whether its objects are encrypted with a KMS key unless a request says otherwise.
    pub has_key: bool,
    /// Whether all four settings of Block Public Access are on.
    pub blocks_public_access: bool,
}

/// Everything that is wrong with how a bucket is set up.
#[must_use]
pub fn lint_bucket(bucket: Bucket) -> Vec<Finding> {
    let finding = |rule, place: &str, detail: &str| Finding {
        rule,
        place: Place::default().key(place),
        sid: None,
        detail: detail.to_owned(),
    };
    let mut findings = Vec::new();
    if !bucket.has_key {
        let detail = "the objects are encrypted with keys that S3 manages";
        findings.push(finding(&BUCKET_WITHOUT_KEY, "encryption", detail));
    }
    if !bucket.blocks_public_access {
        let detail = "public access is not blocked in all four ways";
        findings.push(finding(
            &BUCKET_WITHOUT_ACCESS_BLOCK,
            "public_access_block",
            detail,
        ));
    }
    findings
}

pub(super) fn find(subject: &Subject, findings: &mut Vec<Finding>) {
    if subject.kind != Kind::Bucket {
        return;
    }
    let denials: Vec<&Statement> = subject
        .statements
        .iter()
        .filter(|it| denies_plain_http(it))
        .collect();
    let covers = |is_of_objects: bool| {
        let resources = denials.iter().filter_map(|it| it.resources.as_ref());
        let mut resources = resources.filter(|it| !it.negated).flat_map(|it| &it.items);
        resources
            .any(|resource| resource.text == "*" || resource.text.ends_with("/*") == is_of_objects)
    };
    let detail = match (covers(false), covers(true)) {
        (true, true) => return,
        (false, false) => "no statement denies s3:* where aws:SecureTransport is false",
        (true, false) => "plain HTTP is denied on the bucket, but not on its objects",
        (false, true) => "plain HTTP is denied on the objects, but not on their bucket",
    };
    findings.push(subject.finding(&BUCKET_WITHOUT_TLS_ONLY, Path::TOP, detail));
}

/// Whether a statement denies all of S3 to everybody for no other reason than plain HTTP.
fn denies_plain_http(statement: &Statement) -> bool {
    let everybody = statement.principals.as_ref().is_some_and(|principals| {
        let is_everybody = |it: &Principal| it.kind == "AWS" && it.item.text == "*";
        !principals.negated && principals.items.iter().any(is_everybody)
    });
    let all = statement.actions.as_ref().is_some_and(|actions| {
        let is_all = |action: &str| ["*", "s3:*"].contains(&action.to_ascii_lowercase().as_str());
        !actions.negated && actions.items.iter().any(|it| is_all(&it.text))
    });
    let [condition] = &statement.conditions[..] else {
        return false;
    };
    statement.effect == Some(Effect::Deny)
        && everybody
        && all
        && condition.key.eq_ignore_ascii_case("aws:SecureTransport")
        && Operator::parse(condition.operator).is_some_and(|it| it.name == "Bool")
        && condition
            .values
            .iter()
            .any(|it| it.text.eq_ignore_ascii_case("false"))
}
