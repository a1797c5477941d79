//! The command `verify`, with its options.

use clap::Args;

use crate::settings::StackStateFlags;

/// The options of `verify`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision verify
  provision verify --timeout 900 --json

A test record is sent to the stream of each region, and a test event through its rule; what arrives is \
removed again. That costs less than a cent. Exit status: 0 if nothing failed, 1 otherwise.")]
pub struct VerifyArgs {
    /// Print the steps as one JSON document
    #[arg(long)]
    pub json: bool,
    /// Seconds to wait until what was sent has arrived
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    pub timeout: u32,
    /// The settings of the StackState integration.
    #[command(flatten)]
    pub stackstate: StackStateFlags,
}
