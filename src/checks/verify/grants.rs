//! Whether identities are allowed what a policy is to allow them.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use tokio::time::Instant;

use super::{Outcome, Step};
use crate::aws::{Aws, AwsError};
use crate::checks::preflight::answers::{Answer, Denial};
use crate::checks::preflight::simulation::Request;
use crate::checks::preflight::simulator::Simulator;
use crate::kinds::iam::attached;
use crate::names::AccountId;
use crate::systems::Grant;
use iam_policy::authorization::service;
use iam_policy::{Effect, Policy};

/// How many actions are named.
const SHOWN: usize = 5;

/// The condition keys that every call of a program carries with the same value.
pub(super) fn carried() -> BTreeMap<String, String> {
    let keys = [
        ("aws:SecureTransport", "true"),
        ("aws:PrincipalIsAWSService", "false"),
        ("aws:ViaAWSService", "false"),
    ];
    keys.map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

/// Asks IAM's simulator whether the identity is allowed what the policy allows, with all its policies and its
/// boundary.
pub async fn step(aws: &Aws, account: &AccountId, grant: &Grant) -> Step {
    let since = Instant::now();
    let identity = &grant.identity;
    let step = match attached::arn_of(aws, identity).await {
        Err(error) => unread(&error),
        Ok(arn) => {
            let asked = requests(&grant.policy, account);
            let simulator = Simulator {
                aws: &aws.impatient(),
                source: arn,
                carried: carried(),
                organization: true,
            };
            let (answers, unasked) = simulator.all(&asked).await;
            let calls = asked.iter().map(|it| it.actions.len() * it.resources.len());
            let (outcome, message) = told(&answers, calls.sum(), unasked.as_deref());
            let step = Step::new("grant", outcome, format!("{identity}: {message}"));
            match outcome {
                Outcome::Pass => step,
                Outcome::Fail => step.advice(
                    "Look for a permissions boundary or a Deny of the identity, and whether \
                     `provision plan` shows changes of the policy",
                ),
                Outcome::Unknown => step.advice(
                    "Allow iam:SimulatePrincipalPolicy on the identity, or look in the console's \
                     policy simulator",
                ),
            }
        }
    };
    step.took(since.elapsed())
}

fn unread(error: &AwsError) -> Step {
    let message = format!("could not read the identity: {}", error.brief());
    let step = Step::new("grant", Outcome::Unknown, message);
    match error.failure().hint {
        Some(hint) => step.advice(hint),
        None => step,
    }
}

/// The questions whether what the policy allows is allowed: for each statement its actions on one resource
/// that it names, with the first value of each of its conditions.
pub fn requests(policy: &Policy, account: &AccountId) -> Vec<Request> {
    let statements = policy.statements().iter();
    let allowing = statements.filter(|statement| statement.effect() == Effect::Allow);
    let requests = allowing.filter_map(|statement| {
        let statement = statement.document();
        let actions: Vec<String> = texts(statement.get("Action")?)
            .into_iter()
            .flat_map(|action| named(&action))
            .collect();
        let resources = texts(statement.get("Resource")?);
        let resource = resources.first()?;
        let context = statement.get("Condition").map(context);
        Some(Request {
            actions,
            resources: vec![example(resource, account)],
            context: context.unwrap_or_default(),
        })
    });
    requests.filter(|it| !it.actions.is_empty()).collect()
}

/// The texts of a member that is one or a list.
fn texts(member: &Json) -> Vec<String> {
    let one = std::slice::from_ref(member);
    let all = member.as_array().map_or(one, Vec::as_slice).iter();
    all.filter_map(|it| it.as_str().map(str::to_owned))
        .collect()
}

/// The action, or the actions that a pattern names: the simulator takes no pattern.
fn named(action: &str) -> Vec<String> {
    if !action.contains(['*', '?']) {
        return vec![action.to_owned()];
    }
    let Some((prefix, pattern)) = action.split_once(':') else {
        return Vec::new();
    };
    let actions = service(prefix).map(|service| service.matching(pattern));
    let actions = actions.into_iter().flatten();
    actions.map(|it| format!("{prefix}:{}", it.name)).collect()
}

/// A resource that the pattern selects.
fn example(pattern: &str, account: &AccountId) -> String {
    if pattern == "*" {
        return pattern.to_owned();
    }
    let mut parts: Vec<String> = pattern.splitn(6, ':').map(str::to_owned).collect();
    if let Some(owner) = parts.get_mut(4).filter(|it| *it == "*") {
        *owner = account.to_string();
    }
    parts.join(":").replace(['*', '?'], "x")
}

/// The first value of each condition key.
fn context(conditions: &Json) -> BTreeMap<String, String> {
    let operators = conditions
        .as_object()
        .into_iter()
        .flat_map(|it| it.values());
    let keys = operators.filter_map(Json::as_object).flatten();
    let first =
        keys.filter_map(|(key, value)| Some((key.clone(), texts(value).into_iter().next()?)));
    first.collect()
}

/// What the simulator's answers about `calls` calls come to.
pub(super) fn told(answers: &[Answer], calls: usize, unasked: Option<&str>) -> (Outcome, String) {
    let allowed = answers.iter().filter(|it| it.denied.is_none()).count();
    let own = |answer: &&Answer| matches!(&answer.denied, Some(Denial::Own { missing, .. }) if missing.is_empty());
    let denied = names(answers.iter().filter(own));
    let open = names(answers.iter().filter(|it| it.denied.is_some() && !own(it)));
    let all = format!("{allowed} of {calls} actions are allowed (IAM simulation)");
    if let Some(denied) = denied {
        return (Outcome::Fail, format!("{all}; denied: {denied}"));
    }
    if let Some(open) = open {
        let why = "the organization's policies, or a condition whose value is not known here, may \
                   deny";
        return (Outcome::Unknown, format!("{all}; {why} {open}"));
    }
    match allowed < calls {
        true => {
            let why = unasked.unwrap_or("IAM gave no answer");
            (Outcome::Unknown, format!("{all}; {why}"))
        }
        false => (Outcome::Pass, all),
    }
}

/// The first actions, and how many more there are.
fn names<'a>(answers: impl Iterator<Item = &'a Answer>) -> Option<String> {
    let names: Vec<&str> = answers.map(|it| it.action.as_str()).collect();
    let more = names.len().saturating_sub(SHOWN);
    let shown = names
        .iter()
        .take(SHOWN)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    match (names.len(), more) {
        (0, _) => None,
        (_, 0) => Some(shown),
        _ => Some(format!("{shown} and {more} more")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_simulator_is_asked_about_what_a_policy_allows() {
        let policy = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": ["sqs:SendMessage", "sts:GetCallerId*"], "Resource": "*"},
            {"Effect": "Allow", "Action": "iam:PassRole",
                "Resource": "arn:aws:iam::*:role/AuditTrailRole-*",
                "Condition": {"StringEquals": {"iam:PassedToService": ["lambda.amazonaws.com", "b"]}}},
            {"Effect": "Deny", "Action": "s3:*", "Resource": "*"},
        ]});
        let policy = Policy::from_value(policy).unwrap();
        let account = "123456789012".parse().unwrap();
        let asked = requests(&policy, &account);
        let expected = [
            Request {
                actions: vec![
                    "sqs:SendMessage".to_owned(),
                    "sts:GetCallerIdentity".to_owned(),
                ],
                resources: vec!["*".to_owned()],
                context: BTreeMap::new(),
            },
            Request {
                actions: vec!["iam:PassRole".to_owned()],
                resources: vec!["arn:aws:iam::123456789012:role/AuditTrailRole-x".to_owned()],
                context: BTreeMap::from([(
                    "iam:PassedToService".to_owned(),
                    "lambda.amazonaws.com".to_owned(),
                )]),
            },
        ];
        assert_eq!(asked, expected, "a Deny allows nothing");
    }

    #[test]
    fn what_the_answers_come_to() {
        let answer = |denied| Answer {
            context: BTreeMap::new(),
            action: "s3:GetObject".to_owned(),
            resource: "*".to_owned(),
            denied,
        };
        let own = |missing: &[&str]| {
            Some(Denial::Own {
                reason: "no policy allows it".to_owned(),
                missing: missing.iter().map(|&it| it.to_owned()).collect(),
            })
        };
        let of_organization = || Some(Denial::Organization);
        let cases = [
            ("all", vec![None, None], Outcome::Pass),
            ("one is denied", vec![None, own(&[])], Outcome::Fail),
            (
                "the simulator does not know all that the organization's policies ask for",
                vec![None, of_organization()],
                Outcome::Unknown,
            ),
            (
                "a condition may be met by a real call",
                vec![None, own(&["aws:SourceIp"])],
                Outcome::Unknown,
            ),
            (
                "a denial for sure, and one that is open",
                vec![of_organization(), own(&[])],
                Outcome::Fail,
            ),
            ("one is not answered", vec![None], Outcome::Unknown),
        ];
        for (reason, denied, expected) in cases {
            let answers: Vec<Answer> = denied.into_iter().map(answer).collect();
            assert_eq!(told(&answers, 2, None).0, expected, "{reason}");
        }
    }
}
