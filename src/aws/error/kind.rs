//! What an error of AWS means, which its code *and* its message decide, in one place.

use std::error::Error as StdError;

use aws_sdk_sts::error::SdkError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use crate::aws::one_account::AnotherAccount;
use crate::aws::operation::Operation;

/// What an error means, as far as it decides what to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The resource, or the part of the resource that was asked for, does not exist.
    NotFound,
    /// The name is taken, by this program or by someone else in this account.
    AlreadyExists,
    /// A role or principal is not visible everywhere yet, or lacks a permission. The answers of AWS
    /// do not distinguish the two.
    Propagating,
    /// Another operation is under way; the same call succeeds later.
    Conflict,
    /// The request named a version of the resource that is no longer the newest one.
    Outdated,
    /// Something still uses what is to be deleted, or its removal has not spread yet.
    InUse,
    /// The bucket still holds objects.
    NotEmpty,
    /// The caller lacks the permission.
    Denied,
    /// A limit of the account is reached; waiting does not help.
    Quota,
    /// Too many calls, for longer than the SDK's own retries last.
    Throttled,
    /// The credentials are missing, expired or wrong.
    Credentials,
    /// The credentials changed to those of another account than the run's.
    OtherAccount,
    /// The request was never sent.
    Unreachable,
    /// The request was sent, and its answer was lost or is a fault of AWS: a write may have happened.
    Unanswered,
    /// A person stopped the run before the call.
    Interrupted,
    /// Anything else: AWS refused the request, and would again.
    Refused,
}

/// What kind of error the SDK gave.
pub(super) fn of<E>(
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
            if connector.is_some_and(|error| caused_by::<AnotherAccount>(error)) {
                return ErrorKind::OtherAccount;
            }
            let chain = connector.map(|e| chain(e)).unwrap_or_default();
            if chain.contains("credential") || chain.contains("SSO") || chain.contains("token") {
                ErrorKind::Credentials
            } else if [
                "certificate",
                "connect error",
                "connect timeout",
                "trying to connect",
                "dns",
                "tunnel error",
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

/// What a code and a message of AWS mean; [`ErrorKind::Refused`] for an unknown code.
///
/// Messages are compared where the code alone also stands for lasting mistakes. They are those that
/// AWS's services were seen to give while IAM spreads a change.
pub(super) fn classify(operation: &Operation, code: &str, message: &str) -> ErrorKind {
    let says = |part: &str| message.to_lowercase().contains(part);
    match code {
        // A key is deleted after a week at the earliest, so a key that does not exist was just made.
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
        | "ReplicationConfigurationNotFoundError"
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
                // Firehose says this of the role's token, not of the caller's.
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
        // For a while KMS takes a key that was just enabled again for disabled.
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

/// Whether an error, or one that caused it, is an `E`.
fn caused_by<E: StdError + 'static>(error: &(dyn StdError + 'static)) -> bool {
    error.is::<E>() || error.source().is_some_and(caused_by::<E>)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_and_message_decide_the_kind() {
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
                "the same request succeeds later",
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
            (
                "GetRole",
                "NoSuchEntity",
                "",
                NotFound,
                "there is no such role",
            ),
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
