//! `provision policy …`: lists, shows, compares and checks policy documents, and writes nothing.

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
/// Bad settings, a document that cannot be used, or an account that cannot be found out.
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
