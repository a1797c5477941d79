//! The name that a person knows an account by.

use crate::aws::{Aws, AwsError};
use crate::kinds::iam::iam_operation;

/// The alias of the account, if it has one. An account has one at most (IAM User Guide, "Use an alias for your
/// AWS account ID").
///
/// # Errors
/// AWS does not tell.
pub async fn account_alias(aws: &Aws) -> Result<Option<String>, AwsError> {
    let aws = aws.impatient();
    let list = || aws.iam().list_account_aliases().send();
    let answer = aws.call(iam_operation("ListAccountAliases"), list).await?;
    Ok(answer.account_aliases.into_iter().next())
}
