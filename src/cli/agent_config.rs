//! The command `agent-config`, with its options.

use clap::Args;

use crate::settings::StackStateFlags;

/// The options of `agent-config`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision agent-config
  provision agent-config --show-secrets > conf.yaml
  provision agent-config --policy")]
pub struct AgentConfigArgs {
    /// Print the policy that the agent's own principal needs instead
    #[arg(long)]
    pub policy: bool,
    /// Print the external ID too
    #[arg(long)]
    pub show_secrets: bool,
    /// The settings of the StackState integration.
    #[command(flatten)]
    pub stackstate: StackStateFlags,
}
