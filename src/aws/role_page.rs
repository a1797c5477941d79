//! The first page of an account's roles with all their policies, read once for a survey.
//!
//! One call tells what would take three for each role. It cannot be narrowed to some roles, so that
//! no more than a page is asked for: in a larger account the roles that are not on it are asked for
//! one by one. The page says nothing of a role's longest session, and what is waited for after a
//! write is asked of the role itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_iam::types::{EntityType, RoleDetail};

use super::{Aws, AwsError, ErrorKind, Operation};

/// How many roles the page may hold, which keeps it below some megabytes: the policies in one role
/// have 10,240 characters at most (IAM User Guide, "IAM and AWS STS quotas").
const MOST_ROLES: i32 = 100;

/// What `iam:GetAccountAuthorizationDetails` answers about roles.
#[derive(Debug, Default)]
pub struct RolePage {
    /// The roles by name.
    pub roles: BTreeMap<String, RoleDetail>,
    /// Whether the account has no other roles.
    pub complete: bool,
}

impl Aws {
    /// The same way for the reads of one survey, which share one page of roles.
    #[must_use]
    pub fn for_survey(&self) -> Self {
        Aws {
            role_page: Some(Arc::default()),
            ..self.clone()
        }
    }

    /// The page of roles, asked for once in a survey; `None` outside of one.
    ///
    /// It is empty where the caller may not ask for it, since some organizations allow nobody to
    /// read all of IAM at once, and where it is asked for too often: it is the costliest of IAM's
    /// reads, and each role can be asked for instead.
    ///
    /// # Errors
    /// Those of `iam:GetAccountAuthorizationDetails`, but for a denial and throttling.
    pub async fn role_page(&self) -> Result<Option<&RolePage>, AwsError> {
        match &self.role_page {
            Some(page) => page.get_or_try_init(|| self.read_roles()).await.map(Some),
            None => Ok(None),
        }
    }

    async fn read_roles(&self) -> Result<RolePage, AwsError> {
        // It is asked on behalf of no single resource.
        let aws = Aws {
            resource: None,
            ..self.clone()
        };
        let operation = Operation {
            service: "iam",
            name: "GetAccountAuthorizationDetails",
            region: None,
        };
        let answer = aws
            .call(operation, || {
                let request = aws.iam().get_account_authorization_details();
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
