//! How this program's retries differ from those that the SDK makes by itself.

use aws_sdk_sts::config::retry::{ClassifyRetry, RetryAction, RetryPartition, TokenBucket};
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::RetryClassifierPriority;

/// The budget of all retries in one account, which is unlimited.
///
/// The SDK's own budget lasts for about a hundred retries of throttled calls, and fewer of others,
/// to protect a service from clients that never end. A run that reads some hundred resources at
/// once needs more when IAM throttles all those calls. Its retries are bounded all the same, because
/// no call is tried more often than the retry configuration says.
pub(super) fn budget() -> RetryPartition {
    RetryPartition::custom("provision")
        .token_bucket(TokenBucket::unlimited())
        .build()
}

/// Keeps the SDK from repeating a call that a quota of the account forbids.
///
/// The SDK takes `LimitExceededException` for throttling. KMS, Firehose and EventBridge give it for
/// quotas, which waiting does not change.
#[derive(Debug)]
pub(super) struct HardQuota;

impl ClassifyRetry for HardQuota {
    fn classify_retry(&self, ctx: &InterceptorContext) -> RetryAction {
        let refusal = ctx
            .response()
            .filter(|response| response.status().is_client_error());
        let body = refusal.and_then(|response| response.body().bytes());
        let body: serde_json::Value = body
            .and_then(|body| serde_json::from_slice(body).ok())
            .unwrap_or_default();
        let code = body.get("__type").and_then(|code| code.as_str());
        // Some services write a namespace and `#` before the code.
        match code.and_then(|code| code.rsplit('#').next()) {
            Some("LimitExceededException") => RetryAction::RetryForbidden,
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "hard quota"
    }

    /// After all of the SDK's own classifiers, whose decisions this one overrules.
    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}
