//! What was left out of the checks of a document, because it is too long for that.
//!
//! A few checks hold parts of a policy against each other. A policy that AWS would accept is far below
//! the numbers here.

use crate::lint::finding::Finding;
use crate::lint::rule::{Rule, Severity};
use crate::lint::subject::Subject;
use crate::reading::{Effect, Path};

pub(super) const RULES: &[&Rule] = &[&PARTLY_CHECKED];

static PARTLY_CHECKED: Rule = Rule {
    code: "partly-checked",
    severity: Severity::Warning,
    risk: "The policy is so long that a part of the checks was left out, so something may be wrong that is not found.",
    remedy: "Spread the statements over several policies, which AWS asks for too, and check each.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
};

/// The most allowances, each of a statement on one resource, that are held against each other.
const MOST_ALLOWANCES: usize = 1_000;

/// The most pairs of an allowance and a denial.
const MOST_DENIALS_OF_ALLOWANCES: usize = 100_000;

pub(super) fn find(subject: &Subject, findings: &mut Vec<Finding>) {
    if has_too_many_grants(subject) {
        let detail = "what the allowances give together was not looked for in so many statements";
        findings.push(subject.finding(&PARTLY_CHECKED, Path::TOP, detail));
    }
}

/// What is found where a part of a check was left out.
pub(super) fn left_out(subject: &Subject, detail: String) -> Finding {
    subject.finding(&PARTLY_CHECKED, Path::TOP, detail)
}

/// Whether the policy of an identity allows too much to look at how its allowances work together.
pub(super) fn has_too_many_grants(subject: &Subject) -> bool {
    if !subject.kind.grants_to_identity() {
        return false;
    }
    let (mut allowances, mut denials) = (0, 0);
    for statement in &subject.statements {
        match statement.effect {
            Some(Effect::Allow) => {
                let resources = statement.resources.as_ref();
                allowances += resources.map_or(0, |it| it.items.len());
            }
            Some(Effect::Deny) => denials += 1,
            None => {}
        }
    }
    allowances > MOST_ALLOWANCES || allowances * denials > MOST_DENIALS_OF_ALLOWANCES
}
