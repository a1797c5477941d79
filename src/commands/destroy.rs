//! `provision destroy`: deletes every resource of the deployment, in the reverse order of its creation.

use std::time::Duration;

use tokio::sync::watch;

use crate::cli::DestroyArgs;
use crate::commands::context::Context;
use crate::commands::{Ending, consent, refuse_blocked, run::run};
use crate::engine::approved::Approved;
use crate::engine::events::Counts;
use crate::engine::observed::Consent;
use crate::engine::plan::Step;
use crate::failure::Failure;
use crate::render::{ending, json};
use crate::saved_plan::SavedPlan;
use crate::settings::{GeneralFlags, Need};
use crate::survey::Survey;
use crate::systems::Goal;
use crate::terminal::{print_event, report};

/// Runs the command. What is under our names and not ours is reported and kept; all others are deleted. If
/// something stays, the command has failed.
///
/// # Errors
/// Bad settings, `--yes` without an account, a read that failed, a plan with blocked resources, or no
/// confirmation. In all these cases nothing was deleted. What fails later is printed with the outcomes.
pub async fn command(
    general: &GeneralFlags,
    args: &DestroyArgs,
    stop: watch::Receiver<bool>,
) -> Result<Ending, Failure> {
    let context = Context::load(general, &args.stackstate, Need::Names, Goal::Absent, stop).await?;
    if args.yes && context.settings.account.is_none() {
        return Err(Failure::new(
            "`destroy --yes` needs the account, because nobody is asked whether it is the right one",
        )
        .hint(
            "Add account = \"123456789012\" to provision.toml, or pass --account 123456789012",
        ));
    }
    let how = How {
        consent: consent::to_destroy(&args.removal, args.remove_restrictions),
        yes: args.yes,
        json: args.json,
        details: args.details,
        targets: &args.targets,
        saved: None,
    };
    destroy(context, how).await
}

/// How a destroy is carried out.
pub(super) struct How<'a> {
    pub(super) consent: Consent,
    pub(super) yes: bool,
    pub(super) json: bool,
    pub(super) details: bool,
    pub(super) targets: &'a [String],
    /// The saved plan that is carried out, if it is one.
    pub(super) saved: Option<&'a SavedPlan>,
}

/// Carries the destroy out. A saved plan names the account, which is checked.
///
/// # Errors
/// Those of [`command`], and a saved plan that no longer holds.
pub(super) async fn destroy(context: Context, how: How<'_>) -> Result<Ending, Failure> {
    let How {
        consent,
        yes,
        json: as_json,
        details,
        targets,
        saved,
    } = how;
    let survey = context.confirmed(context.survey().await?).await?;
    let mut plan = super::decided(&survey, consent, targets)?;
    // The plan is shown in the order of the deletions.
    plan.steps.reverse();
    let is_applied = super::is_applied(saved, &survey.site, &plan)?;
    if !is_applied || as_json {
        let text = super::in_words(&context, &survey, &plan, details);
        super::show(&survey.site, &plan, &text, as_json, yes)?;
    }
    refuse_blocked(&plan)?;
    if !plan.has_changes() {
        let left = plan.left(&survey.observed);
        if as_json {
            print_event(json::summary(&Counts::default(), Duration::ZERO, &left))?;
        } else {
            report(&ending::left(&left));
        }
        return Ok(ending(true, &left));
    }
    super::ask(&context, &survey.site, &plan, yes).await?;

    let Survey {
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
    let left = approved.plan.left(&approved.observed);
    let result = run(&context, &nodes, &approved, &left, as_json).await?;
    let all_done = Counts::of(&result.outcomes).all_done();
    Ok(ending(all_done, &left))
}

/// A script that removes a deployment must notice what stays, whoever owns it by now.
fn ending(all_done: bool, left: &[&Step]) -> Ending {
    if all_done && left.is_empty() {
        Ending::Well
    } else {
        Ending::Failed
    }
}
