//! The command `status`, with its options.

use clap::Args;

use crate::settings::StackStateFlags;

/// The options of `status`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision status
  provision status --json

Nothing is changed. What arrived last is read with s3:ListBucketVersions, which `provision permissions \
verify` allows.")]
pub struct StatusArgs {
    /// Print the status as one JSON document
    #[arg(long)]
    pub json: bool,
    /// The settings of the StackState integration.
    #[command(flatten)]
    pub stackstate: StackStateFlags,
}
