//! `provision fleet plan`: shows what apply or destroy would do in each account, and writes nothing to AWS.

use std::env;
use std::path::Path;
use std::sync::Arc;

use tokio::sync::watch;

use super::account::planned;
use super::ending::Run;
use super::load::{Access, Fleet};
use super::planning::plan_all;
use crate::cli::{self, Belongs, FleetPlanArgs};
use crate::commands::plan::{Form, show, words};
use crate::commands::{Ending, consent, refuse_blocked, shell};
use crate::engine::observed::Consent;
use crate::failure::Failure;
use crate::fleet::ended::Ended;
use crate::fleet::groups::Plans;
use crate::fleet::report::Command;
use crate::fleet::run::End;
use crate::fleet::saved;
use crate::names::AccountId;
use crate::render::wrap::columns;
use crate::saved_plan::Made;
use crate::settings::{GeneralFlags, Need};
use crate::systems::Goal;
use crate::terminal::report;

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
    args.out.as_deref().map_or(Ok(()), saved::check_path)?;
    let (need, goal, consent) = if args.destroy {
        let consent = consent::to_destroy(&args.removal, args.consent.remove_restrictions);
        (Need::Names, Goal::Absent, consent)
    } else {
        (Need::Trust, Goal::Present, consent::to_apply(&args.consent))
    };
    let mut general = general.clone();
    // For one account alone `--account` is the only one that a run may touch; here it is the one to show.
    // A variable that names one account is for commands about one.
    let is_named = !general.variables.contains_key("--account");
    let account = general.top.account.take_if(|_| is_named);
    let fleet = Arc::new(Fleet::load(&general, &args.stackstate, need, goal, stop).await?);
    if let Some(account) = account {
        refuse_unused(args)?;
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
    let planned = run.with_skipped(&gone.ended);
    let ending = run.end(gone, &kept.plans)?;
    report(&kept.warned.text(columns(&std::io::stderr())));
    if let Some(folder) = &args.out {
        save(&fleet, folder, &planned, &kept.plans, consent)?;
    }
    Ok(match ending {
        Ending::Changes if !args.detailed_exitcode => Ending::Well,
        ending => ending,
    })
}

/// Saves the plans for an apply, and says how they are applied.
fn save(
    fleet: &Fleet,
    folder: &Path,
    planned: &[Ended],
    plans: &Plans,
    consent: Consent,
) -> Result<(), Failure> {
    let flags = cli::flags(env::args_os()).map_err(|error| Failure::new(error.to_string()))?;
    let made = Made {
        destroys: false,
        consent,
        flags: words(&flags, Belongs::InTheFile)?,
    };
    let organization = fleet.settings.fleet().organization.as_deref();
    saved::write(folder, planned, plans, &fleet.inputs, organization, made)?;
    let name = shell::path(folder);
    report(&format!(
        "Saved as {}. This does exactly what the plans say:\n  provision fleet apply {name}\n",
        folder.display()
    ));
    Ok(())
}

/// Refuses what the plan of one account alone has no use for.
fn refuse_unused(args: &FleetPlanArgs) -> Result<(), Failure> {
    let flags = [
        ("--out", args.out.is_some()),
        ("--report", args.run.report.is_some()),
    ];
    match flags.iter().find(|(_, is_given)| *is_given) {
        None => Ok(()),
        Some((flag, _)) => Err(Failure::new(format!(
            "`--account` shows the plan of one account, for which there is no `{flag}`"
        ))
        .hint("Narrow the run with `--accounts` instead")),
    }
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
