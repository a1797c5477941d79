//! What is wrong with what the settings write: every policy in its written form, and the bucket.

use crate::engine::address::Address;
use crate::engine::attributes::{Attributes, Value};
use crate::engine::resource::Known;
use crate::failure::Failure;
use crate::kinds::iam::role::KEY_ID;
use crate::settings::Settings;
use crate::systems::{self, AllDocuments, Content, Remains, Site, Written};
#[cfg(test)]
mod policies_md;
#[cfg(test)]
mod report_tests;

use iam_policy::Kind;
use iam_policy::lint::{
    self, Accepted, Bucket, Checked, Document, Finding, Found, Home, Report, Severity, lint_bucket,
};
use iam_policy::report::Tool;
use serde_json::Value as Json;

/// An id such as KMS chooses, where the real one is known after apply.
const SOME_KEY: &str = "00000000-0000-0000-0000-000000000000";

/// Everything that is found in what the settings write.
///
/// # Errors
/// A document that cannot be used.
pub fn report(
    settings: &Settings,
    documents: &AllDocuments,
    site: &Site,
) -> Result<Report, Failure> {
    let accepted = &settings.accepted;
    let written = systems::written(settings, documents, site)?;
    let mut checked = Vec::new();
    for written in &written {
        let Some((kind, document)) = document(written, site) else {
            continue;
        };
        checked.push(Checked {
            found: found(lint::lint(&document), accepted),
            file: Some(written.origin.clone()),
            name: written.name.clone(),
            kind: Some(kind),
        });
    }
    for (address, bucket) in buckets(settings, documents, site)? {
        // What comes nearest to a file that describes the bucket is its policy.
        let policy = written.iter().find(|written| written.carrier == address);
        checked.push(Checked {
            found: found(lint_bucket(bucket), accepted),
            file: policy.map(|written| written.origin.clone()),
            name: address.to_string(),
            kind: None,
        });
    }
    Ok(Report { documents: checked })
}

/// A report as a SARIF log of this program.
pub fn sarif(report: &Report) -> Json {
    let tool = Tool {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
    };
    iam_policy::report::sarif(report, tool)
}

/// How many matters of security there are in what the settings write, without those that they
/// accept. Only the checks that can find one run.
///
/// # Errors
/// A document that cannot be used.
pub fn security_findings(
    settings: &Settings,
    documents: &AllDocuments,
    site: &Site,
) -> Result<usize, Failure> {
    let mut findings = Vec::new();
    for written in systems::written(settings, documents, site)? {
        if let Some((_, document)) = document(&written, site) {
            findings.extend(lint::lint_security(&document));
        }
    }
    for (_, bucket) in buckets(settings, documents, site)? {
        findings.extend(lint_bucket(bucket));
    }
    let counts = |finding: &&Finding| {
        finding.rule.severity == Severity::Security
            && !settings.accepted.contains_key(finding.rule.code)
    };
    Ok(findings.iter().filter(counts).count())
}

fn found(findings: Vec<Finding>, accepted: &Accepted) -> Vec<Found> {
    let findings = findings.into_iter();
    findings
        .map(|finding| Found::new(finding, accepted))
        .collect()
}

/// The policy that is written; none for what is no policy.
fn document(written: &Written, site: &Site) -> Option<(Kind, Document)> {
    let Content::Policy(kind, policy) = &written.content else {
        return None;
    };
    let home = Home {
        partition: Some(site.partition),
        account: Some(site.account.clone()),
    };
    let policy = policy.filled(KEY_ID, SOME_KEY);
    Some((*kind, Document::new(*kind, home, policy.document())))
}

/// The buckets that the settings ask for, by address.
fn buckets(
    settings: &Settings,
    documents: &AllDocuments,
    site: &Site,
) -> Result<Vec<(Address, Bucket)>, Failure> {
    let nodes = systems::nodes(settings, documents, site, &Remains::default(), true)?;
    let buckets = nodes
        .iter()
        .filter(|node| node.address().kind == "s3_bucket");
    Ok(buckets
        .map(|node| {
            let attributes = node.resource.desired(&Known::default());
            (node.address().clone(), bucket(&attributes))
        })
        .collect())
}

fn bucket(attributes: &Attributes) -> Bucket {
    let plain = |name: &str| match attributes.get(name) {
        Some(Value::Plain(json)) => Some(json),
        _ => None,
    };
    let blocks = plain("public_access_block").and_then(|it| it.as_object());
    Bucket {
        has_key: plain("encryption.algorithm").is_some_and(|it| it != "AES256"),
        blocks_public_access: blocks.is_some_and(|all| all.values().all(|it| it == true)),
    }
}
