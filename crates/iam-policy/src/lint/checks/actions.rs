//! Actions that do not exist. AWS takes them in silence, and they do nothing.

use crate::authorization::{is_unlisted_action, nearest, prefixes};
use crate::lint::finding::Finding;
use crate::lint::named::{Services, has_wildcard, split};
use crate::lint::rule::{Rule, Severity};
use crate::lint::subject::Subject;
use crate::printable::printable;

pub(super) const RULES: &[&Rule] = &[&UNKNOWN_SERVICE, &UNKNOWN_ACTION, &UNMATCHED_WILDCARD];

const REFERENCE: &str = "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html";

static UNKNOWN_SERVICE: Rule = Rule {
    code: "unknown-service",
    severity: Severity::Error,
    risk: "AWS accepts an action of a service that does not exist without a warning, so the action that was meant is neither allowed nor denied.",
    remedy: "Write the prefix that the Service Authorization Reference gives for the service.",
    reference: REFERENCE,
};

static UNKNOWN_ACTION: Rule = Rule {
    code: "unknown-action",
    severity: Severity::Error,
    risk: "AWS accepts an action that does not exist without a warning, so the action that was meant is neither allowed nor denied.",
    remedy: "Write the name as the Service Authorization Reference does; it is often not that of the API operation.",
    reference: REFERENCE,
};

static UNMATCHED_WILDCARD: Rule = Rule {
    code: "unmatched-wildcard",
    severity: Severity::Error,
    risk: "No action of the service has such a name, so the wildcard neither allows nor denies anything, until AWS adds an action that it matches.",
    remedy: "Correct the text before and after the wildcard, or list the actions.",
    reference: REFERENCE,
};

pub(super) fn find(subject: &Subject, findings: &mut Vec<Finding>) {
    let services = Services::of(subject);
    for statement in &subject.statements {
        for item in statement.actions.iter().flat_map(|it| &it.items) {
            let Some((prefix, name)) = split(&item.text) else {
                continue;
            };
            if is_unlisted_action(&item.text) {
                continue;
            }
            let shown = printable(&item.text);
            let meant = |name: Option<&str>| match name {
                Some(name) => format!("; the nearest is {name}"),
                None => String::new(),
            };
            let (rule, detail) = match services.get(prefix) {
                None => {
                    let meant = meant(nearest(prefix, prefixes()));
                    let detail = format!("no service has the prefix of {shown}{meant}");
                    (&UNKNOWN_SERVICE, detail)
                }
                Some(service) if has_wildcard(name) => {
                    if service.matching(name).next().is_some() {
                        continue;
                    }
                    (&UNMATCHED_WILDCARD, format!("no action matches {shown}"))
                }
                Some(service) if service.action(name).is_none() => {
                    let meant = meant(service.nearest_action(name));
                    (
                        &UNKNOWN_ACTION,
                        format!("there is no action {shown}{meant}"),
                    )
                }
                Some(_) => continue,
            };
            findings.push(statement.finding(rule, item.path, detail));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::find;
    use crate::lint::checks::trial::check;

    #[test]
    fn names_that_do_not_exist() {
        let actions = |actions| json!({"Effect": "Allow", "Action": actions, "Resource": "*"});
        check(
            find,
            [
                ("a name", actions(json!("s3:GetObject")), &[] as &[&str]),
                ("in any case", actions(json!("S3:getobject")), &[]),
                ("everything", actions(json!("*")), &[]),
                ("a service", actions(json!("s3:*")), &[]),
                ("a wildcard", actions(json!("s3:Get?bject*")), &[]),
                (
                    "an open service is refused by AWS",
                    actions(json!("s*:GetObject")),
                    &[],
                ),
                (
                    "no colon is an error of the grammar",
                    actions(json!("GetObject")),
                    &[],
                ),
                (
                    "a misspelt service",
                    actions(json!("lamda:CreateFunction")),
                    &[
                        "unknown-service Statement.Action: no service has the prefix of lamda:CreateFunction; the nearest is lambda",
                    ],
                ),
                (
                    "a service like no other",
                    actions(json!("no-such-service:*")),
                    &[
                        "unknown-service Statement.Action: no service has the prefix of no-such-service:*",
                    ],
                ),
                (
                    "a misspelt action",
                    actions(json!(["s3:GetObject", "s3:GetObjects"])),
                    &[
                        "unknown-action Statement.Action[1]: there is no action s3:GetObjects; the nearest is GetObject",
                    ],
                ),
                (
                    "the API operation's name is not the action's",
                    actions(json!("s3:ListObjectsV2")),
                    &["unknown-action Statement.Action: there is no action s3:ListObjectsV2"],
                ),
                (
                    "a wildcard for nothing",
                    actions(json!("s3:Fetch*")),
                    &["unmatched-wildcard Statement.Action: no action matches s3:Fetch*"],
                ),
                (
                    "NotAction, which would spare nothing",
                    json!({"Effect": "Deny", "NotAction": "iam:Lst*", "Resource": "*"}),
                    &["unmatched-wildcard Statement.NotAction: no action matches iam:Lst*"],
                ),
                (
                    "what could move the cursor is escaped",
                    actions(json!("s3:Get\u{1b}[2J")),
                    &["unknown-action Statement.Action: there is no action s3:Get\\u{1b}[2J"],
                ),
            ],
        );
    }
}
