//! Whose credentials a way to an account uses.

use aws_sdk_sts::operation::get_caller_identity::GetCallerIdentityOutput;

use super::error::AwsError;
use super::operation::Operation;
use crate::names::{AccountId, Arn};

const LONGEST_NAME: usize = 64;

/// Who the credentials belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The account.
    pub account: AccountId,
    /// The user, the role's session or the root user.
    pub arn: Arn,
    /// AWS's id of the user, or of the role with the session's name.
    pub user_id: Option<String>,
}

impl Caller {
    pub(super) fn read(
        answer: &GetCallerIdentityOutput,
        operation: Operation,
    ) -> Result<Self, AwsError> {
        let account = answer.account().unwrap_or_default().parse();
        let arn = answer.arn().unwrap_or_default().parse();
        match (account, arn) {
            (Ok(account), Ok(arn)) => Ok(Caller {
                account,
                arn,
                user_id: answer.user_id().map(ToOwned::to_owned),
            }),
            (Err(invalid), _) | (_, Err(invalid)) => {
                Err(AwsError::unusable(operation, invalid.problem))
            }
        }
    }
}

impl Caller {
    /// The name of a session that another account's log is to show: who made the session.
    ///
    /// A name has at most 64 letters, digits and `_+=,.@-` (STS API Reference, "AssumeRole",
    /// `RoleSessionName`).
    pub fn session_name(&self) -> String {
        let resource = &self.arn.resource;
        let own = resource.rsplit(['/', ':']).next().unwrap_or_default();
        let plain = |c: char| match c.is_ascii_alphanumeric() || "_+=,.@-".contains(c) {
            true => c,
            false => '-',
        };
        let name = format!("provision-{own}");
        name.chars().map(plain).take(LONGEST_NAME).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::Partition;

    #[test]
    fn an_answer_without_a_caller_is_an_error() {
        let user = "arn:aws-cn:iam::123456789012:user/alice";
        let cases = [
            (Some("123456789012"), Some(user), None, "a user"),
            (
                None,
                Some(user),
                Some("\"\" is not an AWS account ID"),
                "no account",
            ),
            (
                Some("123456789012"),
                None,
                Some("\"\" is not an ARN: it does not consist of \"arn\" and five more parts"),
                "no ARN",
            ),
            (
                Some("123456789012"),
                Some("arn:other:iam::123456789012:root"),
                Some(
                    "\"arn:other:iam::123456789012:root\" is not an ARN: there is no partition \
                     \"other\"",
                ),
                "a partition that is not known, in which every ARN that provision writes would be wrong",
            ),
        ];
        for (account, arn, problem, why) in cases {
            let answer = GetCallerIdentityOutput::builder()
                .set_account(account.map(str::to_owned))
                .set_arn(arn.map(str::to_owned))
                .build();
            let operation = Operation {
                service: "sts",
                name: "GetCallerIdentity",
                region: None,
            };
            let error = Caller::read(&answer, operation).err();
            assert_eq!(
                error.map(|error| error.message).as_deref(),
                problem,
                "{why}"
            );
        }
    }

    #[test]
    fn the_name_of_a_session_says_who_made_it() {
        let long = "a".repeat(70);
        let cut = format!("provision-{}", "a".repeat(54));
        let cases = [
            ("iam", "user/alice", "provision-alice", "a user"),
            ("iam", "user/team/a.b@c=d", "provision-a.b@c=d", "a path"),
            ("iam", "root", "provision-root", "the account itself"),
            (
                "sts",
                "assumed-role/Deploy/run-7",
                "provision-run-7",
                "the session of a role",
            ),
            (
                "sts",
                "federated-user/b:ob",
                "provision-ob",
                "a character that no name has",
            ),
            ("sts", "assumed-role/a/é b", "provision---b", "more of them"),
            (
                "sts",
                &format!("assumed-role/a/{long}"),
                &cut,
                "the longest name that AWS takes",
            ),
        ];
        for (service, resource, expected, why) in cases {
            let caller = Caller {
                account: "123456789012".parse().unwrap(),
                arn: Arn {
                    partition: Partition::Aws,
                    service: service.to_owned(),
                    region: String::new(),
                    account: "123456789012".to_owned(),
                    resource: resource.to_owned(),
                },
                user_id: None,
            };
            assert_eq!(caller.session_name(), expected, "{why}");
        }
    }
}
