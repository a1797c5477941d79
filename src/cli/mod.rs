//! The command line: commands, their options and their help.
//!
//! Each command has its file, with its options; this one has what all commands have in common.
//! These are definitions only. The options for settings are defined in `settings`, which
//! checks their values together with those of the settings file.

mod agent_config;
mod apply;
mod color;
mod completions;
mod config;
mod consent;
mod destroy;
mod explain;
mod flags;
mod fleet;
mod graph;
mod init;
mod man;
mod near;
mod permissions;
mod plan;
mod policy;
mod preflight;
mod read;
mod show;
mod status;
mod variables;
mod verify;
mod wording;

#[cfg(test)]
mod tests;

use clap::{ArgAction, Args, ColorChoice, Parser, Subcommand};

pub use agent_config::AgentConfigArgs;
pub use apply::ApplyArgs;
pub use color::color;
pub use completions::CompletionsArgs;
pub use config::ConfigArgs;
pub use consent::{ConsentArgs, RemovalArgs};
pub use destroy::DestroyArgs;
pub use explain::ExplainArgs;
pub use flags::{Belongs, Flag, WithSaved, flags, with_saved};
pub use fleet::{
    FleetAccountsArgs, FleetApplyArgs, FleetCommand, FleetDestroyArgs, FleetPlanArgs,
    FleetPreflightArgs, FleetVerifyArgs, NarrowArgs, RunArgs,
};
pub use graph::{GraphArgs, GraphFormat};
pub use init::InitArgs;
pub use man::ManArgs;
pub use permissions::{PermissionsArgs, Permitted};
pub use plan::PlanArgs;
pub use policy::{PolicyCommand, PolicyDiffArgs, PolicyLintArgs, PolicyListArgs, PolicyShowArgs};
pub use preflight::PreflightArgs;
pub use show::ShowArgs;
pub use status::StatusArgs;
pub use variables::warnings;
pub use verify::VerifyArgs;
pub use wording::in_our_words;

use crate::settings::GeneralFlags;

const OUTPUT: &str = "Output";

/// Creates, checks and removes what a third-party integration needs in an AWS account
#[derive(Debug, Parser)]
#[command(
    version = env!("PROVISION_VERSION"),
    max_term_width = 100,
    after_help = "\
Examples:
  provision plan -r eu-west-1       Show what would change
  provision apply -r eu-west-1      Show it, ask, and do it
  provision destroy -r eu-west-1    Remove all of it again

Credentials come from the usual AWS chain; settings from provision.toml, flags and variables: \
each option below a heading has one, as PROVISION_REGION for --region."
)]
pub struct Cli {
    /// The options for settings that every command has.
    #[command(flatten)]
    pub general: GeneralFlags,
    /// The options for the output.
    #[command(flatten)]
    pub output: OutputFlags,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// The options for the output.
#[derive(Debug, Clone, Args)]
pub struct OutputFlags {
    /// Log AWS write calls (-vv: all calls) to stderr
    #[arg(short, long, global = true, action = ArgAction::Count, help_heading = OUTPUT)]
    pub verbose: u8,
    /// When to use colours
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = OUTPUT
    )]
    pub color: ColorChoice,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Ask for what is needed, and write provision.toml
    Init(InitArgs),
    /// Show the settings, and where each comes from
    Config(ConfigArgs),
    /// Show what apply would change, without changing anything
    Plan(PlanArgs),
    /// Create, update and delete until AWS matches the settings
    Apply(ApplyArgs),
    /// Remove everything that apply created
    Destroy(DestroyArgs),
    /// Show a saved plan again, without AWS and without settings
    Show(ShowArgs),
    /// Print the agent's conf.yaml for this deployment
    AgentConfig(AgentConfigArgs),
    /// Look at policy documents: those of this deployment, or any others
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Say what a code, a resource, an attribute or a setting means
    Explain(ExplainArgs),
    /// Check what can be known before an apply, without changing anything
    Preflight(PreflightArgs),
    /// Show what is deployed where, since when, what differs, and what arrived last
    Status(StatusArgs),
    /// Find out whether what is deployed works: send a test event and look for it in the bucket
    Verify(VerifyArgs),
    /// Do the same in many accounts
    #[command(subcommand)]
    Fleet(FleetCommand),
    /// Print the IAM policy a command needs
    Permissions(PermissionsArgs),
    /// Show what is created in which order
    Graph(GraphArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Print or write the manual pages
    Man(ManArgs),
}

impl Command {
    /// For a command about one account, the command to use where the settings have `[fleet]`. A command
    /// is taken for one about one account unless it is known to be none.
    pub(super) fn for_many(&self) -> Option<&'static str> {
        match self {
            Command::Init(_)
            | Command::Config(_)
            | Command::Show(_)
            | Command::Policy(_)
            | Command::Explain(_)
            | Command::Completions(_)
            | Command::Man(_) => None,
            Command::Apply(_) => Some("fleet apply"),
            Command::Destroy(_) => Some("fleet destroy"),
            Command::Preflight(_) => Some("fleet preflight"),
            Command::Verify(_) => Some("fleet verify"),
            Command::AgentConfig(_) => Some("agent-config --fleet"),
            Command::Permissions(_) => Some("permissions --fleet"),
            _ => Some("fleet plan"),
        }
    }

    /// Whether the output of the command is one JSON event a line.
    pub fn prints_events(&self) -> bool {
        match self {
            Command::Apply(args) => args.json,
            Command::Destroy(args) => args.json,
            Command::Fleet(command) => command.prints_events(),
            _ => false,
        }
    }
}
