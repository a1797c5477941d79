//! Whose credentials a way to an account uses.

use super::account::Aws;
use super::error::AwsError;
use super::operation::Operation;
use crate::names::{AccountId, Partition, Region};

/// Who the credentials belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The account.
    pub account: AccountId,
    /// The user, the session or the root user.
    pub arn: String,
}

impl Caller {
    /// The partition that the ARN names, if it is a known one.
    pub fn partition(&self) -> Option<Partition> {
        self.arn.split(':').nth(1).and_then(Partition::from_name)
    }
}

impl Aws {
    /// Who the credentials belong to.
    ///
    /// # Errors
    /// Those of `sts:GetCallerIdentity`, which needs no permission: missing or wrong credentials,
    /// or an endpoint that cannot be reached.
    pub async fn caller(&self) -> Result<Caller, AwsError> {
        let caller = self.caller_in(None).await?;
        self.account.id.get_or_init(|| caller.account.clone());
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
        let account = answer.account().and_then(|account| account.parse().ok());
        Ok(Caller {
            account: account.ok_or_else(|| AwsError::incomplete(operation, "the account"))?,
            arn: answer.arn().unwrap_or_default().to_owned(),
        })
    }
}
