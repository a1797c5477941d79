//! The command line: commands, their options and their help.
//!
//! This module has definitions only. The options for settings are defined in `settings`, which
//! checks their values together with those of the settings file.

mod policy;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use clap::{ArgAction, Args, ColorChoice, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

pub use policy::{PolicyCommand, PolicyDiffArgs, PolicyLintArgs, PolicyListArgs, PolicyShowArgs};

use crate::settings::{GeneralFlags, StackStateFlags};

const OUTPUT: &str = "Output";

/// Creates, checks and removes what a third-party integration needs in an AWS account
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "\
Examples:
  provision plan --region eu-west-1       Show what would change
  provision apply --region eu-west-1      Show it, ask, and do it
  provision destroy --region eu-west-1    Remove all of it again

Credentials come from the usual AWS chain; settings from provision.toml and flags."
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
    /// Log each AWS call that writes to stderr; -vv logs those that read too
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
    /// Show what apply would change, without changing anything
    Plan(PlanArgs),
    /// Create and update until AWS matches the settings
    Apply(ApplyArgs),
    /// Remove everything that apply created
    Destroy(DestroyArgs),
    /// Print the agent's conf.yaml for this deployment
    AgentConfig(AgentConfigArgs),
    /// Look at policy documents: those of this deployment, or any others
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Check what can be known before an apply, without changing anything
    Preflight(PreflightArgs),
    /// Print the IAM policy that running a command needs
    Permissions(PermissionsArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
}

impl Command {
    /// Whether the output of the command is one JSON event a line.
    pub fn prints_events(&self) -> bool {
        match self {
            Command::Apply(args) => args.json,
            Command::Destroy(args) => args.json,
            Command::Plan(_)
            | Command::AgentConfig(_)
            | Command::Policy(_)
            | Command::Permissions(_)
            | Command::Preflight(_)
            | Command::Completions(_) => false,
        }
    }
}

/// The options of `plan`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision plan
  provision plan --out plan.json && provision apply plan.json
  provision plan --region eu-west-1 --agent-principal 210987654321 \\
      --external-id '${STS_EXTERNAL_ID}'

Exit status: 0 on success, 1 on any error; with --detailed-exitcode, 2 if there are changes.")]
pub struct PlanArgs {
    /// Print the plan as one JSON document
    #[arg(long)]
    pub json: bool,
    /// Save the plan to this file, for apply to carry out exactly
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Exit with 2 if there are changes, with 0 if there are none
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// Take over resources that have our names and are not ours
    #[arg(long)]
    pub adopt: bool,
    /// Remove what restricts access: a Deny, a permissions boundary, a disabled key
    #[arg(long)]
    pub remove_restrictions: bool,
    /// The settings of the StackState integration.
    #[command(flatten)]
    pub stackstate: StackStateFlags,
}

/// The options of `apply`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision apply
  provision apply plan.json
  provision apply --yes --json

A saved plan needs the options --adopt and --remove-restrictions that it was made with again.")]
pub struct ApplyArgs {
    /// Saved plan to carry out exactly; refused if the settings or the resources have changed since
    #[arg(value_name = "PLAN")]
    pub plan: Option<PathBuf>,
    /// Continue without asking
    #[arg(long)]
    pub yes: bool,
    /// Print one JSON event a line
    #[arg(long)]
    pub json: bool,
    /// Take over resources that have our names and are not ours
    #[arg(long)]
    pub adopt: bool,
    /// Remove what restricts access: a Deny, a permissions boundary, a disabled key
    #[arg(long)]
    pub remove_restrictions: bool,
    /// Skip the checks before the question
    #[arg(long)]
    pub no_preflight: bool,
    /// Continue although the checks find something wrong: calls that would be denied, or a resource
    /// of ours that leads to others
    #[arg(long, conflicts_with = "no_preflight")]
    pub ignore_preflight: bool,
    /// The settings of the StackState integration.
    #[command(flatten)]
    pub stackstate: StackStateFlags,
}

/// The options of `destroy`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision destroy
  provision destroy --empty-bucket --key-deletion-days 7
  provision destroy --yes --account 123456789012

The external ID and the agent's principals are not needed here.")]
pub struct DestroyArgs {
    /// Continue without asking; needs the account, from the settings or --account
    #[arg(long)]
    pub yes: bool,
    /// Print one JSON event a line
    #[arg(long)]
    pub json: bool,
    /// Days until AWS deletes the key, 7 to 30; until then apply restores it
    #[arg(
        long,
        value_name = "DAYS",
        default_value_t = 30,
        value_parser = clap::value_parser!(u8).range(7..=30)
    )]
    pub key_deletion_days: u8,
    /// Delete every version of every object in the log bucket first
    #[arg(long)]
    pub empty_bucket: bool,
    /// Delete what others use: detach our policies from their identities, remove our roles from
    /// their instance profiles and their targets from our rules, and delete a key with other aliases
    #[arg(long)]
    pub detach_foreign: bool,
    /// Delete a policy with a Deny although identities that stay have it
    #[arg(long)]
    pub remove_restrictions: bool,
    /// The settings of the StackState integration.
    #[command(flatten)]
    pub stackstate: StackStateFlags,
}

/// The options of `agent-config`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision agent-config
  provision agent-config --show-secrets > conf.yaml
  provision agent-config --policy")]
pub struct AgentConfigArgs {
    /// Print the policy that the agent's own principal needs instead
    #[arg(long)]
    pub policy: bool,
    /// Print the external ID too
    #[arg(long)]
    pub show_secrets: bool,
    /// The settings of the StackState integration.
    #[command(flatten)]
    pub stackstate: StackStateFlags,
}

/// The options of `preflight`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision preflight
  provision preflight --json

Apply does the same before its question. The calls are simulated by IAM, which does not see
everything: neither answer is proof. Exit status: 0 if nothing is wrong, 1 otherwise.")]
pub struct PreflightArgs {
    /// Print the checks as one JSON document
    #[arg(long)]
    pub json: bool,
    /// Check for an apply with --adopt
    #[arg(long)]
    pub adopt: bool,
    /// Check for an apply with --remove-restrictions
    #[arg(long)]
    pub remove_restrictions: bool,
    /// The settings of the StackState integration.
    #[command(flatten)]
    pub stackstate: StackStateFlags,
}

/// The options of `permissions`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision permissions
  provision permissions plan --account 123456789012 --region eu-west-1
  provision permissions destroy --empty-bucket

AWS is not called if the settings name account and region. The policy is for these settings: other
settings, such as another region, need another policy.")]
pub struct PermissionsArgs {
    /// Command to allow; for destroy, add the options that it will be run with
    #[arg(value_name = "COMMAND", default_value = "apply")]
    pub command: Permitted,
    /// Leave out the permissions for the checks of apply; apply continues without them
    #[arg(long)]
    pub no_preflight: bool,
    /// Allow apply --remove-restrictions
    #[arg(long)]
    pub remove_restrictions: bool,
    /// Allow destroy --empty-bucket
    #[arg(long)]
    pub empty_bucket: bool,
    /// Allow destroy --detach-foreign
    #[arg(long)]
    pub detach_foreign: bool,
    /// The settings of the StackState integration.
    #[command(flatten)]
    pub stackstate: StackStateFlags,
}

/// The commands that need permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Permitted {
    /// To read everything
    Plan,
    /// To read, create, change, and remove what the settings no longer ask for
    Apply,
    /// To read and remove everything
    Destroy,
}

/// The options of `completions`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  provision completions bash > ~/.local/share/bash-completion/completions/provision")]
pub struct CompletionsArgs {
    /// Shell to complete for
    pub shell: Shell,
}
