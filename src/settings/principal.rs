//! The agent's principals, which may assume the integration role.

use std::fmt;
use std::str::FromStr;

use super::invalid::Invalid;
use crate::names::{AccountId, Arn, Partition, is_iam_name};

/// A principal that may assume the integration role: a whole account, or one identity in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// Every identity of the account that the account itself allows.
    Account(AccountId),
    /// The account's root, a user, a role, or one session of a role.
    Arn(Arn),
}

impl Principal {
    /// The ARN for a trust policy in `partition`; an account stands for its root.
    pub fn arn(&self, partition: Partition) -> Arn {
        match self {
            Principal::Arn(arn) => arn.clone(),
            Principal::Account(account) => Arn {
                partition,
                service: "iam".to_owned(),
                region: String::new(),
                account: account.to_string(),
                resource: "root".to_owned(),
            },
        }
    }

    /// The ARN, if the principal was written as one.
    pub(super) fn as_arn(&self) -> Option<&Arn> {
        match self {
            Principal::Account(_) => None,
            Principal::Arn(arn) => Some(arn),
        }
    }

    /// The text that is the same for an account ID and for the ARN of the account's root.
    pub(super) fn canonical(&self) -> String {
        match self {
            Principal::Arn(arn) if arn.resource == "root" => arn.account.clone(),
            other => other.to_string(),
        }
    }

    /// Whether both mean the same, written as an account ID or as an ARN.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let partition = match (self, other) {
            (Principal::Arn(arn), _) | (_, Principal::Arn(arn)) => arn.partition,
            _ => Partition::Aws,
        };
        self.arn(partition) == other.arn(partition)
    }
}

impl FromStr for Principal {
    type Err = Invalid;

    /// Takes an account ID or the ARN of an account's root, a user, a role or an assumed role,
    /// without wildcards; anything else is [`Invalid`].
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let invalid = |problem: String| {
            Invalid::new(
                problem,
                "Write an account ID of 12 digits, or an ARN such as \
                 \"arn:aws:iam::210987654321:root\", \"arn:aws:iam::210987654321:role/NAME\", \
                 \"arn:aws:iam::210987654321:user/NAME\" or \
                 \"arn:aws:sts::210987654321:assumed-role/NAME/SESSION\".",
            )
        };
        if let Ok(account) = text.parse() {
            return Ok(Principal::Account(account));
        }
        if text.contains(['*', '?']) {
            return Err(invalid(format!(
                "{text:?} contains a wildcard, which would trust more than one principal"
            )));
        }
        if !text.starts_with("arn:") {
            return Err(invalid(format!(
                "{text:?} is neither an AWS account ID nor an ARN"
            )));
        }
        let arn = text.parse::<Arn>().map_err(|it| invalid(it.problem))?;
        if is_identity(&arn) {
            Ok(Principal::Arn(arn))
        } else {
            Err(invalid(format!(
                "{text:?} is not the ARN of an account's root, a user, a role or an assumed role"
            )))
        }
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Principal::Account(account) => account.fmt(f),
            Principal::Arn(arn) => arn.fmt(f),
        }
    }
}

fn is_identity(arn: &Arn) -> bool {
    const LONGEST_NAME: usize = 64;
    if !arn.region.is_empty() || arn.account.parse::<AccountId>().is_err() {
        return false;
    }
    let parts: Vec<&str> = arn.resource.split('/').collect();
    match (arn.service.as_str(), &parts[..]) {
        ("iam", ["root"]) => true,
        ("iam", ["user" | "role", path @ .., name]) => {
            is_iam_name(name, LONGEST_NAME) && path.iter().all(|part| !part.is_empty())
        }
        ("sts", ["assumed-role", role, session]) => {
            is_iam_name(role, LONGEST_NAME) && is_iam_name(session, LONGEST_NAME)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn principals_may_be_accounts_users_roles_and_sessions() {
        let cases = [
            "210987654321",
            "arn:aws:iam::210987654321:root",
            "arn:aws:iam::210987654321:user/agent",
            "arn:aws:iam::210987654321:user/division/team/agent@example.com",
            "arn:aws:iam::210987654321:role/agent",
            "arn:aws:sts::210987654321:assumed-role/agent/session",
        ];
        for text in cases {
            assert_eq!(text.parse::<Principal>().unwrap().to_string(), text);
        }
        let refused = [
            ("arn:aws:iam::21098765432:root", "an account of 11 digits"),
            ("arn:aws:iam::210987654321:role/", "no name"),
            ("arn:aws:iam::210987654321:role//agent", "an empty path"),
            ("arn:aws:iam::210987654321:role/agent*", "a wildcard"),
            (
                "arn:aws:iam:eu-west-1:210987654321:root",
                "IAM has no region",
            ),
            ("arn:aws:sts::210987654321:assumed-role/agent", "no session"),
            ("arn:aws:s3:::bucket", "no principal"),
        ];
        for (text, reason) in refused {
            assert!(text.parse::<Principal>().is_err(), "{reason}");
        }
    }
}
