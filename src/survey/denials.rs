//! What AWS denies of a survey's reads, all of it at once: whoever asks for permissions asks once.

use std::collections::BTreeSet;

use crate::aws::AwsError;
use crate::failure::Failure;

/// How many resources are named with an action.
const SHOWN: usize = 3;

/// The way to a policy that allows the reads.
pub(super) const WAY_OUT: &str =
    "`provision permissions plan` prints the policy that reading needs";

/// One cause for each operation that is denied.
pub(super) fn told(denied: &[AwsError]) -> Failure {
    let mut groups: Vec<(String, &AwsError, BTreeSet<String>)> = Vec::new();
    for error in denied {
        let actions = error.operation.iam_actions().join(", ");
        let of = error.resource.clone();
        match groups.iter_mut().find(|(named, _, _)| *named == actions) {
            Some((_, _, resources)) => resources.extend(of),
            None => groups.push((actions, error, of.into_iter().collect())),
        }
    }
    let account = denied.iter().find_map(|error| error.account.as_ref());
    let account = account.map_or(String::new(), |account| format!(" (account {account})"));
    let failure = Failure::new(format!(
        "AWS denies {} of the reads that every plan begins with{account}",
        denied.len()
    ));
    let causes = groups.into_iter().map(|(actions, error, resources)| {
        let more = resources.len().saturating_sub(SHOWN);
        let shown: Vec<String> = resources.into_iter().take(SHOWN).collect();
        let on = match (shown.is_empty(), more) {
            (true, _) => String::new(),
            (false, 0) => format!(" for {}", shown.join(", ")),
            (false, _) => format!(" for {} and {more} more", shown.join(", ")),
        };
        let code = error.code.as_deref().unwrap_or("denied");
        format!("{actions}{on}: {code}: {}", error.message)
    });
    Failure {
        causes: causes.collect(),
        ..failure
    }
    .hint(format!(
        "Allow these actions to the credentials in use: {WAY_OUT}. Where AWS's words name another policy \
         that denies them, such as one of the organization, have it allow them too"
    ))
}

#[cfg(test)]
mod tests {
    use crate::aws::Operation;

    use super::*;

    #[test]
    fn each_action_is_told_once_with_its_resources() {
        let denied = |service, name, resource: Option<&str>| {
            let operation = Operation {
                service,
                name,
                region: None,
            };
            AwsError {
                resource: resource.map(str::to_owned),
                ..AwsError::in_answer(operation, Some("AccessDenied"), Some("not you"))
            }
        };
        let all = [
            denied("iam", "GetRole", Some("iam_role.a")),
            denied("iam", "GetRole", Some("iam_role.b")),
            denied("iam", "ListRoles", None),
            denied("iam", "GetRole", Some("iam_role.c")),
            denied("iam", "GetRole", Some("iam_role.d")),
            denied("s3", "HeadBucket", Some("s3_bucket.logs@eu-west-1")),
        ];
        let failure = told(&all);
        assert_eq!(
            failure.causes,
            [
                "iam:GetRole for iam_role.a, iam_role.b, iam_role.c and 1 more: AccessDenied: not you",
                "iam:ListRoles: AccessDenied: not you",
                "s3:ListBucket for s3_bucket.logs@eu-west-1: AccessDenied: not you",
            ]
        );
        assert!(failure.message.starts_with("AWS denies 6 of the reads"));
        assert!(
            failure
                .hint
                .unwrap()
                .contains("`provision permissions plan`")
        );
    }
}
