//! The documents of managed policies that others attached to our roles.

use crate::aws::{Aws, AwsError, ErrorKind};
use crate::engine::attributes::Value;
use crate::kinds::iam::iam_operation;
use crate::kinds::policy_value::policy_value;

/// Stands for a document that the caller may not read.
const UNREADABLE: &str = "(its document may not be read)";

/// The document of a managed policy. If IAM denies the read, the value is no policy, and says so.
///
/// # Errors
/// Those of AWS, except [`ErrorKind::Denied`].
pub(super) async fn document(aws: &Aws, arn: &str) -> Result<Value, AwsError> {
    match read(aws, arn).await {
        Err(error) if error.kind == ErrorKind::Denied => Ok(UNREADABLE.into()),
        read => read,
    }
}

async fn read(aws: &Aws, arn: &str) -> Result<Value, AwsError> {
    let answer = aws
        .call(iam_operation("GetPolicy"), || {
            aws.iam().get_policy().policy_arn(arn).send()
        })
        .await?;
    let version = answer.policy.and_then(|policy| policy.default_version_id);
    let answer = aws
        .call(iam_operation("GetPolicyVersion"), || {
            let request = aws.iam().get_policy_version().policy_arn(arn);
            request.set_version_id(version.clone()).send()
        })
        .await?;
    let version = answer.policy_version();
    let document = version.and_then(|version| version.document());
    Ok(policy_value(document.unwrap_or_default()))
}
