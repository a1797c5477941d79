//! What a policy is attached to, which decides its limit and the elements that it may have.

use std::fmt;

/// What a policy is attached to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum Kind {
    /// A policy with a name of its own, which is attached to identities
    Managed,
    /// A policy that is part of a role
    Inline,
    /// Who may assume a role
    Trust,
    /// The policy of a KMS key
    Key,
    /// The policy of an S3 bucket
    Bucket,
    /// The policy of an SQS queue
    Queue,
    /// The policy of an SNS topic
    Topic,
    /// The policy of a Lambda function, version or alias
    Function,
    /// The policy of a secret in Secrets Manager
    Secret,
    /// The policy of an ECR repository
    Repository,
    /// The policy of a VPC endpoint
    Endpoint,
    /// A resource control policy of an organization
    ResourceControl,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 12] = [
        Kind::Managed,
        Kind::Inline,
        Kind::Trust,
        Kind::Key,
        Kind::Bucket,
        Kind::Queue,
        Kind::Topic,
        Kind::Function,
        Kind::Secret,
        Kind::Repository,
        Kind::Endpoint,
        Kind::ResourceControl,
    ];

    /// The characters that AWS allows at most. Here white space between tokens is never counted, so
    /// whatever is longer than this is too long also where AWS counts the white space or bytes.
    ///
    /// The numbers are those of the quotas of IAM, KMS, S3, SQS ("Amazon SQS policy quotas"), SNS
    /// ("Amazon SNS API permissions"), Lambda (`GetResourcePolicy`), Secrets Manager
    /// (`PutResourcePolicy`), ECR (`SetRepositoryPolicy`), VPC endpoints ("Control access to VPC
    /// endpoints using endpoint policies") and Organizations ("Quotas and service limits"). The inline
    /// policies of a role share theirs, and a trust policy has the highest quota that an account may
    /// ask for.
    #[must_use]
    pub fn limit(self) -> usize {
        match self {
            Kind::Managed => 6_144,
            Kind::Inline | Kind::Repository => 10_240,
            Kind::Trust => 8_192,
            Kind::Key => 32_768,
            Kind::Bucket | Kind::Function | Kind::Secret | Kind::Endpoint => 20_480,
            Kind::Queue => 8_192,
            Kind::Topic => 30_720,
            Kind::ResourceControl => 5_120,
        }
    }

    /// The characters that AWS allows in an account whose quotas were not raised.
    #[must_use]
    pub fn quota(self) -> usize {
        match self {
            Kind::Trust => 2_048,
            kind => kind.limit(),
        }
    }

    /// Whether the policy is of an identity, rather than of a resource.
    #[must_use]
    pub fn grants_to_identity(self) -> bool {
        matches!(self, Kind::Managed | Kind::Inline)
    }

    /// Whether the policy only limits what other policies allow: an Allow in it gives nobody access.
    #[must_use]
    pub fn only_limits(self) -> bool {
        matches!(self, Kind::Endpoint | Kind::ResourceControl)
    }

    /// The prefix of the only service whose actions the policy may have.
    #[must_use]
    pub fn service(self) -> Option<&'static str> {
        match self {
            Kind::Managed | Kind::Inline | Kind::Endpoint | Kind::ResourceControl => None,
            Kind::Trust => Some("sts"),
            Kind::Key => Some("kms"),
            Kind::Bucket => Some("s3"),
            Kind::Queue => Some("sqs"),
            Kind::Topic => Some("sns"),
            Kind::Function => Some("lambda"),
            Kind::Secret => Some("secretsmanager"),
            Kind::Repository => Some("ecr"),
        }
    }

    /// The word for the kind in options: `resource-control`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Managed => "managed",
            Kind::Inline => "inline",
            Kind::Trust => "trust",
            Kind::Key => "key",
            Kind::Bucket => "bucket",
            Kind::Queue => "queue",
            Kind::Topic => "topic",
            Kind::Function => "function",
            Kind::Secret => "secret",
            Kind::Repository => "repository",
            Kind::Endpoint => "endpoint",
            Kind::ResourceControl => "resource-control",
        }
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
            Kind::Queue => "queue policy",
            Kind::Topic => "topic policy",
            Kind::Function => "function policy",
            Kind::Secret => "secret's policy",
            Kind::Repository => "repository policy",
            Kind::Endpoint => "endpoint policy",
            Kind::ResourceControl => "resource control policy",
        })
    }
}
