//! What a person is to do about a failed call.

use super::kind::ErrorKind;
use crate::aws::operation::Operation;

/// The policies that may deny a call, by the words with which AWS's message names them, and where
/// they are. Where a denial passes from one kind to another, the kind that decides comes first here
/// (IAM User Guide, "Troubleshoot access denied error messages").
const POLICIES: [(&str, &str); 8] = [
    (
        "service control policy",
        "the organization's service control policies",
    ),
    (
        "resource control policy",
        "the organization's resource control policies",
    ),
    ("permissions boundary", "their permissions boundary"),
    (
        "session policy",
        "the session policy that they were issued with",
    ),
    (
        "sessions policy",
        "the session policy that they were issued with",
    ),
    (
        "vpc endpoint policy",
        "the policy of the VPC endpoint that the call went through",
    ),
    ("resource-based policy", "the policy of the resource itself"),
    ("identity-based policy", "their own policies"),
];

/// What to do about an error, where AWS's message does not say it.
pub(super) fn on(
    kind: ErrorKind,
    operation: &Operation,
    code: Option<&str>,
    message: &str,
    profile: Option<&str>,
) -> Option<String> {
    let advice = match kind {
        _ if code == Some("BucketAlreadyExists") => {
            "Another account owns a bucket of this name: choose a `postfix`"
        }
        // "In many cases within a few hours", "48-72 hours" (AWS re:Post Knowledge Center, "s3
        // conflicting conditional operation").
        _ if code == Some("OperationAborted") && operation.name == "CreateBucket" => {
            "S3 keeps the name of a deleted bucket for hours, sometimes for three days: run again \
             later, or choose another `postfix`"
        }
        _ if matches!(code, Some("DisabledException" | "KMSInvalidStateException")) => {
            "The key is disabled, or waits for its deletion or that of its replicas, which it did \
             not when the plan was made: plan again, which shows the state of the key and the way \
             out"
        }
        _ if is_of_another_region(code, message) => {
            "The endpoint that answered is that of another region: correct `--endpoint-url`, \
             AWS_ENDPOINT_URL or `endpoint_url` of the AWS profile, or run again if none of them \
             is set"
        }
        ErrorKind::Denied => return Some(on_denial(operation, message)),
        ErrorKind::Credentials => return Some(on_credentials(operation, code, message, profile)),
        ErrorKind::OtherAccount => {
            "Find out why the credentials changed (a `credential_process`, a profile), then run \
             again with credentials that stay in one account: it goes on from what exists"
        }
        ErrorKind::Unreachable => {
            "Check the network, the proxy and its certificate, the region and `--endpoint-url` or \
             AWS_ENDPOINT_URL, then run again"
        }
        ErrorKind::Unanswered => {
            "Run the same command again: it finds out what happened and goes on from there"
        }
        ErrorKind::Throttled => {
            "Wait a minute, then run again, with a smaller `--concurrency` if it happens again"
        }
        ErrorKind::Quota => {
            return Some(format!(
                "Ask AWS for a higher quota for {} in this account and region (Service Quotas in \
                 the console), or remove what is not needed, then run again",
                operation.service
            ));
        }
        ErrorKind::Propagating => {
            "Run again, because IAM may not have spread the new role or principal yet. If that \
             does not help, the role lacks the permission or the principal does not exist: look \
             at the policies and principals that the message names"
        }
        ErrorKind::Conflict => {
            "Something else changes the same resource: wait until that is done, then run again"
        }
        ErrorKind::InUse => "Something still uses the resource: end that use, then run again",
        ErrorKind::NotFound if !operation.reads() => {
            "What the call names is gone since it was read: run the same command again, which reads \
             everything anew"
        }
        ErrorKind::NotFound
        | ErrorKind::AlreadyExists
        | ErrorKind::Outdated
        | ErrorKind::NotEmpty
        | ErrorKind::Interrupted
        | ErrorKind::Refused => return None,
    };
    Some(advice.to_owned())
}

/// Whether the endpoint that answered is that of another region than the one that was called. The
/// program itself asks each bucket in the region that S3 names.
fn is_of_another_region(code: Option<&str>, message: &str) -> bool {
    match code {
        Some("IllegalLocationConstraintException" | "PermanentRedirect") => true,
        Some("AuthorizationHeaderMalformed") => message.contains("region"),
        _ => message.contains("Credential should be scoped to a valid region"),
    }
}

fn on_denial(operation: &Operation, message: &str) -> String {
    let actions = operation.iam_actions().join(", ");
    let message = message.to_lowercase();
    let denier = POLICIES.iter().find(|(words, _)| message.contains(words));
    let place = denier.map_or(
        "their policies, their permissions boundary and the organization's service control policies",
        |(_, place)| place,
    );
    match &operation.region {
        Some(region) if place.starts_with("the organization's") => format!(
            "Have {actions} allowed in {region} by {place}, or take {region} out of `regions`"
        ),
        _ => format!("Allow {actions} to the credentials in use, in {place}, then run again"),
    }
}

fn on_credentials(
    operation: &Operation,
    code: Option<&str>,
    message: &str,
    profile: Option<&str>,
) -> String {
    let login = login(profile);
    let skewed = ["Signature expired", "Signature not yet current"];
    let advice = match (code, &operation.region) {
        (None, _) => {
            "Provide credentials: with `aws sso login` or `aws configure` and `--profile`, in the \
             environment, or from the instance's or container's role"
        }
        // The SDK signs again with AWS's time before it gives up.
        (Some("RequestTimeTooSkewed"), _) => SET_THE_CLOCK,
        _ if skewed.iter().any(|part| message.contains(part)) => SET_THE_CLOCK,
        (Some("RequestExpired"), _) => {
            return format!(
                "Renew the credentials (for SSO `{login}`), and set the clock of this machine if it is \
                 wrong, then run again"
            );
        }
        (Some("HTTP 400"), _) => {
            return format!(
                "S3 gives no reason in its answer to HEAD. Mostly the credentials have expired: renew \
                 them (for SSO `{login}`), set the clock of this machine if it is wrong, then run again"
            );
        }
        (Some("OptInRequired" | "RegionDisabledException"), Some(region)) => {
            return format!(
                "Enable {region} in the account, after which it can take hours until AWS answers, \
                 or take {region} out of `regions`"
            );
        }
        (Some("OptInRequired"), None) => {
            "The account is not active: complete its registration in the console, then run again"
        }
        _ => {
            return format!(
                "Renew the credentials (for SSO `{login}`), or choose others with `--profile` or \
                 AWS_PROFILE, then run again"
            );
        }
    };
    advice.to_owned()
}

/// The command that begins a session of SSO.
pub(super) fn login(profile: Option<&str>) -> String {
    match profile {
        Some(profile) => format!("aws sso login --profile {profile}"),
        None => "aws sso login".to_owned(),
    }
}

const SET_THE_CLOCK: &str = "Set the clock of this machine, which differs from AWS's by minutes, \
                             then run again";
