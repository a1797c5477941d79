//! The command `destroy`, with its options.

use clap::Args;

use crate::settings::StackStateFlags;

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
