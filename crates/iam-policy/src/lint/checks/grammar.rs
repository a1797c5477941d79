//! The form of a document: elements that do not exist, are missing, or are of the wrong type.
//!
//! The reader has found most of that already. What depends on the kind of policy is found here.

use crate::lint::finding::Finding;
use crate::lint::rule::{Rule, Severity};
use crate::lint::subject::Subject;
use crate::policy::Kind;
use crate::printable::printable;
use crate::reading::{Fault, Problem, Statement};

pub(super) const RULES: &[&Rule] = &[
    &UNKNOWN_ELEMENT,
    &MISSING_ELEMENT,
    &UNSUPPORTED_ELEMENT,
    &ELEMENT_PAIR,
    &WRONG_TYPE,
    &INVALID_EFFECT,
    &INVALID_VERSION,
    &EMPTY_ELEMENT,
    &KEYS_DIFFER_IN_CASE,
];

const GRAMMAR: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html";

static UNKNOWN_ELEMENT: Rule = Rule {
    code: "unknown-element",
    severity: Severity::Error,
    risk: "AWS refuses a policy with an element that the policy language does not have.",
    remedy: "Correct the spelling, which is case-sensitive, or remove the element.",
    reference: GRAMMAR,
};

static MISSING_ELEMENT: Rule = Rule {
    code: "missing-element",
    severity: Severity::Error,
    risk: "AWS refuses a policy that lacks an element that its kind needs.",
    remedy: "Add the element, or correct the kind of policy if the document is of another one.",
    reference: GRAMMAR,
};

static UNSUPPORTED_ELEMENT: Rule = Rule {
    code: "unsupported-element",
    severity: Severity::Error,
    risk: "AWS refuses an element that the kind of policy does not take, such as a Principal in a policy of an identity or a Resource in a trust policy, which follow from what the policy is attached to.",
    remedy: "Remove the element, or attach the policy to what it was written for.",
    reference: GRAMMAR,
};

static ELEMENT_PAIR: Rule = Rule {
    code: "element-pair",
    severity: Severity::Error,
    risk: "AWS refuses a statement that has both an element and its Not… twin.",
    remedy: "Keep one of the two, or split the statement.",
    reference: GRAMMAR,
};

static WRONG_TYPE: Rule = Rule {
    code: "wrong-type",
    severity: Severity::Error,
    risk: "AWS refuses a policy with a value of another JSON type than the element takes.",
    remedy: "Write the value in the form that the finding names.",
    reference: GRAMMAR,
};

static INVALID_EFFECT: Rule = Rule {
    code: "invalid-effect",
    severity: Severity::Error,
    risk: "AWS refuses an effect other than Allow and Deny, both with a capital letter.",
    remedy: "Write \"Allow\" or \"Deny\".",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_effect.html",
};

static INVALID_VERSION: Rule = Rule {
    code: "invalid-version",
    severity: Severity::Error,
    risk: "AWS refuses a policy whose Version is not one of the two versions of the policy language.",
    remedy: "Write \"2012-10-17\", which names the version of the language and not of the policy.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html",
};

static EMPTY_ELEMENT: Rule = Rule {
    code: "empty-element",
    severity: Severity::Warning,
    risk: "An empty list, object or text matches nothing or limits nothing, and AWS refuses some of these.",
    remedy: "Fill the element in, or remove it or its statement.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
};

static KEYS_DIFFER_IN_CASE: Rule = Rule {
    code: "keys-differ-in-case",
    severity: Severity::Error,
    risk: "AWS ignores the case of condition operators and keys, so one of two that differ in case alone may be lost.",
    remedy: "Write one of the two, with the values of both if either is to match.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
};

pub(super) fn find(subject: &Subject, findings: &mut Vec<Finding>) {
    findings.extend(subject.problems.iter().map(finding));
    for statement in &subject.statements {
        elements_of_kind(subject.kind, statement, findings);
    }
}

fn finding(problem: &Problem) -> Finding {
    Finding {
        rule: match problem.fault {
            Fault::UnknownElement => &UNKNOWN_ELEMENT,
            Fault::MissingElement => &MISSING_ELEMENT,
            Fault::ElementPair => &ELEMENT_PAIR,
            Fault::WrongType => &WRONG_TYPE,
            Fault::InvalidEffect => &INVALID_EFFECT,
            Fault::InvalidVersion => &INVALID_VERSION,
            Fault::EmptyElement => &EMPTY_ELEMENT,
            Fault::KeysDifferInCase => &KEYS_DIFFER_IN_CASE,
        },
        place: problem.path.place(),
        sid: problem.sid.map(printable),
        detail: problem.text.clone(),
    }
}

/// Which elements must be there and which must not, which depends on the kind of policy.
fn elements_of_kind(kind: Kind, statement: &Statement, findings: &mut Vec<Finding>) {
    let principals = statement.principals.as_ref();
    let resources = statement.resources.as_ref();
    let resource = match kind {
        Kind::Trust => Use::Refused,
        // The examples of ECR's guide have none.
        Kind::Repository => Use::Optional,
        _ => Use::Needed,
    };
    let principal = if kind.grants_to_identity() {
        Use::Refused
    } else {
        Use::Needed
    };
    let principals = principals.map(|it| (it.path, it.negated));
    let resources = resources.map(|it| (it.path, it.negated));
    for (name, present, element) in [
        ("Principal", principals, principal),
        ("Resource", resources, resource),
    ] {
        match (present, element) {
            (None, Use::Needed) => {
                let detail = format!("has no {name}, which a {kind} needs");
                findings.push(statement.finding(&MISSING_ELEMENT, statement.path, detail));
            }
            (Some((path, negated)), Use::Refused) => {
                let not = if negated { "Not" } else { "" };
                let detail = format!("a {kind} takes no {not}{name}");
                findings.push(statement.finding(&UNSUPPORTED_ELEMENT, path, detail));
            }
            _ => {}
        }
    }
    if kind == Kind::ResourceControl {
        control(statement, findings);
    }
}

/// Whether a kind of policy has an element.
enum Use {
    Needed,
    Optional,
    Refused,
}

/// What a resource control policy of one's own may have: "RCP syntax" in the guide of Organizations.
fn control(statement: &Statement, findings: &mut Vec<Finding>) {
    let mut refused = |path, detail: &str| {
        findings.push(statement.finding(&UNSUPPORTED_ELEMENT, path, detail));
    };
    if statement.allows() {
        let detail = "a resource control policy of your own can only deny";
        refused(statement.path.key("Effect"), detail);
    }
    if let Some(actions) = statement.actions.as_ref().filter(|it| it.negated) {
        refused(actions.path, "a resource control policy takes no NotAction");
    }
    if let Some(principals) = &statement.principals {
        if principals.negated {
            let detail = "a resource control policy takes no NotPrincipal";
            refused(principals.path, detail);
        } else if principals.items.iter().any(|it| it.item.text != "*") {
            let detail = "the principal of a resource control policy is *, and a condition says whose requests are meant";
            refused(principals.path, detail);
        }
    }
}
