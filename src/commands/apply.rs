//! `provision apply`: shows the plan, asks, carries it out, and prints what is needed next.

use std::env;
use std::time::Duration;

use serde_json::json;
use tokio::sync::watch;

use crate::checks::preflight::{Check, refuse};
use crate::cli::{self, ApplyArgs};
use crate::commands::context::Context;
use crate::commands::{
    Ending, consent, destroy, outputs, preflight, refuse_blocked, run::run, shell,
};
use crate::engine::approved::Approved;
use crate::engine::events::Counts;
use crate::engine::node;
use crate::engine::observed::Consent;
use crate::failure::Failure;
use crate::render::{json, preflight as render};
use crate::saved_plan::{self, Inputs, SavedPlan};
use crate::settings::{GeneralFlags, Need};
use crate::survey::Survey;
use crate::systems::Goal;
use crate::terminal::{print_event, report};

/// Runs the command.
///
/// # Errors
/// Bad settings, a read that failed, a saved plan that no longer holds, a plan with blocked resources, a check that found something wrong, or no confirmation. In
/// all these cases nothing was written. What fails later is printed with the outcomes.
pub async fn command(
    general: &GeneralFlags,
    args: &ApplyArgs,
    stop: watch::Receiver<bool>,
) -> Result<Ending, Failure> {
    let Some(file) = &args.plan else {
        let context = Context::load(general, &args.stackstate, Need::Trust, Goal::Present, stop);
        let consent = consent::to_apply(&args.consent);
        return apply(context.await?, args, consent, None).await;
    };
    let saved = saved_plan::read(file)?;
    let flags = cli::with_saved(env::args_os(), &saved.made.flags)?;
    let mut agreed = consent::to_all(&args.consent, &args.removal).options();
    agreed.extend(args.destroy.then(|| "--destroy".to_owned()));
    if saved.made.destroys && (args.no_preflight || args.ignore_preflight) {
        let flag = match args.no_preflight {
            true => "--no-preflight",
            false => "--ignore-preflight",
        };
        let file = file.display();
        return Err(Failure::new(format!(
            "{flag} has no effect: the saved plan {file} destroys, and a destroy has no preflight; nothing was \
             changed"
        ))
        .hint("Leave it out"));
    }
    if args.yes {
        let taken: Vec<String> = flags.taken.iter().map(|it| shell::quoted(it)).collect();
        saved.made.check_consent(&agreed, &taken, file)?;
    } else {
        saved.made.check_effect(agreed, file)?;
    }
    let (need, goal) = match saved.made.destroys {
        true => (Need::Names, Goal::Absent),
        false => (Need::Trust, Goal::Present),
    };
    let context = Context::load(&flags.general, &flags.stackstate, need, goal, stop).await?;
    saved.check_inputs(&Inputs::of(&context.settings, &context.systems)?)?;
    let consent = saved.made.consent;
    if saved.made.destroys {
        let how = destroy::How {
            consent,
            yes: args.yes,
            json: args.json,
            details: args.details,
            targets: &saved.targets(),
            saved: Some(&saved),
        };
        return destroy::destroy(context, how).await;
    }
    apply(context, args, consent, Some(&saved)).await
}

async fn apply(
    context: Context,
    args: &ApplyArgs,
    consent: Consent,
    saved: Option<&SavedPlan>,
) -> Result<Ending, Failure> {
    let (mut survey, trails) = if args.no_preflight {
        (context.survey().await?, None)
    } else {
        let (survey, trails) = preflight::look(&context).await?;
        (survey, Some(trails))
    };
    survey = context.confirmed(survey).await?;
    survey.look_before_adoption(&context.aws, consent).await;
    let targets = saved.map_or_else(|| args.targets.clone(), SavedPlan::targets);
    let plan = super::decided(&survey, consent, &targets)?;
    let is_applied = super::is_applied(saved, &survey.site, &plan)?;
    let text = super::in_words(&context, &survey, &plan, args.details);
    if !is_applied || args.json {
        super::show(&survey.site, &plan, &text, args.json, args.yes)?;
    }
    refuse_blocked(&plan)?;
    let known = node::known(&survey.observed);
    if !plan.has_changes() {
        if args.json {
            print_event(json::summary(&Counts::default(), Duration::ZERO, &[]))?;
        }
        outputs::print(&context.systems, &survey.site, &known, args.json)?;
        return Ok(Ending::Well);
    }
    if let Some(trails) = trails {
        let checks = preflight::before_a_write(&context, &survey, &plan, consent, trails).await;
        if !checks.is_empty() {
            show(&checks, args)?;
        }
    }
    if args.yes && context.settings.account.is_none() && saved.is_none() {
        let account = &survey.site.account;
        report(&format!(
            "Warning: `--yes` without an account changes whichever account the credentials belong \
             to, now {account}: add account = \"{account}\" to provision.toml, or pass --account \
             {account}\n"
        ));
    }
    super::ask(&context, &survey.site, &plan, args.yes).await?;

    let Survey {
        site,
        nodes,
        observed,
        observed_at,
        looked_since,
        ..
    } = survey;
    let approved = Approved {
        plan,
        observed,
        observed_at,
        looked_since,
        consent,
    };
    let result = run(&context, &nodes, &approved, &[], args.json).await?;
    let all_done = Counts::of(&result.outcomes).all_done();
    if !all_done {
        return Ok(Ending::Failed);
    }
    outputs::print(&context.systems, &site, &result.known, args.json)?;
    if !args.json {
        report("\nNext: `provision verify` tries whether all of it works.\n");
    }
    Ok(Ending::Well)
}

/// Shows the checks, and refuses to go on if something is wrong, unless `--ignore-preflight` is given.
fn show(checks: &[Check], args: &ApplyArgs) -> Result<(), Failure> {
    if args.json {
        let event = json!({"event": "preflight", "checks": render::json(checks)});
        print_event(event)?;
    } else {
        report(&format!("\n{}", render::brief(checks)));
    }
    if args.ignore_preflight {
        return Ok(());
    }
    refuse(checks)
}
