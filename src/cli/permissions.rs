//! The command `permissions`, with its options.

use clap::{Args, ValueEnum};

use crate::settings::StackStateFlags;

/// The options of `permissions`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision permissions
  provision permissions plan --account 123456789012
  provision permissions destroy --empty-bucket
  provision permissions --fleet | jq '.caller[0]'
  provision permissions --fleet --cloudformation

AWS is not called if the settings name account and region, and never with --fleet. The policy is for \
these settings: other settings, such as another region, need another policy.")]
pub struct PermissionsArgs {
    /// Commands to allow [default: apply, and with --cloudformation destroy too]; for destroy, add the
    /// options that it will be run with
    #[arg(value_name = "COMMAND")]
    commands: Vec<Permitted>,
    /// Print, for the accounts of the section fleet, what the caller needs and what the role in each account needs
    #[arg(long)]
    pub fleet: bool,
    /// Print a CloudFormation template with the role of the section fleet, for a StackSet
    #[arg(long, requires = "fleet")]
    pub cloudformation: bool,
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

impl PermissionsArgs {
    /// The commands to allow.
    pub fn commands(&self) -> &[Permitted] {
        match self.commands.as_slice() {
            [] if self.cloudformation => &[Permitted::Apply, Permitted::Destroy],
            [] => &[Permitted::Apply],
            named => named,
        }
    }
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
    /// To read everything, to send test events, and to read and remove what arrives
    Verify,
}
