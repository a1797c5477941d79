//! The command `apply`, with its options.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

use super::{ConsentArgs, RemovalArgs};
use crate::settings::StackStateFlags;

/// The options of `apply`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("removal")
    .args(["destroy", "key_deletion_days", "empty_bucket", "detach_foreign"])
    .multiple(true)
    .requires("plan"))]
#[command(after_help = "\
Examples:
  provision apply
  provision apply plan.json
  provision apply --yes --json

A saved plan remembers the flags that it was made with, except for --profile and other flags of the \
connection, and an external ID that was written out. With --yes, nobody looks at the plan: all flags \
are given again, also --adopt and the like, and --destroy for a plan that destroys.")]
pub struct ApplyArgs {
    /// Saved plan; refused if settings or AWS have changed
    #[arg(value_name = "PLAN")]
    pub plan: Option<PathBuf>,
    /// Continue without asking
    #[arg(short, long, visible_alias = "auto-approve")]
    pub yes: bool,
    /// Print one JSON event a line
    #[arg(long)]
    pub json: bool,
    /// Show every attribute of what is created, and each region
    #[arg(long)]
    pub details: bool,
    /// Agree, with --yes, to a saved plan that destroys
    #[arg(long)]
    pub destroy: bool,
    /// What is agreed to.
    #[command(flatten)]
    pub consent: ConsentArgs,
    /// What a saved plan of a destroy removes too.
    #[command(flatten)]
    pub removal: RemovalArgs,
    /// Skip preflight
    #[arg(long)]
    pub no_preflight: bool,
    /// Continue although preflight finds calls that would be denied, or a resource that leads to
    /// others
    #[arg(long, conflicts_with = "no_preflight")]
    pub ignore_preflight: bool,
    /// Change only these resources and those that they need; with commas, or repeated
    #[arg(long = "target", value_name = "ADDRESS", conflicts_with = "plan")]
    pub targets: Vec<String>,
    /// The settings of the StackState integration.
    #[command(flatten)]
    pub stackstate: StackStateFlags,
}
