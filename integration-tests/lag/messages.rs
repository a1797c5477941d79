//! What a request and its answer say to the replicas.

use crate::harness::Call;

/// Whether the answer to a call may be late. STS has nothing to be late with. S3 is consistent in
/// all that is about objects, and eventually consistent in the configuration and the list of buckets
/// (Amazon S3 User Guide, "Amazon S3 data consistency model").
pub fn is_late(call: &Call) -> bool {
    let objects = ["list-type", "versions", "uploads"];
    let (_, query) = call.line.split_once('?').unwrap_or_default();
    let names = query.split(['&', '=', ' ']);
    let about_objects = call.service == "s3" && names.into_iter().any(|it| objects.contains(&it));
    call.service != "sts" && !about_objects
}

/// The service, and its region unless the service is global.
pub fn place(call: &Call) -> (String, String) {
    let is_global = ["iam", "s3"].contains(&&*call.service);
    let region = if is_global { "" } else { &call.region };
    (call.service.clone(), region.to_owned())
}

/// The only resource that a read is about. `None` if any write to the service may change its answer.
///
/// An alias is about a key that it does not name. In the other services there is little beside ours.
pub fn subject(call: &Call) -> Option<String> {
    match call.service.as_str() {
        "iam" => {
            let names = [
                "RoleName=",
                "InstanceProfileName=",
                "UserName=",
                "PolicyArn=",
            ];
            let name = names
                .iter()
                .find_map(|name| call.body.split('&').find_map(|it| it.strip_prefix(name)))?;
            // The end of an ARN is the name.
            Some(name.rsplit("%2F").next().unwrap_or(name).to_owned())
        }
        "kms" => {
            let body: serde_json::Value = serde_json::from_str(&call.body).ok()?;
            let id = body.get("KeyId")?.as_str()?.rsplit('/').next()?;
            let is_key = id.len() == 36 && id.bytes().filter(|it| *it == b'-').count() == 4;
            is_key.then(|| id.to_owned())
        }
        _ => None,
    }
}

/// An answer without what is different each time.
pub fn essence(answer: &[u8]) -> String {
    let text = String::from_utf8_lossy(answer);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.lines().next().unwrap_or_default();
    let body = match (body.find("<RequestId>"), body.find("</RequestId>")) {
        (Some(start), Some(end)) => format!("{}{}", &body[..start], &body[end..]),
        _ => body.to_owned(),
    };
    format!("{status}\n{body}")
}

pub fn status(answer: &[u8]) -> String {
    let text = String::from_utf8_lossy(answer);
    text.split(' ').nth(1).unwrap_or_default().to_owned()
}

/// The message with another account in it. Both ids have the same length, so that the length of the
/// message stays.
pub fn replaced(message: &[u8], account: &str, by: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(message);
    text.replace(account, by).into_bytes()
}
