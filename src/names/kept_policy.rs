//! The policies of others that the settings keep on our roles.

use std::fmt;

use super::ManagedPolicy;

/// A policy that others added to our roles: a managed one, or any by its name and its kind.
///
/// A bare name would not do: whoever may add any policy could add one of that name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeptPolicy {
    /// This managed policy.
    Managed(ManagedPolicy),
    /// The managed policy of this name that is AWS's own.
    Aws(String),
    /// The managed policy of this name that is the account's own.
    Customer(String),
    /// The inline policy of this name.
    Inline(String),
}

impl KeptPolicy {
    /// Whether it is the inline policy of that name.
    pub fn is_inline(&self, name: &str) -> bool {
        matches!(self, KeptPolicy::Inline(own) if own == name)
    }

    /// Whether it is the managed policy of that ARN.
    pub fn is_managed(&self, arn: &str) -> bool {
        let account = arn.split(':').nth(4);
        let name = arn.rsplit('/').next();
        match self {
            KeptPolicy::Managed(own) => own.is(arn),
            KeptPolicy::Aws(own) => account == Some("aws") && name == Some(own),
            KeptPolicy::Customer(own) => account != Some("aws") && name == Some(own),
            KeptPolicy::Inline(_) => false,
        }
    }
}

impl fmt::Display for KeptPolicy {
    /// The ARN, `policy/PATH/NAME`, or `aws/NAME`, `customer/NAME` or `inline/NAME`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeptPolicy::Managed(policy) => policy.fmt(f),
            KeptPolicy::Aws(name) => write!(f, "aws/{name}"),
            KeptPolicy::Customer(name) => write!(f, "customer/{name}"),
            KeptPolicy::Inline(name) => write!(f, "inline/{name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_kept_by_arn_or_by_name_and_kind() {
        let arn = "arn:aws:iam::123456789012:policy/team/a";
        let by_arn = || KeptPolicy::Managed(arn.parse().unwrap());
        let name = || "a".to_owned();
        let cases = [
            (by_arn(), arn, true, "the ARN"),
            (
                by_arn(),
                "arn:aws:iam::123456789012:policy/a",
                false,
                "another path",
            ),
            (
                by_arn(),
                "arn:aws:iam::aws:policy/team/a",
                false,
                "AWS's own of that name",
            ),
            (
                KeptPolicy::Customer(name()),
                arn,
                true,
                "the account's, whatever its path",
            ),
            (
                KeptPolicy::Customer(name()),
                "arn:aws:iam::aws:policy/a",
                false,
                "AWS's own",
            ),
            (
                KeptPolicy::Aws(name()),
                "arn:aws:iam::aws:policy/service-role/a",
                true,
                "AWS's",
            ),
            (
                KeptPolicy::Aws(name()),
                arn,
                false,
                "an account's copy of the name",
            ),
            (
                KeptPolicy::Aws(name()),
                "arn:aws:iam::aws:policy/ab",
                false,
                "another name",
            ),
            (
                KeptPolicy::Inline(name()),
                arn,
                false,
                "a managed policy of an inline one's name",
            ),
        ];
        for (kept, found, expected, why) in cases {
            assert_eq!(kept.is_managed(found), expected, "{why}");
        }
        assert!(KeptPolicy::Inline(name()).is_inline("a"));
        for other in [
            by_arn(),
            KeptPolicy::Aws(name()),
            KeptPolicy::Customer(name()),
        ] {
            assert!(!other.is_inline("a"), "{other} is managed");
        }
    }
}
