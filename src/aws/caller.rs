//! Whose credentials a way to an account uses.

use aws_sdk_sts::operation::get_caller_identity::GetCallerIdentityOutput;

use super::account::Aws;
use super::error::AwsError;
use super::operation::Operation;
use crate::names::{AccountId, Arn, Region};

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
    fn read(answer: &GetCallerIdentityOutput, operation: Operation) -> Result<Self, AwsError> {
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

impl Aws {
    /// Who the credentials belong to.
    ///
    /// # Errors
    /// Those of `sts:GetCallerIdentity`, which needs no permission: missing or wrong credentials,
    /// an endpoint that cannot be reached, or an answer that names no account and no caller.
    pub async fn caller(&self) -> Result<Caller, AwsError> {
        let caller = self.caller_in(None).await?;
        self.account.id.get_or_init(|| caller.account.clone());
        self.account.partition.get_or_init(|| caller.arn.partition);
        Ok(caller)
    }

    /// The same, asked in `region`, or in the session's.
    ///
    /// # Errors
    /// Those of [`Aws::caller`], and a region that does not know the account.
    pub async fn caller_in(&self, region: Option<&Region>) -> Result<Caller, AwsError> {
        let operation = Operation {
            service: "sts",
            name: "GetCallerIdentity",
            region: region.cloned().or_else(|| self.account.clients.region()),
        };
        let client = self.sts(region);
        let answer = self
            .call(operation.clone(), || client.get_caller_identity().send())
            .await?;
        Caller::read(&answer, operation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
