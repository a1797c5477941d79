//! The command `show`, with its options.

use std::path::PathBuf;

use clap::Args;

/// The options of `show`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision show plan.json
  provision show plan.json --json")]
pub struct ShowArgs {
    /// Saved plan to show
    #[arg(value_name = "PLAN")]
    pub plan: PathBuf,
    /// Print the plan as one JSON document
    #[arg(long)]
    pub json: bool,
    /// Show every attribute of what is created, and each region
    #[arg(long)]
    pub details: bool,
}
