//! Which answers of AWS mean what.

use aws_runtime::retries::classifiers::THROTTLING_ERRORS;
use aws_sdk_sts::error::{ErrorMetadata, SdkError};
use aws_sdk_sts::operation::get_caller_identity::GetCallerIdentityError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::body::SdkBody;

use super::AwsError;
use super::kind::{ErrorKind, classify};
use crate::aws::operation::Operation;

fn operation(name: &'static str) -> Operation {
    Operation {
        service: "x",
        name,
        region: None,
    }
}

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
        (
            "PutKeyPolicy",
            "NotFoundException",
            "Key 'arn:x' does not exist",
            Conflict,
            "a key that was read a moment ago cannot be gone",
        ),
        (
            "GetKeyPolicy",
            "NotFoundException",
            "Key 'arn:x' does not exist",
            NotFound,
            "the kind knows whether the key was described before",
        ),
        (
            "UpdateKeyDescription",
            "KMSInvalidStateException",
            "arn:x is pending deletion.",
            Outdated,
            "the key was read in another state",
        ),
        (
            "EnableKeyRotation",
            "DisabledException",
            "arn:x is disabled.",
            Outdated,
            "the key was read in another state",
        ),
    ];
    for (name, code, message, expected, why) in cases {
        let kind = classify(&operation(name), code, message);
        assert_eq!(kind, expected, "{name}: {why}");
    }
}

/// An answer with this status, and with an error's code and message if there is a body.
fn answered(name: &'static str, status: u16, told: Option<(&str, &str)>) -> AwsError {
    let mut metadata = ErrorMetadata::builder();
    if let Some((code, message)) = told {
        metadata = metadata.code(code).message(message);
    }
    let response = HttpResponse::new(status.try_into().unwrap(), SdkBody::empty());
    let error = GetCallerIdentityError::generic(metadata.build());
    AwsError::from_sdk(
        None,
        operation(name),
        &SdkError::service_error(error, response),
    )
}

#[test]
fn only_an_answer_to_head_lacks_the_code_of_an_expired_token() {
    let cases = [
        (
            "HeadBucket",
            ErrorKind::Credentials,
            "S3 answers so to an expired token (HADOOP-18353; aws-sdk-js #2219)",
        ),
        (
            "GetBucketVersioning",
            ErrorKind::Refused,
            "an answer to GET has a body, which would have had the code",
        ),
    ];
    for (name, kind, why) in cases {
        assert_eq!(answered(name, 400, None).kind, kind, "{name}: {why}");
    }
}

/// The sources are AWS's list of common errors ("Common Errors" of each API Reference), S3's list of
/// error codes, and issues in which users quote the answer.
#[test]
fn credentials_clocks_and_regions_are_not_taken_for_missing_permissions() {
    use ErrorKind::{Credentials, Denied, Refused};
    let cases = [
        (
            400,
            "ExpiredToken",
            "The provided token has expired.",
            Credentials,
            "S3 with a body (aws-sdk-js #2219)",
        ),
        (
            403,
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
            Credentials,
            "S3's list: the clock is wrong",
        ),
        (
            400,
            "InvalidSignatureException",
            "Signature not yet current: 20170731T092200Z is still later than 20170731T092115Z \
             (20170731T091615Z + 5 min.)",
            Credentials,
            "the clock is wrong (aws-sdk-js #1652)",
        ),
        (
            403,
            "SignatureDoesNotMatch",
            "Signature expired: 20151221T200419Z is now earlier than 20151221T201450Z \
             (20151221T201950Z - 5 min.)",
            Credentials,
            "the clock is wrong (convox/rack #235)",
        ),
        (
            400,
            "RequestExpired",
            "Request has expired.",
            Credentials,
            "Common Errors: the clock is wrong, or the credentials have expired",
        ),
        (
            403,
            "RegionDisabledException",
            "STS is not activated in this region for account:123456789012.",
            Credentials,
            "STS (steampipe-plugin-aws #1510)",
        ),
        (
            403,
            "OptInRequired",
            "The AWS access key ID needs a subscription for the service.",
            Credentials,
            "Common Errors: no policy of the caller is at fault",
        ),
        (
            401,
            "AuthFailure",
            "AWS was not able to validate the provided access credentials",
            Credentials,
            "a region that is not enabled (cloud-custodian #6721)",
        ),
        (
            400,
            "UnrecognizedClientException",
            "The security token included in the request is invalid",
            Credentials,
            "a region that is not enabled (aws-control-tower-config-customization #27)",
        ),
        (
            403,
            "InvalidClientTokenId",
            "The security token included in the request is invalid.",
            Credentials,
            "a region that is not enabled (aws-sdk-ruby #2850)",
        ),
        (
            403,
            "SignatureDoesNotMatch",
            "Credential should be scoped to a valid region, not 'us-east-2'.",
            Credentials,
            "the endpoint of another region (AWS.jl #565)",
        ),
        (
            400,
            "AuthorizationHeaderMalformed",
            "The authorization header is malformed; the region 'us-east-1' is wrong; expecting \
             'eu-west-1'",
            Refused,
            "the endpoint of another region (aws-sdk-cpp #1339): the credentials are good",
        ),
        (
            400,
            "ValidationError",
            "1 validation error detected",
            Refused,
            "Common Errors: the same request would fail again",
        ),
        (
            403,
            "AccessDenied",
            "User: u is not authorized to perform: s3:CreateBucket",
            Denied,
            "a missing permission",
        ),
        (400, "NotAuthorized", "", Denied, "Common Errors"),
    ];
    for (status, code, message, expected, source) in cases {
        let error = answered("CreateBucket", status, Some((code, message)));
        assert_eq!(error.kind, expected, "{code}: {source}");
    }
}

#[test]
fn faults_of_aws_leave_open_whether_a_write_happened() {
    let cases = [
        (500, "InternalFailure", "Common Errors"),
        (503, "ServiceUnavailable", "Common Errors"),
        (500, "InternalError", "S3's list"),
        (500, "ServiceFailure", "IAM's model"),
        (500, "InternalException", "EventBridge's model"),
        (500, "KMSInternalException", "KMS's model"),
        (503, "DependencyTimeoutException", "KMS's model"),
        (
            400,
            "RequestTimeout",
            "S3's list: the request did not arrive in time",
        ),
        (408, "RequestTimeoutException", "Common Errors"),
    ];
    for (status, code, source) in cases {
        let error = answered("CreateBucket", status, Some((code, "")));
        assert_eq!(error.kind, ErrorKind::Unanswered, "{code}: {source}");
    }
}

/// But `LimitExceededException`, which is a quota in KMS, Firehose and EventBridge.
#[test]
fn whatever_the_sdk_takes_for_throttling_is_throttling() {
    for code in THROTTLING_ERRORS {
        let error = answered("CreateBucket", 400, Some((code, "")));
        let is_throttled = error.kind == ErrorKind::Throttled;
        assert_eq!(is_throttled, *code != "LimitExceededException", "{code}");
    }
}
