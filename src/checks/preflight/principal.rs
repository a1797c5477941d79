//! Whose policies IAM is to simulate, and what each call of theirs carries.

use std::collections::BTreeMap;

use crate::aws::Caller;
use crate::names::Arn;

/// Whose policies IAM is to simulate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The user of this ARN.
    User(String),
    /// The role of this name. The ARN of its session does not contain the role's path.
    Role(String),
    /// Nobody's; the text gives the reason.
    Nobody(&'static str),
}

/// Whose policies decide which calls the caller of this ARN is allowed.
pub fn source(caller: &Arn) -> Source {
    let mut parts = caller.resource.split('/');
    match (parts.next(), parts.next()) {
        (Some("user"), Some(_)) => Source::User(caller.to_string()),
        (Some("assumed-role"), Some(role)) => Source::Role(role.to_owned()),
        (Some("root"), None) => Source::Nobody("the root user cannot be simulated"),
        (Some("federated-user"), _) => {
            Source::Nobody("federated users cannot be simulated, because their session limits them")
        }
        _ => Source::Nobody("only users and roles can be simulated"),
    }
}

/// Whose policies decide, once that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The ARN of the user or the role, with the path.
    pub arn: String,
    /// The role's tags, where they are known.
    pub tags: BTreeMap<String, String>,
}

/// The condition keys of every call of the caller, as far as their values are known.
///
/// The simulator takes a key that it is not given for absent, in the organization's policies too, and
/// does not report it there (aws-cli #10525). Which calls carry which keys stands in the IAM User
/// Guide, "AWS global condition context keys". The organization is known to AWS Organizations alone,
/// and the caller's address, its VPC and whether a second factor was used to nobody here: `false` would
/// be a guess.
pub fn carried(caller: &Caller, principal: &Principal, now: String) -> BTreeMap<String, String> {
    let mut parts = caller.arn.resource.split('/');
    let is_user = parts.next() == Some("user");
    let kind = if is_user { "User" } else { "AssumedRole" };
    let mut keys = vec![
        ("aws:CurrentTime", now),
        ("aws:PrincipalAccount", caller.account.to_string()),
        ("aws:PrincipalArn", principal.arn.clone()),
        ("aws:PrincipalIsAWSService", "false".to_owned()),
        ("aws:PrincipalType", kind.to_owned()),
        ("aws:SecureTransport", "true".to_owned()),
        ("aws:ViaAWSService", "false".to_owned()),
    ];
    keys.extend(caller.user_id.clone().map(|id| ("aws:userid", id)));
    let name = parts.next_back().filter(|_| is_user);
    keys.extend(name.map(|name| ("aws:username", name.to_owned())));
    let keys = keys.into_iter().map(|(key, value)| (key.to_owned(), value));
    let tags = principal.tags.iter();
    let tags = tags.map(|(key, value)| (format!("aws:PrincipalTag/{key}"), value.clone()));
    keys.chain(tags).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_policies_count_follows_from_the_callers_arn() {
        let user = "arn:aws:iam::123456789012:user/ops/alice";
        let cases = [
            ("a user", user, Some(Source::User(user.to_owned()))),
            (
                "a session of a role, whose ARN lacks the role's path",
                "arn:aws-cn:sts::123456789012:assumed-role/deployer/me@example.com",
                Some(Source::Role("deployer".to_owned())),
            ),
            ("the root user", "arn:aws:iam::123456789012:root", None),
            (
                "a federated user",
                "arn:aws:sts::123456789012:federated-user/bob",
                None,
            ),
            (
                "an ARN of no known kind",
                "arn:aws:sts::123456789012:x",
                None,
            ),
        ];
        for (reason, arn, expected) in cases {
            match (source(&arn.parse().unwrap()), expected) {
                (Source::Nobody(why), None) => assert!(!why.is_empty(), "{reason}"),
                (found, expected) => assert_eq!(Some(found), expected, "{reason}"),
            }
        }
    }

    fn caller(arn: &str) -> Caller {
        Caller {
            account: "123456789012".parse().unwrap(),
            arn: arn.parse().unwrap(),
            user_id: Some("AROA:me".to_owned()),
        }
    }

    /// The table of values stands in the IAM User Guide, "IAM policy elements: Variables and tags",
    /// "Principal key values".
    #[test]
    fn a_call_carries_what_is_known_of_the_caller_and_no_guess() {
        let role = Principal {
            arn: "arn:aws:iam::123456789012:role/ops/deployer".to_owned(),
            tags: BTreeMap::from([("team".to_owned(), "a".to_owned())]),
        };
        let session = caller("arn:aws:sts::123456789012:assumed-role/deployer/me");
        let keys = carried(&session, &role, "2026-08-01T00:00:00Z".to_owned());
        let expected = [
            ("aws:CurrentTime", "2026-08-01T00:00:00Z"),
            ("aws:PrincipalAccount", "123456789012"),
            (
                "aws:PrincipalArn",
                "arn:aws:iam::123456789012:role/ops/deployer",
            ),
            ("aws:PrincipalIsAWSService", "false"),
            ("aws:PrincipalTag/team", "a"),
            ("aws:PrincipalType", "AssumedRole"),
            ("aws:SecureTransport", "true"),
            ("aws:ViaAWSService", "false"),
            ("aws:userid", "AROA:me"),
        ];
        let expected = expected.map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(
            keys,
            BTreeMap::from(expected),
            "the role and not its session"
        );

        let arn = "arn:aws:iam::123456789012:user/ops/alice";
        let user = Principal {
            arn: arn.to_owned(),
            tags: BTreeMap::new(),
        };
        let keys = carried(&caller(arn), &user, String::new());
        assert_eq!(keys["aws:PrincipalArn"], arn);
        assert_eq!(keys["aws:PrincipalType"], "User");
        assert_eq!(keys["aws:username"], "alice", "without the path");
    }
}
