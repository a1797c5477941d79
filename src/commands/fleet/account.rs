//! One account of a fleet: what is read of it, and the plan.

use std::time::Duration;

use serde_json::Value as Json;

use super::load::{Access, Fleet, NoWay};
use super::region::{denied_by_organization, leave_out};
use crate::aws::{AwsError, ErrorKind, concerns_the_caller};
use crate::commands::context::Context;
use crate::commands::decided;
use crate::engine::observed::Consent;
use crate::engine::plan::Plan;
use crate::failure::Failure;
use crate::fleet::ended::{Ended, Outcome};
use crate::fleet::run::End;
use crate::fleet::target::Target;
use crate::render::json;
use crate::survey::{self, Survey, Unread};
use crate::systems::Goal;

/// An account with its plan.
pub(super) struct Planned {
    pub(super) context: Context,
    pub(super) survey: Survey,
    pub(super) plan: Plan,
    /// The plan in the form of `plan --json`.
    pub(super) document: Json,
}

impl Planned {
    /// What is kept of the account.
    pub(super) fn ended(&self, target: &Target) -> Ended {
        let outcome = if self.plan.blocked().next().is_some() {
            Outcome::Blocked
        } else if self.plan.has_changes() {
            Outcome::Changed
        } else {
            Outcome::Unchanged
        };
        let ended = ended(target, outcome).with_plan(&self.document);
        let reasons = self.plan.blocked().map(|step| {
            let reason = step.decision.reason.as_deref().unwrap_or_default();
            Failure::new(format!("{} is blocked: {reason}", step.address))
        });
        match together(reasons) {
            Some(blocked) => ended.because(&blocked),
            None => ended,
        }
    }
}

/// An account of which nothing is known but how it ended.
pub(super) fn ended(target: &Target, outcome: Outcome) -> Ended {
    Ended::new(target, outcome, Duration::ZERO)
}

/// The failures as one.
pub(super) fn together(failures: impl IntoIterator<Item = Failure>) -> Option<Failure> {
    let mut failures = failures.into_iter();
    let mut first = failures.next()?;
    first.also.extend(failures);
    Some(first)
}

/// Plans an account. Before a write a survey that may be out of date is made again.
///
/// # Errors
/// How the account ended.
pub(super) async fn planned(
    fleet: &Fleet,
    target: &Target,
    access: Access,
    consent: Consent,
    confirms: bool,
) -> Result<Planned, End> {
    let (context, mut survey) = surveyed(fleet, target, access).await?;
    if confirms {
        let again = context.confirmed(survey).await;
        survey = again.map_err(|failure| failed(target, &failure))?;
    }
    survey.look_before_adoption(&context.aws, consent).await;
    let plan = decided(&survey, consent, &[]);
    let mut plan = plan.map_err(|failure| failed(target, &failure))?;
    if fleet.goal == Goal::Absent {
        // The plan is shown in the order of the deletions.
        plan.steps.reverse();
    }
    let document = json::plan(&survey.site, &plan);
    Ok(Planned {
        context,
        survey,
        plan,
        document,
    })
}

/// Reads an account. Where the settings say so, without the regions that the account does not have.
///
/// # Errors
/// How the account ended.
pub(super) async fn surveyed(
    fleet: &Fleet,
    target: &Target,
    access: Access,
) -> Result<(Context, Survey), End> {
    let context = fleet.context(target, access).await;
    let mut context = context.map_err(|no_way| match no_way {
        NoWay::Aws(error) => without_way(target, &error),
        NoWay::Failure(failure) => failed(target, &failure),
    })?;
    let skips = fleet.settings.fleet().skips_missing_regions;
    let mut denied_list = None;
    if skips {
        let disabled = match context.aws.disabled_regions().await {
            Ok(disabled) => disabled,
            // All of them may be enabled, which the reads tell.
            Err(error) if error.kind == ErrorKind::Denied => {
                denied_list = Some(error.message);
                Vec::new()
            }
            Err(error) => return Err(by_error(target, &error, &error.failure())),
        };
        leave_out(&mut context, fleet.goal, &disabled)
            .map_err(|failure| unreachable(target, &failure))?;
    }
    loop {
        let mut unread = match survey::attempt(&context.systems, &context.aws).await {
            Ok(survey) => return Ok((context, survey)),
            Err(unread) => unread,
        };
        let denied = denied_by_organization(&unread.errors, context.aws.regions());
        if !skips || denied.is_empty() {
            if let Some(message) = denied_list {
                unread.failure = unread.failure.because(format!(
                    "no region could be left out as not enabled, because account:ListRegions is denied: {message}"
                ));
            }
            return Err(unread_end(target, &unread));
        }
        leave_out(&mut context, fleet.goal, &denied)
            .map_err(|failure| unreachable(target, &failure))?;
    }
}

fn unread_end(target: &Target, unread: &Unread) -> End {
    match unread.errors.first() {
        Some(error) => by_error(target, error, &unread.failure),
        None => failed(target, &unread.failure),
    }
}

/// How an account ends whose role cannot be assumed.
fn without_way(target: &Target, error: &AwsError) -> End {
    let failure = error.failure();
    if error.kind == ErrorKind::Denied {
        let ended = ended(target, Outcome::Unreachable).because(&failure);
        return End::Denied(ended);
    }
    match by_error(target, error, &failure) {
        End::Alone(ended) if ended.outcome == Outcome::Failed => End::Alone(Ended {
            outcome: Outcome::Unreachable,
            ..ended
        }),
        end => end,
    }
}

/// How an account ends by an error of AWS, of which a person is told the failure.
fn by_error(target: &Target, error: &AwsError, failure: &Failure) -> End {
    let own = error.failure();
    // The caller's own account has no other credentials than the caller's.
    let is_base = concerns_the_caller(error)
        || target.is_callers
            && error.kind == ErrorKind::Credentials
            && !error.is("OptInRequired")
            // Where STS accepts the credentials in some region, the message or the hint says so.
            && (&failure.message, &failure.hint) == (&own.message, &own.hint);
    if is_base {
        return End::Everywhere(failure.clone());
    }
    match error.kind {
        ErrorKind::Interrupted => End::Alone(ended(target, Outcome::NotStarted)),
        ErrorKind::Unreachable => unreachable(target, failure),
        _ => failed(target, failure),
    }
}

pub(super) fn failed(target: &Target, failure: &Failure) -> End {
    End::Alone(ended(target, Outcome::Failed).because(failure))
}

fn unreachable(target: &Target, failure: &Failure) -> End {
    End::Alone(ended(target, Outcome::Unreachable).because(failure))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::Operation;
    use crate::fleet::fakes::target;

    #[test]
    fn only_credentials_that_aws_accepts_nowhere_end_the_run_in_the_callers_account() {
        let operation = Operation {
            service: "kms",
            name: "ListKeys",
            region: None,
        };
        let of = |code| AwsError::in_answer(operation.clone(), Some(code), Some("no"));
        let expired = of("ExpiredTokenException");
        let unknown = of("UnrecognizedClientException");
        let hinted = unknown
            .failure()
            .hint("STS accepts the same credentials there");
        let silent = Failure::new("the region does not answer");
        let rows = [
            (
                true,
                &expired,
                &expired.failure(),
                true,
                "they have expired",
            ),
            (
                true,
                &unknown,
                &hinted,
                false,
                "the region was just enabled (`aws::explain`)",
            ),
            (true, &unknown, &silent, false, "the region is not enabled"),
            (true, &of("AccessDenied"), &silent, false, "a denial"),
            (
                false,
                &expired,
                &expired.failure(),
                false,
                "a session of another account",
            ),
        ];
        for (is_callers, error, failure, expected, reason) in rows {
            let target = Target {
                is_callers,
                ..target(1)
            };
            let end = by_error(&target, error, failure);
            assert_eq!(matches!(end, End::Everywhere(_)), expected, "{reason}");
        }
    }
}
