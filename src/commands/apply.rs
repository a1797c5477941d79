//! `provision apply`: shows the plan, asks, carries it out, and prints what is needed next.

use serde_json::json;
use tokio::sync::watch;

use crate::checks::preflight::{Check, refuse};
use crate::cli::ApplyArgs;
use crate::commands::context::Context;
use crate::commands::{Ending, consent, outputs, preflight, refuse_blocked, run::run};
use crate::engine::approved::Approved;
use crate::engine::events::Counts;
use crate::engine::node;
use crate::failure::Failure;
use crate::render::question::question;
use crate::render::{json, preflight as render};
use crate::saved_plan::{self, SavedPlan};
use crate::settings::{GeneralFlags, Need};
use crate::survey::Survey;
use crate::systems::Goal;
use crate::terminal::confirm::confirm;
use crate::terminal::{print_json, report};

/// Runs the command.
///
/// # Errors
/// Bad settings, a read that failed, a saved plan that no longer holds or whose consent is not given
/// again, a plan with blocked resources, a check that found something wrong, or no confirmation. In
/// all these cases nothing was written. What fails later is printed with the outcomes.
pub async fn command(
    general: &GeneralFlags,
    args: &ApplyArgs,
    stop: watch::Receiver<bool>,
) -> Result<Ending, Failure> {
    let saved = args.plan.as_deref().map(saved_plan::read).transpose()?;
    let given = consent::to_apply(&args.consent);
    let consent = match (&saved, &args.plan) {
        (Some(saved), Some(path)) => saved.consent(given, path)?,
        _ => given,
    };
    let context =
        Context::load(general, &args.stackstate, Need::Trust, Goal::Present, stop).await?;
    if let Some(saved) = &saved {
        let inputs = saved_plan::Inputs::of(&context.settings, &context.systems)?;
        saved.check_inputs(&inputs)?;
    }
    let (mut survey, trails) = if args.no_preflight {
        (context.survey().await?, None)
    } else {
        let (survey, trails) = preflight::look(&context).await?;
        (survey, Some(trails))
    };
    survey = context.confirmed(survey).await?;
    survey.look_before_adoption(&context.aws, consent).await;
    let targets = saved.as_ref().map(SavedPlan::targets);
    let targets = targets.as_ref().unwrap_or(&args.targets);
    let plan = super::decided(&survey, consent, targets)?;
    if let Some(saved) = &saved {
        saved.check_plan(&json::plan(&survey.site, &plan))?;
    }
    let text = super::in_words(&context, &survey, &plan, args.details);
    super::show(&survey.site, &plan, &text, args.json, args.yes)?;
    refuse_blocked(&plan)?;
    let known = node::known(&survey.observed);
    if !plan.has_changes() {
        if args.json {
            print_json(json::summary(&Counts::of(&[]), &[]))?;
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
    if args.yes && context.settings.account.is_none() {
        let account = &survey.site.account;
        report(&format!(
            "Warning: `--yes` without an account changes whichever account the credentials belong \
             to, now {account}: add account = \"{account}\" to provision.toml, or pass --account \
             {account}\n"
        ));
    }
    super::warn(&plan);
    let question = question(&survey.site, &plan);
    confirm(args.yes, &question, context.aws.until_stopped()).await?;

    let Survey {
        site,
        nodes,
        observed,
        observed_at,
        ..
    } = survey;
    let approved = Approved {
        plan,
        observed,
        observed_at,
        consent,
    };
    let result = run(&context, &nodes, &approved, &[], args.json).await?;
    let all_done = Counts::of(&result.outcomes).all_done();
    if !all_done {
        return Ok(Ending::Failed);
    }
    outputs::print(&context.systems, &site, &result.known, args.json)?;
    Ok(Ending::Well)
}

/// Shows the checks, and refuses to go on if something is wrong, unless `--ignore-preflight` is given.
fn show(checks: &[Check], args: &ApplyArgs) -> Result<(), Failure> {
    if args.json {
        let event = json!({"event": "preflight", "checks": render::json(checks)});
        print_json(event)?;
    } else {
        report(&format!("\n{}", render::brief(checks)));
    }
    if args.ignore_preflight {
        return Ok(());
    }
    refuse(checks)
}
