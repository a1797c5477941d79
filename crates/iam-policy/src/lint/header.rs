//! What a document is called and how long it is: version, Sids and size.

use std::collections::BTreeSet;

use serde_json::Value;

use super::document::Document;
use super::finding::Finding;
use super::place::Place;
use super::rule::{Rule, Severity};
use crate::policy::Kind;
use crate::printable::printable;

pub(super) const RULES: &[&Rule] = &[
    &MISSING_VERSION,
    &OLD_VERSION,
    &INVALID_VERSION,
    &DUPLICATE_SID,
    &INVALID_SID,
    &TOO_LONG,
    &NEARLY_TOO_LONG,
];

const VERSION: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html";
const SID: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html";
const QUOTAS: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html";

static MISSING_VERSION: Rule = Rule {
    code: "missing-version",
    severity: Severity::Warning,
    risk: "Without a Version the policy has the rules of 2008, under which ${…} is plain text, and some APIs refuse it.",
    remedy: "Add \"Version\": \"2012-10-17\" before the statements.",
    reference: VERSION,
};

static OLD_VERSION: Rule = Rule {
    code: "old-version",
    severity: Severity::Warning,
    risk: "Under the version of 2008 a policy variable that someone adds later is plain text and silently matches nothing.",
    remedy: "Write \"Version\": \"2012-10-17\", which changes nothing else.",
    reference: VERSION,
};

static INVALID_VERSION: Rule = Rule {
    code: "invalid-version",
    severity: Severity::Error,
    risk: "AWS refuses a policy whose Version is not one of the two versions of the policy language.",
    remedy: "Write \"2012-10-17\", which is no date of yours to choose.",
    reference: VERSION,
};

static DUPLICATE_SID: Rule = Rule {
    code: "duplicate-sid",
    severity: Severity::Error,
    risk: "AWS refuses a policy in which two statements have the same Sid.",
    remedy: "Rename one of the statements, or merge them.",
    reference: SID,
};

static INVALID_SID: Rule = Rule {
    code: "invalid-sid",
    severity: Severity::Error,
    risk: "IAM refuses a Sid with other characters than the letters A to Z and a to z and the digits.",
    remedy: "Leave out spaces, hyphens and other characters.",
    reference: SID,
};

static TOO_LONG: Rule = Rule {
    code: "policy-too-long",
    severity: Severity::Error,
    risk: "AWS refuses a policy that is longer than its kind may be.",
    remedy: "Merge statements, drop Sids, use wildcards, or spread it over several managed policies.",
    reference: QUOTAS,
};

static NEARLY_TOO_LONG: Rule = Rule {
    code: "policy-nearly-too-long",
    severity: Severity::Suggestion,
    risk: "A small addition makes the policy longer than AWS allows.",
    remedy: "Merge statements or drop Sids before the next addition.",
    reference: QUOTAS,
};

const CURRENT: &str = "2012-10-17";
const OLD: &str = "2008-10-17";

pub(super) fn find(document: &Document, findings: &mut Vec<Finding>) {
    version(document, findings);
    sids(document, findings);
    size(document, findings);
}

fn version(document: &Document, findings: &mut Vec<Finding>) {
    let Some(members) = document.json.as_object() else {
        return;
    };
    let top = Place::default();
    let place = top.key("Version");
    findings.extend(match members.get("Version") {
        None => Some(document.finding(&MISSING_VERSION, top, "the policy names no Version")),
        Some(Value::String(version)) if version == CURRENT => None,
        Some(Value::String(version)) if version == OLD => {
            Some(document.finding(&OLD_VERSION, place, format!("the Version is {OLD}")))
        }
        Some(Value::String(version)) => {
            let detail = format!("there is no version \"{}\"", printable(version));
            Some(document.finding(&INVALID_VERSION, place, detail))
        }
        // The grammar says that it must be a string.
        Some(_) => None,
    });
}

fn sids(document: &Document, findings: &mut Vec<Finding>) {
    let of_iam = matches!(document.kind, Kind::Managed | Kind::Inline | Kind::Trust);
    let mut seen = BTreeSet::new();
    for statement in &document.statements {
        let Some(sid) = &statement.sid else {
            continue;
        };
        let place = statement.place.key("Sid");
        let shown = printable(sid);
        if !seen.insert(sid) {
            let detail = format!("another statement has the Sid \"{shown}\" too");
            findings.push(statement.finding(&DUPLICATE_SID, &place, detail));
        }
        if of_iam && !sid.chars().all(|c| c.is_ascii_alphanumeric()) {
            let detail = format!("\"{shown}\" has other characters than letters and digits");
            findings.push(statement.finding(&INVALID_SID, &place, detail));
        }
    }
}

fn size(document: &Document, findings: &mut Vec<Finding>) {
    let (size, limit) = (document.size, document.kind.limit());
    let rule = if size > limit {
        &TOO_LONG
    } else if size * 10 > limit * 9 {
        &NEARLY_TOO_LONG
    } else {
        return;
    };
    let detail = format!(
        "{size} characters without white space, of {limit} that a {} may have",
        document.kind
    );
    findings.push(document.finding(rule, Place::default(), detail));
}
