//! ARNs that belong elsewhere than the run.

use super::invalid::Invalid;
use crate::names::{AccountId, Arn, Region};

/// Why an ARN cannot be used where the main region is.
pub(super) fn foreign_partition(main: &Region, arn: &Arn) -> Option<Invalid> {
    let partition = main.partition();
    (arn.partition != partition).then(|| {
        Invalid::new(
            format!(
                "\"{arn}\" belongs to the partition {}, but the region {main} to {partition}",
                arn.partition
            ),
            format!("Write an ARN that starts with \"arn:{partition}:\"."),
        )
    })
}

/// Why a policy cannot be used in the account. IAM takes its own account's policies and AWS's alone.
pub(super) fn foreign_policy(account: &AccountId, arn: &Arn) -> Option<Invalid> {
    let is_foreign = arn.account != account.as_str() && arn.account != "aws";
    (is_foreign && arn.resource.starts_with("policy/")).then(|| {
        Invalid::new(
            format!("\"{arn}\" is a policy of another account than {account}"),
            format!("Write the ARN of a policy of {account}, or of one of AWS."),
        )
    })
}
