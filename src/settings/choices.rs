//! The settings that are one of a few words.

use std::fmt;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// What can be set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum System {
    /// The StackState integration
    #[value(name = "stackstate")]
    StackState,
    /// Audit Trail
    AuditTrail,
}

impl System {
    /// The name of the system's section in the settings file.
    pub const fn section(self) -> &'static str {
        match self {
            System::StackState => "stackstate",
            System::AuditTrail => "audit_trail",
        }
    }
}

impl fmt::Display for System {
    /// The name that `--only` takes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            System::StackState => "stackstate",
            System::AuditTrail => "audit-trail",
        })
    }
}

/// The two trust policies to choose from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum TrustKind {
    /// The agent's accounts or principals, with an external ID
    #[default]
    External,
    /// The EC2 service, with an instance profile
    Ec2,
}

/// How the logs are encrypted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Encryption {
    /// With a KMS key that provision creates
    #[default]
    Kms,
    /// With S3's own keys
    None,
}

/// Which documents are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// The vendor's, as they are published
    #[default]
    Documented,
    /// The vendor's without their weaknesses
    Hardened,
}

impl fmt::Display for Profile {
    /// The name in the settings.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Profile::Documented => "documented",
            Profile::Hardened => "hardened",
        })
    }
}

/// What becomes of a region that an account has not enabled, or that is denied there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(super) enum MissingRegions {
    /// The account fails
    #[default]
    Fail,
    /// The region is left out in that account
    Skip,
}
