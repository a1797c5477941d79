//! ARNs that belong elsewhere than the run.

use super::invalid::Invalid;
use crate::names::{AccountId, Arn, Region};

/// Why a policy cannot be used in many accounts, each of which has policies of its own.
pub(super) fn policy_of_one(arn: &Arn) -> Option<Invalid> {
    let is_of_one = arn.account != "aws" && arn.resource.starts_with("policy/");
    is_of_one.then(|| {
        Invalid::new(
            format!("\"{arn}\" is a policy of one account, and the settings are for many"),
            format!(
                "Write \"{}\", which means the policy of that name in each account.",
                arn.resource
            ),
        )
    })
}

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
            format!(
                "Write \"{}\", or the ARN of a policy of {account} or of AWS.",
                arn.resource
            ),
        )
    })
}
