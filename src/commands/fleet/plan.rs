//! `provision fleet plan`: shows what apply or destroy would do in each account, and writes nothing to AWS.

use std::sync::Arc;

use tokio::sync::watch;

use super::account::planned;
use super::ending::Run;
use super::load::{Access, Fleet};
use super::planning::plan_all;
use crate::cli::FleetPlanArgs;
use crate::commands::plan::{Form, show};
use crate::commands::{Ending, consent, refuse_blocked};
use crate::engine::observed::Consent;
use crate::failure::Failure;
use crate::fleet::report::Command;
use crate::fleet::run::End;
use crate::names::AccountId;
use crate::settings::{GeneralFlags, Need};
use crate::systems::Goal;

/// Runs the command.
///
/// # Errors
/// Those of [`Fleet::load`] and [`Fleet::targets`], a file that cannot be written, and what would fail in every
/// account.
pub(super) async fn command(
    general: &GeneralFlags,
    args: &FleetPlanArgs,
    stop: watch::Receiver<bool>,
) -> Result<Ending, Failure> {
    let (need, goal, consent) = if args.destroy {
        let consent = consent::to_destroy(&args.removal, args.consent.remove_restrictions);
        (Need::Names, Goal::Absent, consent)
    } else {
        (Need::Trust, Goal::Present, consent::to_apply(&args.consent))
    };
    let mut general = general.clone();
    // For one account alone `--account` is the only one that a run may touch; here it is the one to show.
    let account = general.top.account.take();
    let fleet = Arc::new(Fleet::load(&general, &args.stackstate, need, goal, stop).await?);
    if let Some(account) = account {
        let account = account.parse::<AccountId>();
        let account = account.map_err(|invalid| Failure::new(invalid.to_string()))?;
        return one(&fleet, args, account, consent).await;
    }
    let found = fleet.targets(&args.narrow, Some(Command::Plan)).await?;
    let targets = found.targets;
    let run = Run::begin(
        &fleet,
        &args.run,
        Command::Plan,
        args.details,
        &targets,
        found.skipped,
    )?;
    let (gone, kept) = plan_all(&fleet, &targets, run.reading(), consent, false).await;
    let ending = run.end(gone, &kept.plans)?;
    Ok(match ending {
        Ending::Changes if !args.detailed_exitcode => Ending::Well,
        ending => ending,
    })
}

/// Shows the plan of one account in full.
async fn one(
    fleet: &Fleet,
    args: &FleetPlanArgs,
    account: AccountId,
    consent: Consent,
) -> Result<Ending, Failure> {
    let mut narrow = args.narrow.clone();
    narrow.accounts = vec![account];
    let found = fleet.targets(&narrow, Some(Command::Plan)).await?;
    let Some(target) = found.targets.first() else {
        return Err(Failure::new("the account is left out of this run"));
    };
    let planned = planned(fleet, target, Access::Reads, consent, false).await;
    let planned = planned.map_err(told)?;
    let form = Form {
        json: args.run.json,
        markdown: false,
        details: args.details,
        html: args.run.html.as_deref(),
    };
    show(
        &planned.context,
        &planned.survey,
        &planned.plan,
        &planned.document,
        &form,
    )?;
    refuse_blocked(&planned.plan)?;
    Ok(match args.detailed_exitcode && planned.plan.has_changes() {
        true => Ending::Changes,
        false => Ending::Well,
    })
}

/// Why the account has no plan.
fn told(end: End) -> Failure {
    let ended = match end {
        End::Everywhere(failure) => return failure,
        End::Alone(ended) | End::Denied(ended) => ended,
    };
    let Some(reason) = ended.reason else {
        return Failure::new(format!(
            "the account {} is {}",
            ended.account, ended.outcome
        ));
    };
    Failure {
        hint: reason.hint,
        ..Failure::new(reason.message)
    }
}
