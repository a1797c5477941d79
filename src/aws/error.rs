//! AWS's errors, told apart by code *and* message in one place.

#[cfg(test)]
mod texts;

use std::error::Error as StdError;

use aws_sdk_sts::error::SdkError;
use aws_sdk_sts::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::Operation;
use crate::address::Address;
use crate::failure::Failure;
use crate::names::{AccountId, Region};
use crate::printable::printable;

/// What an error means for what to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The resource, or the part of it that was asked for, does not exist.
    NotFound,
    /// The name is taken, by us or by someone else in this account.
    AlreadyExists,
    /// A role or principal is not visible everywhere yet, or truly lacks a permission: the two
    /// cannot be told apart from outside.
    Propagating,
    /// Another operation is under way; the same call will do later.
    Conflict,
    /// The request named a version of the resource that is no longer the newest.
    Outdated,
    /// Something still uses what is to be deleted, which may be that its removal has not spread.
    InUse,
    /// The bucket still holds objects.
    NotEmpty,
    /// The caller may not do this.
    Denied,
    /// A limit of the account is reached; waiting does not help.
    Quota,
    /// Too many calls, for longer than the SDK's own retries last.
    Throttled,
    /// The credentials are missing, expired or wrong.
    Credentials,
    /// The request was never sent.
    Unreachable,
    /// The request was sent and its answer was lost or is a fault: a write may have happened.
    Unanswered,
    /// A person stopped the run before the call.
    Interrupted,
    /// Anything else: AWS refused the request, and would again.
    Refused,
}

/// A failed call, with all that a person needs to know about it.
#[derive(Debug, Clone)]
pub struct AwsError {
    /// What it means.
    pub kind: ErrorKind,
    /// The call.
    pub operation: Operation,
    /// The resource that the call was made for.
    pub resource: Option<Address>,
    /// The account, once it is known.
    pub account: Option<AccountId>,
    /// AWS's code, such as `AccessDenied`.
    pub code: Option<String>,
    /// AWS's message, or the reason why there is none.
    pub message: String,
    /// AWS's request id.
    pub request_id: Option<String>,
    /// Where a bucket is, when S3 was asked for it in another region.
    pub bucket_region: Option<Region>,
}

impl AwsError {
    /// Lowers an SDK error.
    pub(super) fn from_sdk<E>(operation: Operation, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + StdError + 'static,
    {
        let code = error.code().map(ToOwned::to_owned);
        let status = error.raw_response().map(|r| r.status().as_u16());
        let message = match error.message() {
            Some(message) => message.to_owned(),
            None => innermost(error),
        };
        AwsError {
            kind: kind(&operation, error, code.as_deref(), status, &message),
            operation,
            resource: None,
            account: None,
            // What an answer holds may come from anybody, and the SDK quotes it.
            code: code
                .map(|code| printable(&code))
                .or_else(|| status.map(|status| format!("HTTP {status}"))),
            message: printable(&message),
            request_id: error.request_id().map(printable),
            bucket_region: error
                .raw_response()
                .and_then(|response| response.headers().get("x-amz-bucket-region"))
                .and_then(|region| region.parse().ok()),
        }
    }

    /// An error that is in a successful answer, such as EventBridge's `FailedEntries`.
    pub fn in_answer(operation: Operation, code: Option<&str>, message: Option<&str>) -> Self {
        let message = message.unwrap_or("AWS gave no message");
        AwsError {
            kind: code.map_or(ErrorKind::Refused, |code| {
                classify(&operation, code, message)
            }),
            operation,
            resource: None,
            account: None,
            code: code.map(printable),
            message: printable(message),
            request_id: None,
            bucket_region: None,
        }
    }

    /// An answer without something that AWS documents to be always there.
    pub fn incomplete(operation: Operation, missing: &str) -> Self {
        AwsError::unusable(operation, format!("the answer lacks {missing}"))
    }

    /// An answer that is not what AWS documents, and why.
    pub fn unusable(operation: Operation, message: String) -> Self {
        AwsError {
            kind: ErrorKind::Refused,
            operation,
            resource: None,
            account: None,
            code: None,
            message,
            request_id: None,
            bucket_region: None,
        }
    }

    /// The error as a person reads it.
    pub fn failure(&self) -> Failure {
        let mut message = format!("{} failed", self.operation);
        if let Some(resource) = &self.resource {
            message.push_str(&format!(" on {resource}"));
        }
        let place: Vec<String> = [
            self.account
                .as_ref()
                .map(|account| format!("account {account}")),
            self.operation
                .region
                .as_ref()
                .map(|region| format!("region {region}")),
        ]
        .into_iter()
        .flatten()
        .collect();
        if !place.is_empty() {
            message.push_str(&format!(" ({})", place.join(", ")));
        }
        let mut cause = match &self.code {
            Some(code) => format!("{code}: {}", self.message),
            None => self.message.clone(),
        };
        if let Some(id) = &self.request_id {
            cause.push_str(&format!(" (request id {id})"));
        }
        let failure = Failure::new(message).because(cause);
        match self.advice() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }

    fn advice(&self) -> Option<String> {
        if self.code.as_deref() == Some("BucketAlreadyExists") {
            return Some(
                "Another account owns a bucket of this name: choose a `postfix`".to_owned(),
            );
        }
        Some(match self.kind {
            ErrorKind::Denied => format!(
                "Allow {} to the credentials in use, in their policies, their permissions \
                 boundary and the organization's service control policies, then run again",
                self.operation.iam_actions().join(", ")
            ),
            ErrorKind::Credentials if self.code.is_none() => "Provide credentials: with `aws sso \
                 login` or `aws configure` and `--profile`, in the environment, or from the \
                 instance's or container's role"
                .to_owned(),
            ErrorKind::Credentials => "Renew the credentials (for SSO `aws sso login`), or choose \
                 others with `--profile` or AWS_PROFILE, then run again; if only some regions \
                 refuse them, enable those regions in the account"
                .to_owned(),
            ErrorKind::Unreachable => "Check the network, the proxy, the region and \
                 `--endpoint-url` or AWS_ENDPOINT_URL, then run again"
                .to_owned(),
            ErrorKind::Unanswered => {
                "Run the same command again: it finds out what happened and goes on from there"
                    .to_owned()
            }
            ErrorKind::Throttled => "Wait a minute, then run again, with a smaller \
                 `--concurrency` if it goes on"
                .to_owned(),
            ErrorKind::Quota => format!(
                "Ask AWS for a higher quota for {} in this account and region (Service Quotas in \
                 the console), or remove what is not needed, then run again",
                self.operation.service
            ),
            ErrorKind::Propagating => {
                "Either IAM has not spread the new role or principal yet, in \
                 which case another run will do, or it truly lacks the permission or does not \
                 exist: look at the policies and principals that the message names"
                    .to_owned()
            }
            ErrorKind::Conflict => "Something else changes the same resource: wait until that is \
                 done, then run again"
                .to_owned(),
            ErrorKind::InUse => {
                "Something still uses it: take it out there, then run again".to_owned()
            }
            ErrorKind::NotFound
            | ErrorKind::AlreadyExists
            | ErrorKind::Outdated
            | ErrorKind::NotEmpty
            | ErrorKind::Interrupted
            | ErrorKind::Refused => return None,
        })
    }
}

fn kind<E>(
    operation: &Operation,
    error: &SdkError<E, HttpResponse>,
    code: Option<&str>,
    status: Option<u16>,
    message: &str,
) -> ErrorKind {
    match error {
        SdkError::ConstructionFailure(_) => ErrorKind::Refused,
        SdkError::TimeoutError(_) | SdkError::ResponseError(_) => ErrorKind::Unanswered,
        SdkError::DispatchFailure(failure) => {
            let connector = failure.as_connector_error();
            let chain = connector.map(|e| chain(e)).unwrap_or_default();
            if chain.contains("credential") || chain.contains("SSO") || chain.contains("token") {
                ErrorKind::Credentials
            } else if [
                "connect error",
                "connect timeout",
                "trying to connect",
                "dns",
            ]
            .iter()
            .any(|sign| chain.to_lowercase().contains(sign))
                || failure.is_user()
            {
                ErrorKind::Unreachable
            } else {
                ErrorKind::Unanswered
            }
        }
        _ => match (code, status) {
            (Some(code), _) if classify(operation, code, message) != ErrorKind::Refused => {
                classify(operation, code, message)
            }
            (_, Some(500..)) => ErrorKind::Unanswered,
            (_, Some(404)) => ErrorKind::NotFound,
            (_, Some(403)) => ErrorKind::Denied,
            _ => ErrorKind::Refused,
        },
    }
}

/// What a code and message of AWS mean; [`ErrorKind::Refused`] for those that are not known.
///
/// The messages are those that AWS's services were seen to give while IAM spreads a change; their
/// codes alone also stand for lasting mistakes.
pub fn classify(operation: &Operation, code: &str, message: &str) -> ErrorKind {
    let says = |part: &str| message.to_lowercase().contains(part);
    match code {
        // No key is gone sooner than after a week, so that one which is told to be was just made.
        "NotFoundException" if ["CreateAlias", "EnableKeyRotation"].contains(&operation.name) => {
            ErrorKind::Conflict
        }
        "NoSuchEntity"
        | "NotFoundException"
        | "NoSuchBucket"
        | "NotFound"
        | "ResourceNotFoundException"
        | "NoSuchTagSet"
        | "NoSuchBucketPolicy"
        | "NoSuchLifecycleConfiguration"
        | "OwnershipControlsNotFoundError"
        | "NoSuchPublicAccessBlockConfiguration"
        | "ServerSideEncryptionConfigurationNotFoundError" => ErrorKind::NotFound,
        "EntityAlreadyExists"
        | "AlreadyExistsException"
        | "BucketAlreadyOwnedByYou"
        | "ResourceAlreadyExistsException" => ErrorKind::AlreadyExists,
        "ResourceInUseException" if operation.name.starts_with("Create") => {
            ErrorKind::AlreadyExists
        }
        "InvalidArgumentException"
            if says("unable to assume role")
                || says("is not authorized to")
                || says("access was denied")
                || says("verify that the iam role has access")
                // Said of the role's token, not of the caller's.
                || says("security token included in the request is invalid") =>
        {
            ErrorKind::Propagating
        }
        "ValidationException" if says("cannot be assumed by principal") => ErrorKind::Propagating,
        "MalformedPolicyDocument" | "MalformedPolicyDocumentException" | "MalformedPolicy"
            if says("invalid principal") =>
        {
            ErrorKind::Propagating
        }
        "ConcurrentModificationException" if operation.name == "UpdateDestination" => {
            ErrorKind::Outdated
        }
        // A key that was just enabled again is still told to be disabled for a while.
        "DisabledException" | "KMSInvalidStateException"
            if [
                "CreateAlias",
                "EnableKey",
                "EnableKeyRotation",
                "PutKeyPolicy",
                "TagResource",
            ]
            .contains(&operation.name) =>
        {
            ErrorKind::Conflict
        }
        "OperationAborted"
        | "ConcurrentModification"
        | "ConcurrentModificationException"
        | "ResourceInUseException" => ErrorKind::Conflict,
        "DeleteConflict" => ErrorKind::InUse,
        "BucketNotEmpty" => ErrorKind::NotEmpty,
        "AccessDenied"
        | "AccessDeniedException"
        | "AllAccessDisabled"
        | "AuthorizationError"
        | "Forbidden"
        | "UnauthorizedOperation" => ErrorKind::Denied,
        "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidAccessKeyId"
        | "InvalidClientTokenId"
        | "InvalidSignatureException"
        | "InvalidToken"
        | "RequestExpired"
        | "SignatureDoesNotMatch"
        | "TokenRefreshRequired"
        | "UnrecognizedClientException" => ErrorKind::Credentials,
        "LimitExceeded"
        | "LimitExceededException"
        | "ServiceQuotaExceededException"
        | "TooManyBuckets" => ErrorKind::Quota,
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "SlowDown" => ErrorKind::Throttled,
        _ => ErrorKind::Refused,
    }
}

/// The messages of an error and of all that caused it.
fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// What lies at the bottom of an error, which for a failed connection is the reason.
fn innermost(error: &dyn StdError) -> String {
    let mut innermost = error;
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_answer_holds_is_safe_to_print() {
        let operation = Operation {
            service: "events",
            name: "PutTargets",
            region: None,
        };
        let error = AwsError::in_answer(operation, Some("A\u{1b}[2J"), Some("b\u{9b}1m"));
        let told = error.failure().to_string();
        assert!(told.contains("A\\u{1b}[2J: b\\u{9b}1m"), "{told}");
    }

    #[test]
    fn codes_and_messages_are_told_apart() {
        use ErrorKind::{
            AlreadyExists, Conflict, Credentials, Denied, InUse, NotFound, Outdated, Propagating,
            Quota, Refused,
        };
        let cases = [
            (
                "CreateDeliveryStream",
                "InvalidArgumentException",
                "Firehose is unable to assume role arn:x",
                Propagating,
                "the role is new",
            ),
            (
                "CreateDeliveryStream",
                "InvalidArgumentException",
                "The security token included in the request is invalid. Ensure that the provided \
                 IAM role associated with firehose is not deleted.",
                Propagating,
                "the token is that of the role",
            ),
            (
                "CreateDeliveryStream",
                "UnrecognizedClientException",
                "The security token included in the request is invalid.",
                Credentials,
                "the token is the caller's",
            ),
            (
                "CreateDeliveryStream",
                "InvalidArgumentException",
                "BufferingHints are invalid",
                Refused,
                "the same code for a lasting mistake",
            ),
            (
                "CreateDeliveryStream",
                "ResourceInUseException",
                "already exists",
                AlreadyExists,
                "the name is taken",
            ),
            (
                "DeleteDeliveryStream",
                "ResourceInUseException",
                "is being created",
                Conflict,
                "the stream is busy",
            ),
            (
                "PutTargets",
                "ValidationException",
                "Provided role 'x' cannot be assumed by principal 'events.amazonaws.com'.",
                Propagating,
                "the role is new",
            ),
            (
                "UpdateDestination",
                "ConcurrentModificationException",
                "",
                Outdated,
                "the same request would fail again",
            ),
            (
                "PutRolePolicy",
                "ConcurrentModification",
                "",
                Conflict,
                "the same request will do later",
            ),
            (
                "PutRule",
                "ValidationException",
                "Event pattern is not valid",
                Refused,
                "a lasting mistake",
            ),
            (
                "CreateKey",
                "MalformedPolicyDocumentException",
                "Policy contains a statement with one or more invalid principals.",
                Propagating,
                "KMS does not see the principal yet",
            ),
            (
                "CreateRole",
                "MalformedPolicyDocument",
                "Invalid principal in policy: \"AWS\":\"x\"",
                Propagating,
                "IAM does not see the principal yet",
            ),
            (
                "CreateRole",
                "MalformedPolicyDocument",
                "Syntax errors in policy.",
                Refused,
                "a lasting mistake",
            ),
            (
                "DeleteRole",
                "DeleteConflict",
                "must detach all policies first.",
                InUse,
                "a deletion before it has not spread, or someone attached another",
            ),
            (
                "CreateRole",
                "LimitExceeded",
                "Cannot exceed quota for RolesPerAccount: 1000",
                Quota,
                "waiting does not help",
            ),
            (
                "HeadBucket",
                "Forbidden",
                "",
                Denied,
                "HEAD answers carry no code but the status",
            ),
            ("GetRole", "NoSuchEntity", "", NotFound, "it is not there"),
            (
                "CreateAlias",
                "NotFoundException",
                "Key 'arn:x' does not exist",
                Conflict,
                "KMS does not know the new key everywhere yet",
            ),
        ];
        for (name, code, message, expected, why) in cases {
            let operation = Operation {
                service: "x",
                name,
                region: None,
            };
            assert_eq!(
                classify(&operation, code, message),
                expected,
                "{name}: {why}"
            );
        }
    }
}
