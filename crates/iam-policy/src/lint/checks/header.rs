//! The version, the Sids and the size of a document.

use std::collections::BTreeSet;

use crate::lint::finding::Finding;
use crate::lint::rule::{Rule, Severity};
use crate::lint::subject::Subject;
use crate::policy::Kind;
use crate::printable::printable;
use crate::reading::{Path, Version};

pub(super) const RULES: &[&Rule] = &[
    &MISSING_VERSION,
    &OLD_VERSION,
    &DUPLICATE_SID,
    &INVALID_SID,
    &TOO_LONG,
    &OVER_QUOTA,
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
    risk: "Under the version of 2008 a policy variable that is added later is plain text and matches nothing.",
    remedy: "Write \"Version\": \"2012-10-17\", which only changes how ${…} is read.",
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
    risk: "IAM refuses a Sid with characters other than the letters A to Z and a to z and the digits.",
    remedy: "Leave out spaces, hyphens and other characters.",
    reference: SID,
};

static TOO_LONG: Rule = Rule {
    code: "policy-too-long",
    severity: Severity::Error,
    risk: "AWS refuses a policy that is longer than its kind may be, unless AWS itself wrote it.",
    remedy: "Merge statements, drop Sids, use wildcards, or spread the statements over several managed policies.",
    reference: QUOTAS,
};

static OVER_QUOTA: Rule = Rule {
    code: "policy-over-quota",
    severity: Severity::Warning,
    risk: "AWS refuses the policy in an account whose quota for its length was not raised.",
    remedy: "Shorten the policy, or ask for more in Service Quotas: \"Role trust policy length\" of IAM.",
    reference: QUOTAS,
};

static NEARLY_TOO_LONG: Rule = Rule {
    code: "policy-nearly-too-long",
    severity: Severity::Suggestion,
    risk: "A small addition makes the policy longer than AWS allows.",
    remedy: "Merge statements or drop Sids before the next addition.",
    reference: QUOTAS,
};

pub(super) fn find(subject: &Subject, findings: &mut Vec<Finding>) {
    version(subject, findings);
    sids(subject, findings);
    size(subject, findings);
}

fn version(subject: &Subject, findings: &mut Vec<Finding>) {
    let top = Path::TOP;
    if !subject.names_version {
        findings.push(subject.finding(&MISSING_VERSION, top, "the policy names no Version"));
    }
    if let Some(version @ Version::V2008) = subject.version {
        let detail = format!("the Version is {version}");
        findings.push(subject.finding(&OLD_VERSION, top.key("Version"), detail));
    }
}

fn sids(subject: &Subject, findings: &mut Vec<Finding>) {
    let of_iam = matches!(subject.kind, Kind::Managed | Kind::Inline | Kind::Trust);
    let mut seen = BTreeSet::new();
    for statement in &subject.statements {
        let Some(sid) = &statement.sid else {
            continue;
        };
        let path = statement.path.key("Sid");
        let shown = printable(sid);
        if !seen.insert(sid) {
            let detail = format!("another statement has the Sid \"{shown}\" too");
            findings.push(statement.finding(&DUPLICATE_SID, path, detail));
        }
        if of_iam && !sid.chars().all(|c| c.is_ascii_alphanumeric()) {
            let detail = format!("\"{shown}\" has characters other than letters and digits");
            findings.push(statement.finding(&INVALID_SID, path, detail));
        }
    }
}

fn size(subject: &Subject, findings: &mut Vec<Finding>) {
    let (size, quota, limit) = (subject.size, subject.kind.quota(), subject.kind.limit());
    let (rule, limit) = if size > limit {
        (&TOO_LONG, limit)
    } else if size > quota {
        (&OVER_QUOTA, quota)
    } else if size * 10 > quota * 9 {
        (&NEARLY_TOO_LONG, quota)
    } else {
        return;
    };
    let detail = format!(
        "{size} characters without white space, of {limit} that a {} may have",
        subject.kind
    );
    findings.push(subject.finding(rule, Path::TOP, detail));
}
