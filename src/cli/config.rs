//! The command `config`, with its options.

use clap::Args;

use crate::settings::StackStateFlags;

/// The options of `config`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision config
  provision config --json
  provision config --schema > provision.schema.json

The external ID is not shown. AWS is not called.")]
pub struct ConfigArgs {
    /// Print the settings as one JSON document
    #[arg(long)]
    pub json: bool,
    /// Print the JSON schema of the settings file, for editors
    #[arg(long, conflicts_with = "json")]
    pub schema: bool,
    /// The settings of the StackState integration.
    #[command(flatten)]
    pub stackstate: StackStateFlags,
}
