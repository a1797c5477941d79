//! The command `preflight`, with its options.

use clap::Args;

use super::ConsentArgs;
use crate::settings::StackStateFlags;

/// The options of `preflight`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision preflight
  provision preflight --json

Apply does the same before its question. The calls are simulated by IAM, which does not see \
everything: neither answer is proof. Exit status: 0 if nothing is wrong, 1 otherwise.")]
pub struct PreflightArgs {
    /// Print the checks as one JSON document
    #[arg(long)]
    pub json: bool,
    /// What is agreed to.
    #[command(flatten)]
    pub consent: ConsentArgs,
    /// The settings of the StackState integration.
    #[command(flatten)]
    pub stackstate: StackStateFlags,
}
