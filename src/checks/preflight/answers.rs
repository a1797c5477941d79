//! What the simulator's answers come to.

use std::collections::{BTreeMap, BTreeSet};

use super::check::{Check, Denied, Verdict};
use super::simulation::{Call, NEW_KEY};

/// The simulator's answer about one action on one resource in one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The request's context.
    pub context: BTreeMap<String, String>,
    /// The action.
    pub action: String,
    /// The ARN of the resource.
    pub resource: String,
    /// Why the action is denied; `None` if it is allowed.
    pub denied: Option<Denial>,
}

/// Why an action is denied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denial {
    /// The organization's policies deny it, and nothing else is known to.
    Organization,
    /// The caller's own policies, or the permissions boundary, deny it.
    Own {
        /// What denies it.
        reason: String,
        /// The condition keys in these policies to which the simulation had no value.
        missing: Vec<String>,
    },
}

impl Answer {
    fn is_about(&self, call: &Call) -> bool {
        self.context == call.context
            && self.resource == call.resource
            && self.action.eq_ignore_ascii_case(call.action)
    }

    /// The same answer if it was given without the organization's policies, which had denied the
    /// action: what is allowed without them, they alone deny.
    #[must_use]
    pub fn without_organization(mut self) -> Self {
        self.denied = self.denied.or(Some(Denial::Organization));
        self
    }
}

/// The calls that the organization's policies deny, by these answers.
pub fn denied_by_organization(calls: &BTreeSet<Call>, answers: &[Answer]) -> BTreeSet<Call> {
    let answers = answers.iter();
    let answers = answers.filter(|answer| answer.denied == Some(Denial::Organization));
    let answers: Vec<_> = answers.collect();
    let denied = |call: &&Call| answers.iter().any(|answer| answer.is_about(call));
    calls.iter().filter(denied).cloned().collect()
}

/// How the names of condition keys begin, in small letters, that a real call may carry and whose value
/// is not known here (IAM User Guide, "AWS global condition context keys"). The simulator reports keys
/// of statements about other actions too (boto3 #3111): a key that no call of ours carries leaves
/// nothing open.
const KNOWN_TO_AWS_ALONE: [&str; 16] = [
    "aws:chatbotsourcearn",
    "aws:ec2instancesource",
    "aws:epochtime",
    "aws:federatedprovider",
    "aws:multifactorauth",
    "aws:principalorg",
    "aws:principaltag/",
    "aws:resourceorg",
    "aws:sourceidentity",
    "aws:sourceip",
    "aws:sourcevpc",
    "aws:tokenissuetime",
    "aws:useragent",
    "aws:vpce",
    "aws:vpcsourceip",
    "ec2:sourceinstancearn",
];

fn is_known_to_aws_alone(key: &str) -> bool {
    let key = key.to_lowercase();
    KNOWN_TO_AWS_ALONE
        .iter()
        .any(|start| key.starts_with(start))
}

/// The checks that follow from the answers. `unasked` is why IAM could not be asked about some calls.
pub fn check(calls: &BTreeSet<Call>, answers: &[Answer], unasked: Option<&str>) -> Vec<Check> {
    let (mut allowed, mut unanswered) = (0, 0);
    let (mut denied, mut by_organization) = (Vec::new(), Vec::new());
    let (mut open, mut without_path) = (Vec::new(), Vec::new());
    for call in calls {
        let Some(answer) = answers.iter().find(|answer| answer.is_about(call)) else {
            unanswered += 1;
            continue;
        };
        let (list, reason) = match &answer.denied {
            None => {
                allowed += 1;
                continue;
            }
            Some(Denial::Organization) => (
                &mut by_organization,
                "the organization's service control policies do not allow it".to_owned(),
            ),
            Some(Denial::Own { reason, missing }) if missing.is_empty() => {
                (&mut denied, reason.clone())
            }
            Some(Denial::Own { reason, missing }) => {
                let keys = missing.join(", ");
                let reason = format!(
                    "{reason}; the policies have conditions on {keys}, whose values are not known \
                     here"
                );
                match missing.iter().any(|key| is_known_to_aws_alone(key)) {
                    true => (&mut open, reason),
                    false => (&mut denied, reason),
                }
            }
        };
        let list = match call.may_have_path {
            true => &mut without_path,
            false => list,
        };
        list.push(Denied {
            address: call.address.clone(),
            action: call.action,
            // The id stands for that of a key which does not exist yet.
            resource: call.resource.replace(NEW_KEY, "key/*"),
            reason,
        });
    }

    let all = calls.len();
    let mut checks = Vec::new();
    let mut add = |verdict, message: String, denied| {
        checks.push(Check {
            denied,
            ..Check::new("permissions", verdict, message)
        });
    };
    if !denied.is_empty() {
        let message = format!(
            "{} of {} would be denied (IAM simulation)",
            denied.len(),
            counted(all)
        );
        add(Verdict::Wrong, message, denied);
    } else if allowed == all {
        let message = format!("{} allowed (IAM simulation)", are(all));
        add(Verdict::Ok, message, Vec::new());
    } else if allowed > 0 {
        let message = format!("{allowed} of {} allowed (IAM simulation)", are(all));
        add(Verdict::Ok, message, Vec::new());
    }
    if !by_organization.is_empty() {
        let message = format!(
            "{} of {} would be denied by the organization's service control policies alone (IAM \
             simulation, which does not know every value that their conditions ask for)",
            by_organization.len(),
            counted(all)
        );
        add(Verdict::Warning, message, by_organization);
    }
    if !open.is_empty() {
        let message = format!(
            "could not check {}: the policies have conditions on what only a real call carries, and \
             without it the simulation denies",
            counted(open.len())
        );
        add(Verdict::Unknown, message, open);
    }
    if !without_path.is_empty() {
        let message = format!(
            "could not check {}: the path of the ARN is not known, and without a path the simulation \
             denies",
            counted(without_path.len())
        );
        add(Verdict::Unknown, message, without_path);
    }
    if unanswered > 0 {
        let because = unasked.unwrap_or("IAM gave no answer");
        let message = format!("could not check {}: {because}", counted(unanswered));
        add(Verdict::Unknown, message, Vec::new());
    }
    checks
}

/// A number of calls, in words.
fn counted(calls: usize) -> String {
    match calls {
        1 => "1 call".to_owned(),
        _ => format!("{calls} calls"),
    }
}

/// A number of calls with the verb that fits.
fn are(calls: usize) -> String {
    let verb = if calls == 1 { "is" } else { "are" };
    format!("{} {verb}", counted(calls))
}
