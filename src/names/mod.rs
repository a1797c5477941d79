//! AWS's own names: account IDs, regions with their partitions, the syntax of ARNs, and the site
//! that account, partition and regions are together.
//!
//! Everything here is pure: AWS is not asked whether a name exists. A value of one of these types
//! is always well-formed, so other modules need no checks of their own.

mod iam_identity;
mod kept_policy;
mod managed_policy;
mod region;
mod site;

pub use iam_identity::IamIdentity;
pub use iam_policy::names::{AccountId, Arn, InvalidName, Partition};
pub use kept_policy::KeptPolicy;
pub use managed_policy::ManagedPolicy;
pub use region::Region;
pub use site::Site;

/// Whether IAM accepts the text as the friendly name of a role, user or policy with at most `max`
/// characters.
pub(crate) fn is_iam_name(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.len())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn parsing_never_panics(text in any::<String>()) {
            let _ = text.parse::<Region>();
        }
    }
}
