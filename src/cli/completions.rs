//! The command `completions`, with its options.

use clap::Args;
use clap_complete::Shell;

/// The options of `completions`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  provision completions bash > ~/.local/share/bash-completion/completions/provision")]
pub struct CompletionsArgs {
    /// Shell to complete for
    pub shell: Shell,
}
