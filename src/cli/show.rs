//! The command `show`, with its options.

use std::path::PathBuf;

use clap::Args;

/// The options of `show`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision show plan.json
  provision show plan.json --html plan.html
  provision show plan.json --json
  provision show plans

A folder with the plans of a fleet is shown as text or as a page.")]
pub struct ShowArgs {
    /// Saved plan to show, or the folder with those of a fleet
    #[arg(value_name = "PLAN")]
    pub plan: PathBuf,
    /// Print the plan as one JSON document
    #[arg(long)]
    pub json: bool,
    /// Print the plan as Markdown, for the comment of a pull request
    #[arg(long, conflicts_with = "json")]
    pub markdown: bool,
    /// Write the plan as a page for a browser to this file, and print nothing else
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "markdown"])]
    pub html: Option<PathBuf>,
    /// Show every attribute of what is created, and each region
    #[arg(long)]
    pub details: bool,
}
