//! A report as a program reads it.

use serde_json::{Map, Value as Json, json};

use crate::lint::{Checked, Found, Report, Severity};
use crate::reading::Step;

/// The version of the form, which grows if a program that reads the older form would fail.
const FORMAT_VERSION: u32 = 2;

/// The report as one document. The summary counts what is not accepted.
#[must_use]
pub fn report(report: &Report) -> Json {
    let summary: Map<String, Json> = Severity::ALL
        .into_iter()
        .map(|severity| (severity.to_string(), report.count(severity).into()))
        .collect();
    json!({
        "format_version": FORMAT_VERSION,
        "documents": report.documents.iter().map(document).collect::<Vec<_>>(),
        "summary": summary,
    })
}

fn document(document: &Checked) -> Json {
    json!({
        "name": document.name,
        "kind": document.kind.map(|kind| kind.to_string()),
        "file": document.file,
        "built_in": document.is_built_in,
        "findings": document.found.iter().map(finding).collect::<Vec<_>>(),
    })
}

fn finding(found: &Found) -> Json {
    let finding = &found.finding;
    // The statement that the place is in, counted from 1 as in all words for a person. The element is a
    // path, whose indices count from 0.
    let statement = match &finding.place.0[..] {
        [Step::Key(key), Step::Index(index), ..] if key == "Statement" => Some(index + 1),
        [Step::Key(key), ..] if key == "Statement" => Some(1),
        _ => None,
    };
    json!({
        "code": finding.rule.code,
        "severity": finding.rule.severity.to_string(),
        "statement": statement,
        "sid": finding.sid,
        "element": finding.place.to_string(),
        "line": found.position.map(|position| position.line),
        "column": found.position.map(|position| position.column),
        "detail": finding.detail,
        "risk": finding.rule.risk,
        "remedy": found.remedy(),
        "reference": finding.rule.reference,
        "accepted": found.accepted,
    })
}
