//! Asks IAM's policy simulator which calls are allowed.

use std::collections::BTreeSet;

use aws_sdk_iam::types::{
    ContextEntry, ContextKeyTypeEnum, EvaluationResult, PolicyEvaluationDecisionType,
};
use futures_util::future::join_all;

use super::check::Check;
use super::simulation::{Answer, Call, MOST_RESULTS, Request, Source, check, requests, source};
use crate::aws::{Aws, AwsError, Caller, ErrorKind};
use crate::kinds::iam::iam_operation;

/// Whether IAM allows `caller` these calls, by simulation.
///
/// An error of the simulator leaves its calls unchecked and is reported so.
pub async fn ask(aws: &Aws, caller: &Caller, calls: &BTreeSet<Call>) -> Vec<Check> {
    if calls.is_empty() {
        return Vec::new();
    }
    let source = match source(&caller.arn) {
        Source::Nobody(reason) => return check(calls, &[], Some(reason)),
        Source::User(arn) => arn,
        Source::Role(name) => role_arn(aws, caller, &name).await,
    };
    let requests = requests(calls);
    let answers = requests
        .iter()
        .map(|request| simulate(aws, &source, request));
    let mut answered = Vec::new();
    let mut unasked = None;
    for answers in join_all(answers).await {
        match answers {
            Ok(answers) => answered.extend(answers),
            Err(error) => unasked = Some(why(&error)),
        }
    }
    check(calls, &answered, unasked.as_deref())
}

/// The ARN of the role behind a session. If the role cannot be read, the role is taken to have no
/// path. If it has one, the simulator finds no such role.
async fn role_arn(aws: &Aws, caller: &Caller, name: &str) -> String {
    let answer = aws
        .call(iam_operation("GetRole"), || {
            aws.iam().get_role().role_name(name).send()
        })
        .await;
    match answer.ok().and_then(|answer| answer.role) {
        Some(role) => role.arn,
        None => {
            let Caller { account, arn } = caller;
            format!("arn:{}:iam::{account}:role/{name}", arn.partition)
        }
    }
}

fn why(error: &AwsError) -> String {
    match error.kind {
        ErrorKind::Denied => {
            format!("these credentials may not call {}", error.operation)
        }
        _ => {
            let code = error.code.as_deref().unwrap_or("no code");
            format!("{} answers {code}: {}", error.operation, error.message)
        }
    }
}

async fn simulate(aws: &Aws, source: &str, request: &Request) -> Result<Vec<Answer>, AwsError> {
    match simulate_together(aws, source, request).await {
        // Actions that IAM does not take together are asked about one by one.
        Err(error)
            if error.code.as_deref() == Some("InvalidInput") && request.actions.len() > 1 =>
        {
            let mut answers = Vec::new();
            for action in &request.actions {
                let alone = Request {
                    actions: vec![action],
                    ..request.clone()
                };
                answers.extend(simulate_together(aws, source, &alone).await?);
            }
            Ok(answers)
        }
        answers => answers,
    }
}

async fn simulate_together(
    aws: &Aws,
    source: &str,
    request: &Request,
) -> Result<Vec<Answer>, AwsError> {
    let results = aws.list(
        iam_operation("SimulatePrincipalPolicy"),
        |token| {
            aws.iam()
                .simulate_principal_policy()
                .policy_source_arn(source)
                .set_action_names(Some(
                    request.actions.iter().map(|&it| it.to_owned()).collect(),
                ))
                .set_resource_arns(Some(request.resources.clone()))
                .set_context_entries(Some(context(request)))
                .max_items(i32::try_from(MOST_RESULTS).unwrap_or(i32::MAX))
                .set_marker(token)
                .send()
        },
        |answer| (answer.evaluation_results.unwrap_or_default(), answer.marker),
    );
    let results = results.await?.into_iter();
    Ok(results.flat_map(|result| read(request, &result)).collect())
}

fn context(request: &Request) -> Vec<ContextEntry> {
    let entries = request.context.iter().map(|(key, value)| {
        let kind = match key.as_str() {
            "aws:SecureTransport" => ContextKeyTypeEnum::Boolean,
            _ => ContextKeyTypeEnum::String,
        };
        ContextEntry::builder()
            .context_key_name(key)
            .context_key_values(value)
            .context_key_type(kind)
            .build()
    });
    entries.collect()
}

/// The answers in one result, which is about one resource or about each of several resources.
fn read(request: &Request, result: &EvaluationResult) -> Vec<Answer> {
    let answer = |resource: &str, denied| Answer {
        context: request.context.clone(),
        action: result.eval_action_name().to_owned(),
        resource: resource.to_owned(),
        denied,
    };
    let beyond = beyond_policies(result);
    if result.resource_specific_results().is_empty() {
        let reason = reason(
            result.eval_decision(),
            beyond,
            result.missing_context_values(),
        );
        let only = match request.resources.as_slice() {
            [only] => only,
            _ => result.eval_resource_name().unwrap_or("*"),
        };
        return vec![answer(only, reason)];
    }
    let each = result.resource_specific_results().iter().map(|specific| {
        let beyond = match specific.permissions_boundary_decision_detail() {
            Some(detail) if !detail.allowed_by_permissions_boundary() => Some(BOUNDARY),
            _ => beyond,
        };
        let reason = reason(
            specific.eval_resource_decision(),
            beyond,
            specific.missing_context_values(),
        );
        answer(specific.eval_resource_name(), reason)
    });
    each.collect()
}

const BOUNDARY: &str = "the permissions boundary does not allow it";

/// What denies the action beside the caller's own policies.
fn beyond_policies(result: &EvaluationResult) -> Option<&'static str> {
    let organization = result.organizations_decision_detail();
    if organization.is_some_and(|detail| !detail.allowed_by_organizations()) {
        return Some("the organization's service control policies do not allow it");
    }
    let boundary = result.permissions_boundary_decision_detail();
    boundary
        .is_some_and(|detail| !detail.allowed_by_permissions_boundary())
        .then_some(BOUNDARY)
}

fn reason(
    decision: &PolicyEvaluationDecisionType,
    beyond: Option<&str>,
    missing: &[String],
) -> Option<String> {
    let mut reason = match decision {
        PolicyEvaluationDecisionType::Allowed => return None,
        _ if beyond.is_some() => beyond.unwrap_or_default(),
        PolicyEvaluationDecisionType::ExplicitDeny => "a policy denies it",
        _ => "no policy allows it",
    }
    .to_owned();
    if !missing.is_empty() {
        let keys = missing.join(", ");
        reason.push_str(&format!(
            "; the policies have conditions on {keys}, whose values are not known here"
        ));
    }
    Some(reason)
}
