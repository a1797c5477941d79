//! How a person reads each kind of error.

use super::*;
use crate::fakes::{CallError, lost, refusal};

/// An error of each kind as AWS gives it. A new kind does not compile until it has a place here.
fn example(kind: ErrorKind) -> Option<(&'static str, &'static str, CallError)> {
    let (service, name, code, message) = match kind {
        ErrorKind::NotFound => (
            "iam",
            "GetRole",
            "NoSuchEntity",
            "The role cannot be found.",
        ),
        ErrorKind::AlreadyExists => (
            "iam",
            "CreateRole",
            "EntityAlreadyExists",
            "Role with name StackStateAwsIntegrationRole already exists.",
        ),
        ErrorKind::Propagating => (
            "firehose",
            "CreateDeliveryStream",
            "InvalidArgumentException",
            "Firehose is unable to assume role arn:aws:iam::123456789012:role/r.",
        ),
        ErrorKind::Conflict => (
            "s3",
            "PutBucketPolicy",
            "OperationAborted",
            "A conflicting conditional operation is currently in progress.",
        ),
        ErrorKind::Outdated => (
            "firehose",
            "UpdateDestination",
            "ConcurrentModificationException",
            "The version is not the newest.",
        ),
        ErrorKind::InUse => (
            "iam",
            "DeleteRole",
            "DeleteConflict",
            "Cannot delete entity, must remove roles from instance profile first.",
        ),
        ErrorKind::NotEmpty => (
            "s3",
            "DeleteBucket",
            "BucketNotEmpty",
            "The bucket you tried to delete is not empty",
        ),
        ErrorKind::Denied => (
            "kms",
            "CreateKey",
            "AccessDeniedException",
            "User: arn:aws:iam::123456789012:user/u is not authorized to perform: kms:CreateKey",
        ),
        ErrorKind::Quota => (
            "iam",
            "CreateRole",
            "LimitExceeded",
            "Cannot exceed quota for RolesPerAccount: 1000",
        ),
        ErrorKind::Throttled => ("events", "PutRule", "ThrottlingException", "Rate exceeded"),
        ErrorKind::Credentials => (
            "sts",
            "GetCallerIdentity",
            "ExpiredToken",
            "The security token included in the request is expired",
        ),
        ErrorKind::Refused => (
            "events",
            "PutRule",
            "InvalidEventPatternException",
            "Event pattern is not valid.",
        ),
        ErrorKind::Unanswered => return Some(("kms", "CreateKey", lost())),
        ErrorKind::Unreachable => {
            let refused = std::io::Error::other("Connection refused (os error 111)");
            let error =
                aws_smithy_runtime_api::client::result::ConnectorError::user(refused.into());
            return Some((
                "sts",
                "GetCallerIdentity",
                CallError::dispatch_failure(error),
            ));
        }
        // No answer of AWS has these kinds.
        ErrorKind::OtherAccount | ErrorKind::Interrupted => return None,
    };
    Some((service, name, refusal(code, message)))
}

const ALL: [ErrorKind; 16] = [
    ErrorKind::NotFound,
    ErrorKind::AlreadyExists,
    ErrorKind::Propagating,
    ErrorKind::Conflict,
    ErrorKind::Outdated,
    ErrorKind::InUse,
    ErrorKind::NotEmpty,
    ErrorKind::Denied,
    ErrorKind::Quota,
    ErrorKind::Throttled,
    ErrorKind::Credentials,
    ErrorKind::OtherAccount,
    ErrorKind::Unreachable,
    ErrorKind::Unanswered,
    ErrorKind::Interrupted,
    ErrorKind::Refused,
];

#[test]
fn each_kind_says_what_failed_why_and_what_to_do() {
    let mut texts = String::new();
    for kind in ALL {
        let Some((service, name, error)) = example(kind) else {
            continue;
        };
        let operation = Operation {
            service,
            name,
            region: (service != "iam").then(|| "eu-west-1".parse().unwrap()),
        };
        let error = AwsError {
            resource: Some(crate::fakes::at("logs").to_string()),
            account: Some("123456789012".parse().unwrap()),
            ..AwsError::from_sdk(None, operation, &error)
        };
        assert_eq!(error.kind, kind, "{error:?}");
        texts.push_str(&format!("{kind:?}\n{}\n\n", error.failure()));
    }
    insta::assert_snapshot!(texts);
}

#[test]
fn the_advice_names_the_cause() {
    let user = "User: arn:aws:iam::123456789012:user/u is not authorized to perform: x";
    // The messages are those of the IAM User Guide, "Troubleshoot access denied error messages", and
    // of issues in which users quote AWS's answers; the table of kinds names them.
    let cases = [
        (
            "sts",
            "GetCallerIdentity",
            "RequestTimeTooSkewed",
            "The difference is too large.",
        ),
        (
            "kms",
            "ListAliases",
            "InvalidSignatureException",
            "Signature expired: a is now earlier",
        ),
        (
            "kms",
            "ListAliases",
            "InvalidSignatureException",
            "Signature not yet current: a",
        ),
        (
            "events",
            "ListRules",
            "RequestExpired",
            "Request has expired.",
        ),
        (
            "sts",
            "GetCallerIdentity",
            "RegionDisabledException",
            "STS is not activated",
        ),
        (
            "iam",
            "GetRole",
            "OptInRequired",
            "The access key needs a subscription",
        ),
        (
            "kms",
            "ListAliases",
            "OptInRequired",
            "The access key needs a subscription",
        ),
        (
            "s3",
            "GetBucketPolicy",
            "AuthorizationHeaderMalformed",
            "the region 'a' is wrong",
        ),
        (
            "s3",
            "GetBucketPolicy",
            "PermanentRedirect",
            "must be addressed using the endpoint",
        ),
        (
            "s3",
            "CreateBucket",
            "IllegalLocationConstraintException",
            "is incompatible",
        ),
        (
            "iam",
            "GetRole",
            "SignatureDoesNotMatch",
            "Credential should be scoped to a valid region",
        ),
        (
            "kms",
            "UpdateKeyDescription",
            "KMSInvalidStateException",
            "k is pending deletion.",
        ),
        (
            "kms",
            "EnableKeyRotation",
            "DisabledException",
            "k is disabled.",
        ),
    ];
    let mut texts = String::new();
    for (service, name, code, message) in cases {
        texts.push_str(&shown(service, name, code, message));
    }
    let policies = [
        "with an explicit deny in a service control policy",
        "because no service control policy allows the x action",
        "with an explicit deny in a VPC endpoint policy transitively through a service control policy",
        "with an explicit deny in a resource control policy",
        "because no permissions boundary allows the x action",
        "because no session policy allows the x action",
        "with an explicit deny in a sessions policy",
        "because no VPC endpoint policy allows the x action",
        "with an explicit deny in a resource-based policy",
        "because no identity-based policy allows the x action",
    ];
    for policy in policies {
        let message = format!("{user} {policy}");
        texts.push_str(&shown(
            "kms",
            "CreateKey",
            "AccessDeniedException",
            &message,
        ));
    }
    let global = format!("{user} with an explicit deny in a service control policy");
    texts.push_str(&shown("iam", "CreateRole", "AccessDenied", &global));
    insta::assert_snapshot!(texts);
}

/// An error as a person reads it, and an empty line.
fn shown(service: &'static str, name: &'static str, code: &str, message: &str) -> String {
    let operation = Operation {
        service,
        name,
        region: (service != "iam").then(|| "eu-west-1".parse().unwrap()),
    };
    let error = AwsError::from_sdk(None, operation, &refusal(code, message));
    format!("{}\n\n", error.failure())
}

#[test]
fn what_is_not_known_is_left_out() {
    let operation = || Operation {
        service: "iam",
        name: "ListRoles",
        region: None,
    };
    let bare = AwsError::incomplete(operation(), "the roles");
    assert_eq!(
        bare.failure().to_string(),
        "iam:ListRoles failed\nCaused by:\n  1: the answer lacks the roles"
    );
    let with_id = AwsError {
        request_id: Some("1b2c".to_owned()),
        ..AwsError::in_answer(operation(), Some("InternalFailure"), None)
    };
    assert_eq!(
        with_id.failure().to_string(),
        "iam:ListRoles failed\nCaused by:\n  1: InternalFailure: AWS gave no message \
         (request id 1b2c)"
    );
}

#[test]
fn a_hint_of_its_own_stands_beside_the_general_advice_and_not_in_the_words_of_aws() {
    let cases = [
        (
            "AccessDenied",
            "iam:CreateRole failed\nCaused by:\n  1: AccessDenied: no\nHint: Allow iam:CreateRole, iam:TagRole \
             to the credentials in use, in their policies, their permissions boundary and the \
             organization's service control policies, then run again. Do this. Then do that",
            "the general advice helps too, and stays whatever becomes of the kind",
        ),
        (
            "ValidationError",
            "iam:CreateRole failed\nCaused by:\n  1: ValidationError: no\nHint: Do this. Then do that",
            "there is no general advice",
        ),
    ];
    for (code, expected, reason) in cases {
        let operation = Operation {
            service: "iam",
            name: "CreateRole",
            region: None,
        };
        let error = AwsError::in_answer(operation, Some(code), Some("no"));
        let error = AwsError {
            kind: ErrorKind::Refused,
            ..error.hinted("Do this").hinted("Then do that")
        };
        assert_eq!(error.failure().to_string(), expected, "{reason}");
    }
}

#[test]
fn an_answer_without_a_code_is_judged_by_its_status() {
    let cases = [
        (403, ErrorKind::Denied, "HeadBucket has no body"),
        (404, ErrorKind::NotFound, "HeadBucket has no body"),
        (500, ErrorKind::Unanswered, "a write may have happened"),
        (503, ErrorKind::Throttled, "how S3 throttles HEAD"),
        (400, ErrorKind::Credentials, "HeadBucket has no body"),
    ];
    for (status, kind, why) in cases {
        let body = aws_smithy_types::body::SdkBody::empty();
        let response = HttpResponse::new(status.try_into().unwrap(), body);
        let error = aws_sdk_s3::operation::head_bucket::HeadBucketError::unhandled("no body");
        let error = SdkError::service_error(error, response);
        let operation = Operation {
            service: "s3",
            name: "HeadBucket",
            region: None,
        };
        let error = AwsError::from_sdk(None, operation, &error);
        assert_eq!(error.kind, kind, "{status}: {why}");
        assert_eq!(error.code, Some(format!("HTTP {status}")), "{why}");
        assert_eq!(error.message, "the answer has no text", "{why}");
    }
}

/// A network that wants a log-in, or a proxy, answers with a page of its own and any status.
#[test]
fn a_web_page_is_told_as_one() {
    let cases = [
        (200, "\n<!DOCTYPE html><html></html>", true, true),
        (403, "<HTML><head></head></HTML>", true, true),
        (
            503,
            "<html><body>503 Service Unavailable</body></html>",
            true,
            false,
        ),
        (
            403,
            "<Error><Code>AccessDenied</Code></Error>",
            false,
            false,
        ),
    ];
    for (status, body, is_page, is_between) in cases {
        let body = aws_smithy_types::body::SdkBody::from(body);
        let response = HttpResponse::new(status.try_into().unwrap(), body);
        let error = aws_sdk_s3::operation::head_bucket::HeadBucketError::unhandled("invalid root");
        let operation = Operation {
            service: "s3",
            name: "GetBucketPolicy",
            region: None,
        };
        let error = SdkError::service_error(error, response);
        let failure = AwsError::from_sdk(None, operation, &error)
            .failure()
            .to_string();
        assert_eq!(
            failure.contains("is a web page, and not AWS's"),
            is_page,
            "{failure}"
        );
        assert_eq!(
            failure.contains("log in to the network"),
            is_between,
            "{failure}"
        );
    }
}

#[test]
fn a_denied_call_names_the_action_that_allows_it() {
    let cases = [
        ("iam", "CreateRole", "iam:CreateRole", "most are the same"),
        (
            "s3",
            "HeadBucket",
            "s3:ListBucket",
            "there is no action s3:HeadBucket",
        ),
        (
            "s3",
            "PutBucketEncryption",
            "s3:PutEncryptionConfiguration",
            "S3's actions are older than its operations",
        ),
        (
            "s3",
            "DeleteObjects",
            "s3:DeleteObjectVersion",
            "each object is named with its version",
        ),
        ("s3", "PutBucketPolicy", "s3:PutBucketPolicy", "not always"),
    ];
    for (service, name, action, why) in cases {
        let operation = Operation {
            service,
            name,
            region: None,
        };
        let failure = AwsError::in_answer(operation, Some("AccessDenied"), None).failure();
        let hint = failure.hint.unwrap();
        assert!(
            hint.starts_with("Allow ") && hint.contains(action),
            "{why}: {hint}"
        );
    }
}
