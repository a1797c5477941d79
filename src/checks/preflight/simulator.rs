//! Asks IAM's policy simulator which calls are allowed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use aws_sdk_iam::types::{
    ContextEntry, ContextKeyTypeEnum, EvaluationResult, PolicyEvaluationDecisionType,
    PolicyIdentifier, PolicyIdentifierPolicyType,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::DateTime;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::date_time::Format;
use futures_util::future::join_all;

use super::answers::{Answer, Denial, check, denied_by_organization};
use super::check::Check;
use super::principal::{Principal, Source, carried, source};
use super::simulation::{Call, MOST_RESULTS, Request, requests};
use crate::aws::{Aws, AwsError, Caller, ErrorKind};
use crate::engine::permission::REQUEST_TAG;
use crate::kinds::iam::iam_operation;

/// Whether IAM allows `caller` these calls, by simulation.
///
/// An error of the simulator leaves its calls unchecked and is reported so.
pub async fn ask(aws: &Aws, caller: &Caller, calls: &BTreeSet<Call>) -> Vec<Check> {
    if calls.is_empty() {
        return Vec::new();
    }
    // The run goes on without the simulation, which IAM throttles soon: after 183 calls, as a user of
    // PMapper saw (nccgroup/PMapper #1).
    let aws = &aws.impatient();
    let principal = match source(&caller.arn) {
        Source::Nobody(reason) => return check(calls, &[], Some(reason)),
        Source::User(arn) => Principal {
            arn,
            tags: BTreeMap::new(),
        },
        Source::Role(name) => role(aws, caller, &name).await,
    };
    let mut simulator = Simulator {
        aws,
        carried: carried(caller, &principal, now()),
        source: principal.arn,
        organization: true,
    };
    let (mut answers, mut unasked) = simulator.all(&requests(calls)).await;
    let denied = denied_by_organization(calls, &answers);
    if !denied.is_empty() {
        simulator.organization = false;
        let (again, failed) = simulator.all(&requests(&denied)).await;
        answers.retain(|answer| answer.denied != Some(Denial::Organization));
        answers.extend(again.into_iter().map(Answer::without_organization));
        unasked = unasked.or(failed);
    }
    check(calls, &answers, unasked.as_deref())
}

/// The role behind a session. If the role cannot be read, it is taken to have no path. If it has one,
/// the simulator finds no such role.
async fn role(aws: &Aws, caller: &Caller, name: &str) -> Principal {
    let answer = aws
        .call(iam_operation("GetRole"), || {
            aws.iam().get_role().role_name(name).send()
        })
        .await;
    match answer.ok().and_then(|answer| answer.role) {
        Some(role) => {
            let tags = role.tags.unwrap_or_default().into_iter();
            Principal {
                arn: role.arn,
                tags: tags.map(|tag| (tag.key, tag.value)).collect(),
            }
        }
        None => Principal {
            arn: format!(
                "arn:{}:iam::{}:role/{name}",
                caller.arn.partition, caller.account
            ),
            tags: BTreeMap::new(),
        },
    }
}

/// The time of the request, to the second.
fn now() -> String {
    let mut now = DateTime::from(SystemTime::now());
    now.set_subsec_nanos(0);
    // Every time that a clock shows can be written.
    now.fmt(Format::DateTime).unwrap_or_default()
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

/// The way to the simulator.
pub struct Simulator<'a> {
    /// The way to the account.
    pub aws: &'a Aws,
    /// The ARN of the user, the group or the role whose policies are simulated.
    pub source: String,
    /// The condition keys of every call.
    pub carried: BTreeMap<String, String>,
    /// Whether the organization's policies are simulated too.
    pub organization: bool,
}

impl Simulator<'_> {
    /// The answers to all requests, and why one of them was not answered.
    pub async fn all(&self, requests: &[Request]) -> (Vec<Answer>, Option<String>) {
        let answers = requests.iter().map(|request| self.one(request));
        let mut answered = Vec::new();
        let mut unasked = None;
        for answers in join_all(answers).await {
            match answers {
                Ok(answers) => answered.extend(answers),
                Err(error) => unasked = Some(why(&error)),
            }
        }
        (answered, unasked)
    }

    async fn one(&self, request: &Request) -> Result<Vec<Answer>, AwsError> {
        match self.together(request).await {
            // Actions that IAM does not take together are asked about one by one.
            Err(error) if error.is("InvalidInput") && request.actions.len() > 1 => {
                let mut answers = Vec::new();
                for action in &request.actions {
                    let alone = Request {
                        actions: vec![action.clone()],
                        ..request.clone()
                    };
                    answers.extend(self.together(&alone).await?);
                }
                Ok(answers)
            }
            answers => answers,
        }
    }

    async fn together(&self, request: &Request) -> Result<Vec<Answer>, AwsError> {
        let organization = PolicyIdentifier::PolicyType(PolicyIdentifierPolicyType::Scp);
        let excluded = (!self.organization).then(|| vec![organization]);
        let results = self.aws.list(
            iam_operation("SimulatePrincipalPolicy"),
            |token| {
                self.aws
                    .iam()
                    .simulate_principal_policy()
                    .policy_source_arn(&self.source)
                    .set_action_names(Some(request.actions.clone()))
                    .set_resource_arns(Some(request.resources.clone()))
                    .set_context_entries(Some(entries(&self.carried, &request.context)))
                    .set_policy_exclusion_list(excluded.clone())
                    .max_items(i32::try_from(MOST_RESULTS).unwrap_or(i32::MAX))
                    .set_marker(token)
                    .customize()
                    .mutate_request(name_exclusion)
                    .send()
            },
            |answer| (answer.evaluation_results.unwrap_or_default(), answer.marker),
        );
        let results = results.await?.into_iter();
        Ok(results.flat_map(|result| read(request, &result)).collect())
    }
}

/// Writes the exclusion of a kind of policies as IAM reads it.
///
/// The SDK writes the value of a `PolicyIdentifier`, which is a union, without the name of its member
/// (`protocol_serde/shape_policy_identifier.rs` of aws-sdk-iam 1.133.0). IAM's model names it. Once
/// the SDK does, nothing is found here.
fn name_exclusion(request: &mut HttpRequest) {
    let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default());
    let named = body.replace(
        "PolicyExclusionList.member.1.member=",
        "PolicyExclusionList.member.1.PolicyType=",
    );
    let headers = request.headers_mut();
    headers.insert("content-length", named.len().to_string());
    *request.body_mut() = SdkBody::from(named);
}

/// The condition keys of a request, with their types and values. That of the keys of the tags is a list.
fn entries(
    carried: &BTreeMap<String, String>,
    context: &BTreeMap<String, String>,
) -> Vec<ContextEntry> {
    let keys = carried.iter().chain(context);
    let keys = keys.map(|(key, value)| {
        let kind = match key.as_str() {
            "aws:CurrentTime" => ContextKeyTypeEnum::Date,
            "aws:PrincipalIsAWSService" | "aws:SecureTransport" | "aws:ViaAWSService" => {
                ContextKeyTypeEnum::Boolean
            }
            _ => ContextKeyTypeEnum::String,
        };
        entry(key, kind, vec![value.clone()])
    });
    let tags = context
        .keys()
        .filter_map(|key| key.strip_prefix(REQUEST_TAG));
    let tags: Vec<String> = tags.map(ToOwned::to_owned).collect();
    let tags =
        (!tags.is_empty()).then(|| entry("aws:TagKeys", ContextKeyTypeEnum::StringList, tags));
    keys.chain(tags).collect()
}

fn entry(key: &str, kind: ContextKeyTypeEnum, values: Vec<String>) -> ContextEntry {
    ContextEntry::builder()
        .context_key_name(key)
        .context_key_type(kind)
        .set_context_key_values(Some(values))
        .build()
}

/// The answers in one result, which is about one resource or about each of several resources.
fn read(request: &Request, result: &EvaluationResult) -> Vec<Answer> {
    let answer = |resource: &str, denied| Answer {
        context: request.context.clone(),
        action: result.eval_action_name().to_owned(),
        resource: resource.to_owned(),
        denied,
    };
    // The answer is about all resources together, also where one alone is denied.
    let organization = result.organizations_decision_detail();
    let organization = organization.is_some_and(|detail| !detail.allowed_by_organizations());
    let within_boundary = result
        .permissions_boundary_decision_detail()
        .is_none_or(|detail| detail.allowed_by_permissions_boundary());
    if result.resource_specific_results().is_empty() {
        let denied = denial(
            result.eval_decision(),
            organization,
            within_boundary,
            result.missing_context_values(),
        );
        let only = match request.resources.as_slice() {
            [only] => only,
            _ => result.eval_resource_name().unwrap_or("*"),
        };
        return vec![answer(only, denied)];
    }
    let each = result.resource_specific_results().iter().map(|specific| {
        let denied = denial(
            specific.eval_resource_decision(),
            organization,
            specific
                .permissions_boundary_decision_detail()
                .map_or(within_boundary, |it| it.allowed_by_permissions_boundary()),
            specific.missing_context_values(),
        );
        answer(specific.eval_resource_name(), denied)
    });
    each.collect()
}

fn denial(
    decision: &PolicyEvaluationDecisionType,
    organization: bool,
    within_boundary: bool,
    missing: &[String],
) -> Option<Denial> {
    let reason = match decision {
        PolicyEvaluationDecisionType::Allowed => return None,
        _ if organization => return Some(Denial::Organization),
        _ if !within_boundary => "the permissions boundary does not allow it",
        PolicyEvaluationDecisionType::ExplicitDeny => "a policy denies it",
        _ => "no policy allows it",
    };
    Some(Denial::Own {
        reason: reason.to_owned(),
        missing: missing.to_vec(),
    })
}
