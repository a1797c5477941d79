//! The command `init`, with its options.

use clap::Args;

use crate::settings::{StackStateFlags, System};

/// The options of `init`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision init
  provision init --yes --region eu-west-1 --agent-principal 210987654321
  provision init --yes --system audit-trail --attach-to user/audit-trail

Asks for what the options leave open, and writes provision.toml, or the file that --config names. \
A file that exists is never changed. With --yes, or where stdin is not a terminal, nothing is asked.")]
pub struct InitArgs {
    /// Ask nothing, and take the default for what the options leave open
    #[arg(short, long)]
    pub yes: bool,
    /// Systems to set up; with commas, or repeated [default: stackstate]
    #[arg(long = "system", value_name = "SYSTEM", value_delimiter = ',')]
    pub systems: Vec<System>,
    /// Write a random external ID into the file, which then only its owner can read
    #[arg(long, conflicts_with = "external_id")]
    pub generate_external_id: bool,
    /// Who gets Audit Trail's policy: user/NAME, group/NAME or role/NAME; repeated for several
    #[arg(long, value_name = "IDENTITY")]
    pub attach_to: Vec<String>,
    /// Policy that bounds every role that Audit Trail creates, for the hardened profile: an ARN, or
    /// policy/PATH/NAME
    #[arg(long, value_name = "POLICY")]
    pub audit_trail_boundary: Option<String>,
    /// The settings of the StackState integration.
    #[command(flatten)]
    pub stackstate: StackStateFlags,
}
