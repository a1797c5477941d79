//! `provision policy …`: looks at policy documents, and writes nothing anywhere.

mod diff;
mod file;
mod lint;
mod list;
mod rendered;
mod show;

use tokio::sync::watch;

use crate::cli::PolicyCommand;
use crate::commands::Ending;
use crate::failure::Failure;
use crate::settings::GeneralFlags;

/// Runs the command.
///
/// # Errors
/// Bad settings, a document that cannot be used, or no way to find out the account.
pub async fn command(
    general: &GeneralFlags,
    command: &PolicyCommand,
    stop: watch::Receiver<bool>,
) -> Result<Ending, Failure> {
    match command {
        PolicyCommand::List(args) => list::command(general, args, stop).await,
        PolicyCommand::Show(args) => show::command(general, args, stop).await,
        PolicyCommand::Diff(args) => diff::command(args),
        PolicyCommand::Lint(args) => lint::command(general, args, stop).await,
    }
}
