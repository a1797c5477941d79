//! The command `destroy`, with its options.

use clap::Args;

use super::RemovalArgs;
use crate::settings::StackStateFlags;

/// The options of `destroy`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision destroy
  provision destroy --empty-bucket --key-deletion-days 7
  provision destroy --yes --account 123456789012

The external ID and the agent's principals are not needed here.")]
pub struct DestroyArgs {
    /// Continue without asking; needs the account, from the settings or --account
    #[arg(short, long, visible_alias = "auto-approve")]
    pub yes: bool,
    /// Print one JSON event a line
    #[arg(long)]
    pub json: bool,
    /// Show every attribute of what is deleted
    #[arg(long)]
    pub details: bool,
    /// What else is removed.
    #[command(flatten)]
    pub removal: RemovalArgs,
    /// Delete a policy with a Deny too, which restricts identities that stay
    #[arg(long)]
    pub remove_restrictions: bool,
    /// Delete only these resources and those that need them; with commas, or repeated
    #[arg(long = "target", value_name = "ADDRESS")]
    pub targets: Vec<String>,
    /// The settings of the StackState integration.
    #[command(flatten)]
    pub stackstate: StackStateFlags,
}
