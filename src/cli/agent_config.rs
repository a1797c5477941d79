//! The command `agent-config`, with its options.

use clap::Args;

use crate::names::AccountId;
use crate::settings::StackStateFlags;

/// The options of `agent-config`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision agent-config
  provision agent-config --show-secrets > conf.yaml
  provision agent-config --policy
  provision agent-config --fleet --exclude 111111111111")]
pub struct AgentConfigArgs {
    /// Print the policy that the agent's own principal needs instead
    #[arg(long)]
    pub policy: bool,
    /// Print the external ID too
    #[arg(long)]
    pub show_secrets: bool,
    /// Print one instance for each account of the section fleet
    #[arg(long)]
    pub fleet: bool,
    /// Only these accounts of the fleet; a list, repeatable
    #[arg(
        long,
        value_name = "ID",
        value_delimiter = ',',
        requires = "fleet",
        conflicts_with = "policy"
    )]
    pub accounts: Vec<AccountId>,
    /// All accounts of the fleet but these; a list, repeatable
    #[arg(
        long,
        value_name = "ID",
        value_delimiter = ',',
        requires = "fleet",
        conflicts_with = "policy"
    )]
    pub exclude: Vec<AccountId>,
    /// The settings of the StackState integration.
    #[command(flatten)]
    pub stackstate: StackStateFlags,
}
