//! The command `completions`, with its options.

use clap::Args;
use clap_complete::Shell;

/// The options of `completions`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  source <(provision completions bash)
  provision completions fish > ~/.config/fish/completions/provision.fish")]
pub struct CompletionsArgs {
    /// Shell to complete for
    pub shell: Shell,
}
