//! Lints what the settings write: every policy in its written form, and the bucket.

mod advice;
#[cfg(test)]
mod policies_md;
mod policy;
#[cfg(test)]
mod report_tests;

use std::collections::BTreeMap;

use crate::engine::address::Address;
use crate::engine::attributes::{Attributes, Value};
use crate::engine::known::Known;
use crate::engine::node::Node;
use crate::failure::Failure;
use crate::kinds::s3::bucket::KIND;
use crate::settings::Settings;
use crate::systems::{Layout, Site, Written};
use advice::Advice;
use iam_policy::lint::{
    self, Accepted, Bucket, Checked, Finding, Found, Report, Severity, lint_bucket,
};
use iam_policy::report::Tool;
use policy::policy_of;
use serde_json::Value as Json;

/// The findings in the policies and buckets that the settings write at `site`.
///
/// # Errors
/// A built-in document of the hardened profile that cannot be used.
pub fn report(settings: &Settings, layout: &Layout, site: &Site) -> Result<Report, Failure> {
    let (written, accepted) = (&layout.written, &settings.accepted);
    let advice = Advice::of(settings, site)?;
    let mut documents = Vec::new();
    for written in written {
        let Some((kind, document)) = policy_of(written, site) else {
            continue;
        };
        let found = lint::lint(&document).into_iter().map(|finding| Found {
            remedy: advice.on(written, &finding),
            ..Found::new(finding, accepted)
        });
        documents.push(Checked {
            found: found.collect(),
            file: Some(written.origin.clone()),
            is_built_in: written.built_in.is_some(),
            name: written.name.clone(),
            kind: Some(kind),
        });
    }
    for (address, bucket) in buckets(&layout.nodes) {
        // No file describes the bucket, so its findings point at the file of its policy.
        let policy = written.iter().find(|written| written.carrier == *address);
        let found = lint_bucket(bucket).into_iter();
        documents.push(Checked {
            found: found.map(|it| Found::new(it, accepted)).collect(),
            file: policy.map(|written| written.origin.clone()),
            is_built_in: true,
            name: address.to_string(),
            kind: None,
        });
    }
    Ok(Report { documents })
}

/// A report as a SARIF log of this program.
pub fn sarif(report: &Report) -> Json {
    let tool = Tool {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
    };
    iam_policy::report::sarif(report, tool)
}

/// The number of security findings in what the settings write at `site`, without accepted ones, by the
/// resource that it is written to. Only the checks that can find one are run.
pub fn security_findings(
    accepted: &Accepted,
    nodes: &[Node],
    written: &[Written],
    site: &Site,
) -> BTreeMap<Address, usize> {
    let documents = written
        .iter()
        .filter_map(|written| Some((&written.carrier, policy_of(written, site)?.1)));
    let of_documents = documents.map(|(at, document)| (at, lint::lint_security(&document)));
    let of_buckets = buckets(nodes).map(|(at, bucket)| (at, lint_bucket(bucket)));
    let counts = |finding: &Finding| {
        finding.rule.severity == Severity::Security && !accepted.contains_key(finding.rule.code)
    };
    let mut all = BTreeMap::new();
    for (address, findings) in of_documents.chain(of_buckets) {
        *all.entry(address.clone()).or_default() += findings.iter().filter(|it| counts(it)).count();
    }
    all
}

/// The buckets that the settings ask for, by address.
fn buckets(nodes: &[Node]) -> impl Iterator<Item = (&Address, Bucket)> {
    let buckets = nodes.iter().filter(|node| node.address().kind == KIND);
    buckets.filter_map(|node| {
        let attributes = node.resource.wanted()?.desired(None, &Known::default());
        Some((node.address(), bucket(&attributes)))
    })
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
