//! The command `graph`, with its options.

use clap::{Args, ValueEnum};

use crate::settings::StackStateFlags;

/// The options of `graph`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision graph --account 123456789012 --region eu-west-1
  provision graph --format dot > graph.dot
  provision graph --format svg > graph.svg

An arrow leads from a resource to one that needs it; what follows from other arrows is left out. AWS is \
not called if the settings name account and region.")]
pub struct GraphArgs {
    /// Form of the graph
    #[arg(long, value_name = "FORMAT", default_value = "mermaid")]
    pub format: GraphFormat,
    /// The settings of the StackState integration.
    #[command(flatten)]
    pub stackstate: StackStateFlags,
}

/// The forms of a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// Text that Mermaid draws, on GitHub too
    Mermaid,
    /// Text that Graphviz draws
    Dot,
    /// A picture
    Svg,
}
