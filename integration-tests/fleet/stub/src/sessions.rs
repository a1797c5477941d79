//! Sessions of roles, as STS answers.

use std::time::{Duration, SystemTime};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use crate::answer::Answer;
use crate::request::{Request, key_of};

/// The session token of an account.
fn token_of(account: &str) -> String {
    format!("session-token-of-{account}")
}

/// The secret key of an account.
pub(crate) fn secret_of(account: &str) -> String {
    format!("secret-key-of-{account}")
}

/// Whether the request's session token belongs to the account whose key signed the request.
pub(crate) fn has_own_token(request: &Request) -> bool {
    let token = request.header("x-amz-security-token");
    token.is_none_or(|token| token == token_of(&request.account))
}

/// The account of the role that the request assumes.
pub(crate) fn assumes(request: &Request) -> Option<String> {
    if request.operation != "AssumeRole" {
        return None;
    }
    let role = request.parameter("RoleArn")?;
    role.split(':').nth(4).map(str::to_owned)
}

/// The answer to a request to STS, which `caller` alone signs with a key of its own; none to an
/// operation that the program does not need.
pub(crate) fn answer(request: &Request, caller: &str) -> Option<Answer> {
    let account = &request.account;
    let body = match request.operation.as_str() {
        "GetCallerIdentity" => {
            let arn = match account == caller {
                true => format!("arn:aws:iam::{account}:user/platform"),
                false => format!("arn:aws:sts::{account}:assumed-role/ProvisionDeploy/provision"),
            };
            format!(
                "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>{arn}</Arn>\
                 <UserId>AIDATESTTESTTESTTEST</UserId><Account>{account}</Account>\
                 </GetCallerIdentityResult></GetCallerIdentityResponse>"
            )
        }
        "AssumeRole" => {
            let account = assumes(request)?;
            let role = request.parameter("RoleArn")?;
            let role = role.rsplit('/').next()?;
            let session = request.parameter("RoleSessionName")?;
            let seconds = request.parameter("DurationSeconds");
            let seconds = seconds.and_then(|it| it.parse().ok()).unwrap_or(3600);
            let ends = DateTime::from(SystemTime::now() + Duration::from_secs(seconds));
            let ends = ends.fmt(Format::DateTime).ok()?;
            format!(
                "<AssumeRoleResponse><AssumeRoleResult><AssumedRoleUser>\
                 <AssumedRoleId>AROATESTTESTTESTTEST:{session}</AssumedRoleId>\
                 <Arn>arn:aws:sts::{account}:assumed-role/{role}/{session}</Arn></AssumedRoleUser>\
                 <Credentials><AccessKeyId>{}</AccessKeyId><SecretAccessKey>{}</SecretAccessKey>\
                 <SessionToken>{}</SessionToken><Expiration>{ends}</Expiration></Credentials>\
                 </AssumeRoleResult></AssumeRoleResponse>",
                key_of("ASIA", &account),
                secret_of(&account),
                token_of(&account),
            )
        }
        _ => return None,
    };
    Some(Answer::of(200, "text/xml", &body))
}
