//! `provision fleet …`: the same in many accounts.

mod account;
mod accounts;
mod apply;
mod descriptors;
mod destroy;
mod ending;
mod load;
mod plan;
mod planning;
mod preflight;
mod progress;
mod region;
mod show;
mod sites;
mod turn;
mod verify;
mod warned;
mod writing;

pub use show::show;
pub use sites::{common, sites};

use tokio::sync::watch;

use crate::cli::FleetCommand;
use crate::commands::Ending;
use crate::failure::Failure;
use crate::settings::GeneralFlags;

/// Runs the command.
///
/// # Errors
/// Bad settings, credentials that AWS does not accept, accounts that cannot be discovered, and what would fail
/// in every account. What fails in one account is printed with how the others ended.
pub async fn command(
    general: &GeneralFlags,
    command: &FleetCommand,
    stop: watch::Receiver<bool>,
) -> Result<Ending, Failure> {
    descriptors::allow_many();
    match command {
        FleetCommand::Accounts(args) => accounts::command(general, args, stop).await,
        FleetCommand::Plan(args) => plan::command(general, args, stop).await,
        FleetCommand::Apply(args) => apply::command(general, args, stop).await,
        FleetCommand::Destroy(args) => destroy::command(general, args, stop).await,
        FleetCommand::Preflight(args) => preflight::command(general, args, stop).await,
        FleetCommand::Verify(args) => verify::command(general, args, stop).await,
    }
}
