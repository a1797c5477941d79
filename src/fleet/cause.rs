//! What failures of many accounts have in common.

use crate::fleet::put_aside::replaced;

/// What stands before an id of a request.
const REQUEST: &str = " (request id ";

/// The failure without what belongs to one account, region or request, so that failures of the same cause
/// have the same text.
pub(super) fn of(message: &str) -> String {
    let mut text = String::new();
    let mut rest = message;
    while let Some((before, after)) = rest.split_once(REQUEST) {
        text.push_str(before);
        rest = after.split_once(')').map_or("", |(_, rest)| rest);
    }
    text.push_str(rest);
    replaced(&text, |word| {
        let is_account = word.len() == 12 && word.bytes().all(|it| it.is_ascii_digit());
        match word {
            "" => None,
            _ if is_account => Some("ACCOUNT".to_owned()),
            _ => Some("REGION".to_owned()),
        }
    })
    .replace(" (account ACCOUNT, region REGION)", "")
    .replace(" (account ACCOUNT)", "")
    .replace(" (region REGION)", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_of_the_same_cause_have_the_same_text() {
        let denied = |account: &str, region: &str, request: &str| {
            format!(
                "CreateKey failed on kms_key.integration@{region} (account {account}, region {region}): \
                 AccessDenied: User: arn:aws:sts::{account}:assumed-role/Deploy/provision is not authorized to \
                 perform: kms:CreateKey on resource: * (request id {request})"
            )
        };
        let one = denied(
            "111111111111",
            "eu-west-1",
            "11111111-2222-3333-4444-555555555555",
        );
        let other = denied("222222222222", "us-east-1", "ABCDEF0123456789");
        assert_eq!(of(&one), of(&other));
        assert_eq!(
            of(&one),
            "CreateKey failed on kms_key.integration@REGION: AccessDenied: User: \
             arn:aws:sts::ACCOUNT:assumed-role/Deploy/provision is not authorized to perform: kms:CreateKey on \
             resource: *"
        );
        for (text, reason) in [
            ("x (request id abc", "a request id without an end"),
            ("x (request id abc) (request id def)", "two ids"),
        ] {
            assert_eq!(of(text), "x", "{reason}");
        }
        assert_ne!(of("AccessDenied: a"), of("Throttling: a"));
    }
}
