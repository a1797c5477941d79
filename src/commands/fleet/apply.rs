//! `provision fleet apply`: plans all accounts, asks once, and changes them in waves.

use std::sync::Arc;

use tokio::sync::watch;

use super::ending::Run;
use super::load::Fleet;
use super::preflight;
use super::writing::Writing;
use crate::cli::FleetApplyArgs;
use crate::commands::{Ending, consent};
use crate::failure::Failure;
use crate::fleet::report::Command;
use crate::settings::{GeneralFlags, Need};
use crate::systems::Goal;
use crate::terminal::confirm::confirm;

/// Runs the command.
///
/// # Errors
/// Those of [`Fleet::load`] and [`Fleet::targets`], accounts that are blocked or cannot be reached, a check that
/// found something wrong, no confirmation, and what would fail in every account.
pub(super) async fn command(
    general: &GeneralFlags,
    args: &FleetApplyArgs,
    stop: watch::Receiver<bool>,
) -> Result<Ending, Failure> {
    let (stackstate, consent) = (&args.stackstate, consent::to_apply(&args.consent));
    let fleet = Fleet::load(general, stackstate, Need::Trust, Goal::Present, stop).await?;
    let fleet = Arc::new(fleet);
    let found = fleet.targets(&args.narrow, Some(Command::Apply)).await?;
    let targets = found.targets;
    let run = Run::begin(
        &fleet,
        &args.run,
        Command::Apply,
        args.details,
        &targets,
        found.skipped,
    )?;
    let writing = Writing {
        fleet: &fleet,
        run: &run,
        consent,
        allow_unready: args.allow_unready,
    };
    let ready = match writing.plan(&targets).await? {
        Ok(ready) => ready,
        Err(ending) => return Ok(ending),
    };
    if !args.no_preflight {
        let first: Vec<_> = ready.changed().cloned().collect();
        preflight::before_a_write(&fleet, &first, consent, args.ignore_preflight).await?;
    }
    let organization = fleet.settings.fleet().organization.as_deref();
    confirm(args.yes, &ready.question(organization)).await?;
    writing.write(ready).await
}
