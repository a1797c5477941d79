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
    /// The resource is no longer as it was read: in another version than the request named, or in a
    /// state that does not allow the change.
    Outdated,
    /// Something still uses what is to be deleted, or its removal has not spread yet.
    InUse,
    /// The bucket still holds objects.
    NotEmpty,
    /// The caller lacks the permission.
    Denied,
    /// A limit of the account is reached; waiting does not help.
    Quota,
    /// Too many calls; the same call succeeds later.
    Throttled,
    /// The credentials are missing, expired or wrong, or AWS does not accept them now or there: the
    /// clock is wrong, or the region is not enabled.
    Credentials,
    /// The credentials changed to those of another account than the run's.
    OtherAccount,
    /// The request was never sent.
    Unreachable,
    /// The request was sent, and its answer was lost or is a fault of AWS: a write may have happened.
    Unanswered,
    /// A person stopped the run before the call, or before it was repeated.
    Interrupted,
    /// Anything else: AWS refused the request, and would again.
    Refused,
}

/// The operations that change a key of KMS.
const KEY_CHANGES: [&str; 6] = [
    "CreateAlias",
    "EnableKey",
    "EnableKeyRotation",
    "PutKeyPolicy",
    "TagResource",
    "UpdateKeyDescription",
];

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
            if connector.is_some_and(|error| cause::<AnotherAccount>(error).is_some()) {
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
            (_, Some(429)) => ErrorKind::Throttled,
            // S3 throttles with 503, and an answer to HEAD has no body with a code.
            (None, Some(503)) if operation.name.starts_with("Head") => ErrorKind::Throttled,
            (_, Some(500..)) => ErrorKind::Unanswered,
            (_, Some(404)) => ErrorKind::NotFound,
            (_, Some(403)) => ErrorKind::Denied,
            // To an expired token S3 answers 400 with the code in the body, which an answer to HEAD
            // lacks (HADOOP-18353; aws-sdk-js #2219).
            (None, Some(400)) if operation.name.starts_with("Head") => ErrorKind::Credentials,
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
        "NotFoundException"
            if KEY_CHANGES.contains(&operation.name)
                || ["CancelKeyDeletion", "ScheduleKeyDeletion"].contains(&operation.name) =>
        {
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
        // Another run may have disabled the key, or scheduled its deletion. Or for a while KMS takes a
        // key that was just enabled again for disabled.
        "DisabledException" | "KMSInvalidStateException"
            if KEY_CHANGES.contains(&operation.name) =>
        {
            ErrorKind::Outdated
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
        | "NotAuthorized"
        | "UnauthorizedOperation" => ErrorKind::Denied,
        "AuthFailure"
        | "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidAccessKeyId"
        | "InvalidClientTokenId"
        | "InvalidSignatureException"
        | "InvalidToken"
        | "OptInRequired"
        | "RegionDisabledException"
        | "RequestExpired"
        | "RequestTimeTooSkewed"
        | "SignatureDoesNotMatch"
        | "TokenRefreshRequired"
        | "UnrecognizedClientException" => ErrorKind::Credentials,
        "LimitExceeded"
        | "LimitExceededException"
        | "ServiceQuotaExceededException"
        | "TooManyBuckets" => ErrorKind::Quota,
        "RequestTimeout" | "RequestTimeoutException" => ErrorKind::Unanswered,
        _ if throttles(code) => ErrorKind::Throttled,
        _ => ErrorKind::Refused,
    }
}

/// Whether AWS gives this code to a call that comes too soon: the codes that the SDK takes for
/// throttling, without `LimitExceededException`.
pub(in crate::aws) fn throttles(code: &str) -> bool {
    matches!(
        code,
        "Throttling"
            | "ThrottlingException"
            | "ThrottledException"
            | "RequestThrottled"
            | "RequestThrottledException"
            | "TooManyRequestsException"
            | "RequestLimitExceeded"
            | "ProvisionedThroughputExceededException"
            | "TransactionInProgressException"
            | "BandwidthLimitExceeded"
            | "PriorRequestNotComplete"
            | "EC2ThrottledException"
            | "SlowDown"
    )
}

/// The error, or the one among those that caused it, that is an `E`.
pub(super) fn cause<'a, E: StdError + 'static>(
    error: &'a (dyn StdError + 'static),
) -> Option<&'a E> {
    let found = error.downcast_ref();
    found.or_else(|| cause(error.source()?))
}

/// The messages of an error and of all that caused it.
pub(super) fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
