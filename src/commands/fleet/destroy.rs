//! `provision fleet destroy`: removes the deployment from each account.

use std::sync::Arc;

use tokio::sync::watch;

use super::ending::Run;
use super::load::Fleet;
use super::writing::Writing;
use crate::cli::FleetDestroyArgs;
use crate::commands::{Ending, consent};
use crate::failure::Failure;
use crate::fleet::report::Command;
use crate::render::fleet::question;
use crate::settings::{GeneralFlags, Need};
use crate::systems::Goal;
use crate::terminal::confirm::typed;

/// Runs the command.
///
/// # Errors
/// Those of [`Fleet::load`] and [`Fleet::targets`], accounts that are blocked or cannot be reached, another number
/// of accounts than was confirmed, and what would fail in every account.
pub(super) async fn command(
    general: &GeneralFlags,
    args: &FleetDestroyArgs,
    stop: watch::Receiver<bool>,
) -> Result<Ending, Failure> {
    let (need, goal) = (Need::Names, Goal::Absent);
    let fleet = Fleet::load_to_write(general, &args.stackstate, need, goal, stop).await?;
    let fleet = Arc::new(fleet);
    let found = fleet.targets(&args.narrow, Some(Command::Destroy)).await?;
    let targets = found.targets;
    let run = Run::begin(
        &fleet,
        &args.run,
        Command::Destroy,
        args.details,
        &targets,
        found.skipped,
    )?;
    let writing = Writing {
        fleet: &fleet,
        run: &run,
        consent: consent::to_destroy(&args.removal, args.remove_restrictions),
        allow_unready: args.allow_unready,
        saved: None,
    };
    let ready = match writing.plan(&targets).await? {
        Ok(ready) => ready,
        Err(ending) => return Ok(ending),
    };
    let accounts = ready.changed().count();
    match args.confirm_accounts {
        Some(confirmed) if confirmed == accounts => {}
        Some(confirmed) => {
            return Err(Failure::new(format!(
                "`--confirm-accounts {confirmed}` is another number than that of the accounts in which \
                 something would be deleted, {accounts}; nothing was changed"
            ))
            .hint("Find out why the number differs, before you pass the right one"));
        }
        None => {
            let organization = fleet.settings.fleet().organization.as_deref();
            let (answer, prompt) = question::typed(accounts);
            let question = format!("{}\n{prompt}", ready.question(organization));
            let way =
                format!("Pass `--confirm-accounts {accounts}` to go ahead without a question");
            typed(&question, &answer, &way).await?;
        }
    }
    writing.write(ready).await
}
