//! Asks AWS whose credentials a way to an account uses.

use super::account::Aws;
use super::caller::Caller;
use super::error::AwsError;
use super::operation::Operation;
use crate::names::Region;

impl Aws {
    /// Who the credentials belong to. For a session in a member of a fleet STS has said so already.
    ///
    /// # Errors
    /// Those of `sts:GetCallerIdentity`, which needs no permission: missing or wrong credentials,
    /// an endpoint that cannot be reached, or an answer that names no account and no caller.
    pub async fn caller(&self) -> Result<Caller, AwsError> {
        if let Some(caller) = &self.account.caller {
            return Ok(caller.clone());
        }
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
