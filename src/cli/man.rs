//! The command `man`, with its options.

use std::path::PathBuf;

use clap::{Args, ValueHint};

/// The options of `man`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision man | man -l -
  provision man ~/.local/share/man/man1")]
pub struct ManArgs {
    /// Folder to write a page of every command to; without it, the first page is printed
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub folder: Option<PathBuf>,
}
