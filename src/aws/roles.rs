//! Reads the roles of an account with all their policies in one call.
//!
//! That call replaces three for each role. It cannot be narrowed to some roles, so only one page is
//! asked for: in a larger account the roles that are not on the page are asked for one by one. The
//! page lacks a role's longest session duration. What is waited for after a write is asked of the
//! role itself.

use aws_sdk_iam::types::EntityType;

use super::account::Aws;
use super::error::{AwsError, ErrorKind};
use super::operation::Operation;
use super::role_page::RolePage;

/// How many roles the page may hold, which keeps it below some megabytes: the policies in one role
/// have 10,240 characters at most (IAM User Guide, "IAM and AWS STS quotas").
const MOST_ROLES: i32 = 100;

impl Aws {
    /// The page of roles, asked for once in a survey; `None` outside of one.
    ///
    /// It is empty where the caller may not ask for it, since some organizations allow nobody to
    /// read all of IAM at once, and where it is asked for too often: it is the costliest of IAM's
    /// reads, and each role can be asked for instead.
    ///
    /// # Errors
    /// Those of `iam:GetAccountAuthorizationDetails`, except a denial and throttling.
    pub async fn role_page(&self) -> Result<Option<&RolePage>, AwsError> {
        match &self.role_page {
            Some(page) => page.get_or_try_init(|| self.read_roles()).await.map(Some),
            None => Ok(None),
        }
    }

    async fn read_roles(&self) -> Result<RolePage, AwsError> {
        // No single resource asks.
        let aws = Aws {
            resource: None,
            ..self.impatient()
        };
        let operation = Operation {
            service: "iam",
            name: "GetAccountAuthorizationDetails",
            region: None,
        };
        let client = aws.iam();
        let answer = aws
            .call(operation, || {
                let request = client.get_account_authorization_details();
                request
                    .filter(EntityType::Role)
                    .max_items(MOST_ROLES)
                    .send()
            })
            .await;
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) if matches!(error.kind, ErrorKind::Denied | ErrorKind::Throttled) => {
                return Ok(RolePage::default());
            }
            Err(error) => return Err(error),
        };
        let complete = !answer.is_truncated();
        let roles = answer.role_detail_list.unwrap_or_default().into_iter();
        Ok(RolePage {
            roles: roles
                .filter_map(|role| Some((role.role_name.clone()?, role)))
                .collect(),
            complete,
        })
    }
}
