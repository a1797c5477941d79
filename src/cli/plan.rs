//! The command `plan`, with its options.

use std::path::PathBuf;

use clap::Args;

use super::ConsentArgs;
use crate::settings::StackStateFlags;

/// The options of `plan`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision plan
  provision plan -o plan.json && provision apply plan.json
  provision plan -r eu-west-1,us-east-1

Exit status: 0 on success, 1 on any error; with --detailed-exitcode, 2 if there are changes.")]
pub struct PlanArgs {
    /// Print the plan as one JSON document
    #[arg(long)]
    pub json: bool,
    /// Show every attribute of what is created, and each region
    #[arg(long)]
    pub details: bool,
    /// Save the plan to this file, for apply to carry out exactly
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Exit with 2 if there are changes, with 0 if there are none
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// What is agreed to.
    #[command(flatten)]
    pub consent: ConsentArgs,
    /// Plan only for these resources and those that they need; a list of addresses, repeatable
    #[arg(long = "target", value_name = "ADDRESS")]
    pub targets: Vec<String>,
    /// The settings of the StackState integration.
    #[command(flatten)]
    pub stackstate: StackStateFlags,
}
