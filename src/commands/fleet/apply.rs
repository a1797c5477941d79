//! `provision fleet apply`: plans all accounts, asks once, and changes them in waves.

use std::env;
use std::sync::Arc;

use tokio::sync::watch;

use super::ending::Run;
use super::load::Fleet;
use super::preflight;
use super::writing::Writing;
use crate::cli::{self, FleetApplyArgs};
use crate::commands::{Ending, consent, shell};
use crate::engine::observed::Consent;
use crate::failure::Failure;
use crate::fleet::report::Command;
use crate::fleet::saved::{self, SavedFleet};
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
    let saved = args.plans.as_deref().map(saved::read).transpose()?;
    let (mut general, mut stackstate) = (general.clone(), args.stackstate.clone());
    let mut consent = consent::to_apply(&args.consent);
    if let Some(saved) = &saved {
        let flags = cli::with_saved(env::args_os(), &saved.made.flags)?;
        check_consent(saved, args, consent, &flags.taken)?;
        (general, stackstate) = (flags.general, flags.stackstate);
        consent = saved.made.consent;
    }
    let (need, goal) = (Need::Trust, Goal::Present);
    let fleet = Fleet::load_to_write(&general, &stackstate, need, goal, stop).await?;
    let fleet = Arc::new(fleet);
    let found = fleet.targets(&args.narrow, Some(Command::Apply)).await?;
    if let Some(saved) = &saved {
        saved.check_inputs(&fleet.inputs)?;
        let targets = found.targets.iter().map(|it| &it.account);
        saved.check_targets(targets, args.narrow.is_everything())?;
    }
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
        saved: saved.as_ref(),
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

/// Refuses a saved plan that does what nobody agrees to here. With `--yes` nobody looks at the plans, so that
/// all flags are given again; an adoption names its accounts.
fn check_consent(
    saved: &SavedFleet,
    args: &FleetApplyArgs,
    agreed: Consent,
    taken: &[String],
) -> Result<(), Failure> {
    if saved.made.destroys {
        return Err(Failure::new(
            "the saved plan destroys, which `fleet apply` does not",
        ));
    }
    if saved.made.consent.adopt && args.narrow.accounts.is_empty() {
        return Err(Failure::new(
            "the saved plan was made with --adopt, which wants the accounts by name",
        )
        .hint("Name the accounts with `--accounts`"));
    }
    if !args.yes {
        return Ok(());
    }
    let agreed = agreed.options();
    let options = saved.made.consent.options().into_iter();
    let missing = options.filter(|option| !agreed.contains(option));
    let taken = taken.iter().map(|flag| shell::quoted(flag));
    let missing: Vec<String> = missing.chain(taken).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "the saved plan was made with {}, which `--yes` alone does not agree to; nothing was changed",
        missing.join(" ")
    ))
    .hint(format!(
        "Look at it with `provision show {}`, then leave `--yes` out to be asked, or pass these flags too",
        args.plans.as_deref().map(shell::path).unwrap_or_default()
    )))
}
