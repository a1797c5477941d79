//! What a policy is attached to, which decides its limit and the elements that it may have.

use std::fmt;

/// What a policy is attached to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum Kind {
    /// A policy with a name of its own, which is attached to identities.
    Managed,
    /// A policy that is part of a role.
    Inline,
    /// Who may assume a role.
    Trust,
    /// The policy of a KMS key.
    Key,
    /// The policy of an S3 bucket.
    Bucket,
}

impl Kind {
    /// The characters that AWS allows, without white space; see the quotas of IAM, KMS and S3.
    ///
    /// The inline policies of a role share theirs, and a trust policy has its default quota.
    #[must_use]
    pub fn limit(self) -> usize {
        match self {
            Kind::Managed => 6_144,
            Kind::Inline => 10_240,
            Kind::Trust => 2_048,
            Kind::Key => 32_768,
            Kind::Bucket => 20_480,
        }
    }

    /// Whether the policy is of an identity, rather than of a resource.
    #[must_use]
    pub fn grants_to_identity(self) -> bool {
        matches!(self, Kind::Managed | Kind::Inline)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Managed => "managed policy",
            Kind::Inline => "inline policy",
            Kind::Trust => "trust policy",
            Kind::Key => "key policy",
            Kind::Bucket => "bucket policy",
        })
    }
}
