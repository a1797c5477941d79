//! `provision fleet preflight`: checks in each account what can be known before an apply.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::sync::watch;

use super::account::{Planned, failed, planned};
use super::ending::Run;
use super::load::{Access, Fleet};
use super::progress;
use crate::checks::preflight::{Check, blocked, refuse};
use crate::cli::FleetPreflightArgs;
use crate::commands::preflight::{around, before_a_write as all_checks, trails};
use crate::commands::{Ending, consent};
use crate::engine::observed::Consent;
use crate::failure::Failure;
use crate::fleet::groups::Plans;
use crate::fleet::report::Command;
use crate::fleet::run::{End, Note};
use crate::fleet::target::Target;
use crate::names::AccountId;
use crate::settings::{GeneralFlags, Need};
use crate::systems::Goal;
use crate::terminal::report;

/// Runs the command, which writes nothing.
///
/// # Errors
/// Those of [`Fleet::load`] and [`Fleet::targets`], and what would fail in every account.
pub(super) async fn command(
    general: &GeneralFlags,
    args: &FleetPreflightArgs,
    stop: watch::Receiver<bool>,
) -> Result<Ending, Failure> {
    let (stackstate, consent) = (&args.stackstate, consent::to_apply(&args.consent));
    let fleet = Fleet::load(general, stackstate, Need::Trust, Goal::Present, stop).await?;
    let fleet = Arc::new(fleet);
    let found = fleet
        .targets(&args.narrow, Some(Command::Preflight))
        .await?;
    let targets = found.targets;
    let run = Run::begin(
        &fleet,
        &args.run,
        Command::Preflight,
        false,
        &targets,
        found.skipped,
    )?;
    let simulated = Arc::new(simulated(&fleet, &targets));
    let work = |target: Target| {
        let (fleet, simulated) = (Arc::clone(&fleet), Arc::clone(&simulated));
        async move {
            let simulates = simulated.contains(&target.account);
            match checked(&fleet, &target, consent, simulates).await {
                Ok((planned, checks)) => match refuse(&checks) {
                    Ok(()) => End::Alone(planned.ended(&target)),
                    Err(wrong) => failed(&target, &wrong),
                },
                Err(end) => end,
            }
        }
    };
    let waves = [targets];
    let limits = run.reading();
    let gone = progress::shown(&waves, limits, &fleet.stop, work, |_: &Note<'_>| {}).await;
    Ok(match run.end(gone, &Plans::default())? {
        Ending::Changes => Ending::Well,
        ending => ending,
    })
}

/// Refuses to begin where the checks in the canaries find something wrong.
///
/// # Errors
/// What the checks found in the first account in which something is wrong, unless it is to be ignored.
pub(super) async fn before_a_write(
    fleet: &Fleet,
    changed: &[Target],
    consent: Consent,
    ignore: bool,
) -> Result<(), Failure> {
    let simulated = simulated(fleet, changed);
    for target in changed.iter().filter(|it| simulated.contains(&it.account)) {
        // How the account ends otherwise is told at its turn.
        let Ok((_, checks)) = checked(fleet, target, consent, true).await else {
            continue;
        };
        let Err(mut wrong) = refuse(&checks) else {
            continue;
        };
        wrong.message = format!("in the account {}, {}", target.account, wrong.message);
        if !ignore {
            return Err(wrong);
        }
        report(&format!("Warning: {wrong}\n"));
    }
    Ok(())
}

/// The accounts in which IAM is asked to simulate calls: the canaries, or else the first account. IAM allows
/// few such questions at a time, and the role is the same in all.
fn simulated(fleet: &Fleet, targets: &[Target]) -> BTreeSet<AccountId> {
    let canary = &fleet.settings.fleet().canary;
    let accounts = targets.iter().map(|it| &it.account);
    let canaries: BTreeSet<AccountId> = accounts
        .clone()
        .filter(|it| canary.contains(it))
        .cloned()
        .collect();
    match canaries.is_empty() {
        true => accounts.take(1).cloned().collect(),
        false => canaries,
    }
}

/// The plan of an account, and what is checked of it.
async fn checked(
    fleet: &Fleet,
    target: &Target,
    consent: Consent,
    simulates: bool,
) -> Result<(Planned, Vec<Check>), End> {
    let planned = planned(fleet, target, Access::Reads, consent, false).await?;
    let mut checks = blocked(&planned.plan);
    let Planned {
        context,
        survey,
        plan,
        ..
    } = &planned;
    let trails = trails(context);
    checks.extend(match simulates {
        true => all_checks(context, survey, plan, consent, trails).await,
        false => around(context, survey, trails).await,
    });
    Ok((planned, checks))
}
