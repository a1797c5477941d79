//! A report in SARIF 2.1.0, which code scanners read.
//!
//! Severities become SARIF's levels. The number by which GitHub sorts findings of security is explained
//! in "SARIF support for code scanning" of its documentation.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use crate::lint::{Checked, Finding, Found, Report, Rule, Severity, rules};
use crate::reading::{Position, Step};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// What a URI's path has as it is.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'.')
    .remove(b'-')
    .remove(b'_')
    .remove(b'~');

/// The program that a log names as its source.
#[derive(Debug, Clone, Copy)]
pub struct Tool<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its version, by the rules of Semantic Versioning.
    pub version: &'a str,
}

/// The report as a SARIF log, in which accepted findings are suppressed.
#[must_use]
pub fn report(report: &Report, tool: Tool<'_>) -> Json {
    let rules = rules();
    let mut seen = BTreeMap::new();
    let mut results = Vec::new();
    for document in &report.documents {
        for found in &document.found {
            let index = rules.iter().position(|rule| *rule == found.finding.rule);
            let fingerprint = fingerprint(document, &found.finding);
            // Two findings of the same text differ in their order.
            let again: &mut usize = seen.entry(fingerprint.clone()).or_default();
            *again += 1;
            let fingerprint = format!("{fingerprint}:{again}");
            results.push(result(document, found, index, &fingerprint));
        }
    }
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": tool.name,
                "semanticVersion": tool.version,
                "rules": rules.iter().map(|rule| self::rule(rule)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Security | Severity::Warning => "warning",
        Severity::Suggestion => "note",
    }
}

fn rule(rule: &Rule) -> Json {
    let mut properties = json!({"tags": ["policy"]});
    if rule.severity == Severity::Security {
        // GitHub calls 7.0 and more high.
        properties = json!({"tags": ["policy", "security"], "security-severity": "7.0"});
    }
    json!({
        "id": rule.code,
        "shortDescription": {"text": rule.risk},
        "fullDescription": {"text": rule.risk},
        "help": {
            "text": format!("{} {}", rule.risk, rule.remedy),
            "markdown": format!("{}\n\n{}\n\n{}", rule.risk, rule.remedy, rule.reference),
        },
        "helpUri": rule.reference,
        "defaultConfiguration": {"level": level(rule.severity)},
        "properties": properties,
    })
}

fn result(document: &Checked, found: &Found, index: Option<usize>, fingerprint: &str) -> Json {
    let finding = &found.finding;
    // Code scanning requires a line, also of a text that was filled in and has none of its own.
    let Position { line, column } = found.position.unwrap_or(Position { line: 1, column: 1 });
    let words = finding.place.in_words(finding.sid.as_deref());
    let place = format!("{}: {}", document.name, finding.place);
    let mut location = json!({"logicalLocations": [{"fullyQualifiedName": place}]});
    if let Some(file) = &document.file {
        location["physicalLocation"] = json!({
            "artifactLocation": {"uri": uri(file)},
            "region": {"startLine": line, "startColumn": column},
        });
    }
    let mut result = json!({
        "ruleId": finding.rule.code,
        "ruleIndex": index,
        "level": level(finding.rule.severity),
        "message": {"text": format!("{words}: {}.", finding.detail)},
        "locations": [location],
        "partialFingerprints": {"findingHash/v1": fingerprint},
    });
    if let Some(reason) = &found.accepted {
        let suppression =
            json!({"kind": "external", "status": "accepted", "justification": reason});
        result["suppressions"] = json!([suppression]);
    }
    result
}

/// The file as a URI reference, relative as it was given. An absolute path becomes a `file` URI.
fn uri(file: &str) -> String {
    let path: std::path::PathBuf = Path::new(file)
        .components()
        .filter(|part| *part != Component::CurDir)
        .collect();
    let encoded = utf8_percent_encode(&path.to_string_lossy(), PATH).to_string();
    if path.is_absolute() {
        format!("file://{encoded}")
    } else {
        encoded
    }
}

/// A digest that stays the same while lines are added elsewhere and statements move.
fn fingerprint(document: &Checked, finding: &Finding) -> String {
    let keys = finding.place.0.iter().filter_map(|step| match step {
        Step::Key(key) => Some(key.as_str()),
        Step::Index(_) => None,
    });
    let mut parts = vec![finding.rule.code, &document.name, &finding.detail];
    parts.extend(finding.sid.as_deref());
    parts.extend(keys);
    let digest = Sha256::digest(parts.join("\0"));
    // Half of it is enough to tell findings apart.
    format!("{digest:x}")[..32].to_owned()
}
