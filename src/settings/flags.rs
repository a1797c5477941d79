//! The flags that carry settings; each wins over the file's setting of the same name.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser};

use super::{Encryption, Profile, Secret, System, TrustKind};

const DEPLOYMENT: &str = "Deployment";
const CONNECTION: &str = "Connection";
const STACKSTATE: &str = "StackState settings";

/// The settings that do not belong to one integration; every command takes them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct GeneralFlags {
    /// Settings file [default: provision.toml, if there is one]
    #[arg(long, global = true, value_name = "FILE", help_heading = DEPLOYMENT)]
    pub config: Option<PathBuf>,
    /// One of the systems that the settings name, instead of all of them
    #[arg(long, global = true, value_name = "SYSTEM", help_heading = DEPLOYMENT)]
    pub only: Option<System>,
    /// Refuse to run in any other account than this one
    #[arg(long, global = true, value_name = "ID", help_heading = DEPLOYMENT)]
    pub account: Option<String>,
    /// Region to deploy to, repeatable; the first is the main region
    #[arg(long = "region", global = true, value_name = "REGION", help_heading = DEPLOYMENT)]
    pub regions: Vec<String>,
    /// Tag for every resource, repeatable; added to the file's tags
    #[arg(long = "tag", global = true, value_name = "KEY=VALUE", help_heading = DEPLOYMENT)]
    pub tags: Vec<String>,
    /// Profile of the AWS configuration files
    #[arg(long, global = true, value_name = "NAME", help_heading = CONNECTION)]
    pub profile: Option<String>,
    /// Endpoint for every AWS service, such as that of an emulator
    #[arg(long, global = true, value_name = "URL", help_heading = CONNECTION)]
    pub endpoint_url: Option<String>,
    /// AWS calls under way at the same time, at most [default: 64]
    #[arg(
        long,
        global = true,
        value_name = "N",
        help_heading = CONNECTION,
        value_parser = clap::value_parser!(u16).range(1..=256)
    )]
    pub concurrency: Option<u16>,
}

/// The settings of the StackState integration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct StackStateFlags {
    /// Account ID or ARN that may assume the integration role, repeatable
    #[arg(long = "agent-principal", value_name = "PRINCIPAL", help_heading = STACKSTATE)]
    pub agent_principals: Vec<String>,
    /// External ID that the agent presents; write '${NAME}' to have it read from the environment,
    /// since others on this machine can see a literal one in the list of processes
    #[arg(long, value_name = "ID", help_heading = STACKSTATE)]
    pub external_id: Option<Secret>,
    /// Whom the integration role trusts: external (the agent's principals) or ec2 (an agent on an
    /// instance of this account) [default: external]
    #[arg(long, value_name = "KIND", help_heading = STACKSTATE, hide_possible_values = true)]
    pub trust: Option<TrustKind>,
    /// How the logs are encrypted: kms (with a key of our own) or none (without) [default: kms]
    #[arg(long, value_name = "KIND", help_heading = STACKSTATE, hide_possible_values = true)]
    pub encryption: Option<Encryption>,
    /// Which policy documents are written: documented (as the vendor prints them) or hardened
    /// (without their weaknesses); called `profile` in the file [default: documented]
    #[arg(long, value_name = "PROFILE", help_heading = STACKSTATE, hide_possible_values = true)]
    pub policy_profile: Option<Profile>,
    /// Text to append to every name, to deploy more than once in an account
    #[arg(long, value_name = "TEXT", help_heading = STACKSTATE, allow_hyphen_values = true)]
    pub postfix: Option<String>,
    /// ARN of a policy that bounds every role
    #[arg(long, value_name = "ARN", help_heading = STACKSTATE)]
    pub permissions_boundary: Option<String>,
    /// Folder of documents that replace the built-in ones of the same name
    #[arg(
        long,
        value_name = "DIR",
        help_heading = STACKSTATE,
        value_parser = OsStringValueParser::new().map(PathBuf::from)
    )]
    pub policies: Option<PathBuf>,
    /// Policy (name or ARN) that others added to our roles and that stays, repeatable
    #[arg(long = "keep-policy", value_name = "POLICY", help_heading = STACKSTATE)]
    pub keep_policies: Vec<String>,
}
