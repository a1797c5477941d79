//! The command `plan`, with its options.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

use super::{ConsentArgs, RemovalArgs};
use crate::settings::StackStateFlags;

/// The options of `plan`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("removal")
    .args(["key_deletion_days", "empty_bucket", "detach_foreign"])
    .multiple(true)
    .requires("destroy"))]
#[command(after_help = "\
Examples:
  provision plan
  provision plan -o plan.json && provision apply plan.json
  provision plan --html plan.html
  provision plan --destroy
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
    /// Show what destroy would delete instead, and save that
    #[arg(long, conflicts_with_all = ["adopt", "expire_existing_objects"])]
    pub destroy: bool,
    /// Print the plan as Markdown, for the comment of a pull request
    #[arg(long, conflicts_with = "json")]
    pub markdown: bool,
    /// Write the plan as a page for a browser to this file
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Exit with 2 if there are changes, with 0 if there are none
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// What is agreed to.
    #[command(flatten)]
    pub consent: ConsentArgs,
    /// What else a destroy removes.
    #[command(flatten)]
    pub removal: RemovalArgs,
    /// Plan only for these resources and those that they need; with commas, or repeated
    #[arg(long = "target", value_name = "ADDRESS")]
    pub targets: Vec<String>,
    /// The settings of the StackState integration.
    #[command(flatten)]
    pub stackstate: StackStateFlags,
}
