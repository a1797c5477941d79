//! Whether actions have the form `service:Name`, and whether their service fits the policy's kind.

use crate::lint::finding::Finding;
use crate::lint::rule::{Rule, Severity};
use crate::lint::subject::Subject;
use crate::printable::printable;

pub(super) const RULES: &[&Rule] = &[&MALFORMED_ACTION, &FOREIGN_ACTION];

const ACTION: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html";

static MALFORMED_ACTION: Rule = Rule {
    code: "malformed-action",
    severity: Severity::Error,
    risk: "AWS refuses an action that is not a service's prefix, a colon and a name.",
    remedy: "Write it as in \"s3:GetObject\", with wildcards after the colon only.",
    reference: ACTION,
};

static FOREIGN_ACTION: Rule = Rule {
    code: "foreign-action",
    severity: Severity::Error,
    risk: "The policy of a resource can allow only actions on that resource, so AWS refuses or ignores the actions of other services.",
    remedy: "Move the action to a policy of the identity that needs it.",
    reference: ACTION,
};

pub(super) fn find(subject: &Subject, findings: &mut Vec<Finding>) {
    let service = subject.kind.service();
    for statement in &subject.statements {
        for action in statement.actions.iter().flat_map(|it| &it.items) {
            let shown = printable(&action.text);
            let Some(prefix) = prefix(&action.text) else {
                // An empty text is a finding of the grammar.
                if !action.text.is_empty() {
                    let detail = format!("\"{shown}\" is not of the form service:Action");
                    findings.push(statement.finding(&MALFORMED_ACTION, action.path, detail));
                }
                continue;
            };
            if let Some(service) = service
                && prefix != "*"
                && !prefix.eq_ignore_ascii_case(service)
                // Directory buckets have a prefix of their own.
                && !(service == "s3" && prefix.eq_ignore_ascii_case("s3express"))
            {
                let detail = format!(
                    "\"{shown}\" is in a {}, whose actions begin with {service}:",
                    subject.kind
                );
                findings.push(statement.finding(&FOREIGN_ACTION, action.path, detail));
            }
        }
    }
}

/// The part before the colon, if the action has the form that AWS takes.
fn prefix(action: &str) -> Option<&str> {
    if action == "*" {
        return Some("*");
    }
    let (prefix, name) = action.split_once(':')?;
    let is_prefix = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let is_name = |c: char| c.is_ascii_alphanumeric() || "*?-_".contains(c);
    let fits = prefix == "*" && name == "*" || !prefix.is_empty() && prefix.chars().all(is_prefix);
    (fits && !name.is_empty() && name.chars().all(is_name)).then_some(prefix)
}
