//! `provision plan`: shows what apply would do, and writes nothing to AWS.

use crate::cli::PlanArgs;
use crate::commands::context::Context;
use crate::commands::{Ending, consent, refuse_blocked};
use crate::failure::Failure;
use crate::render::wrap::columns;
use crate::render::{json, warnings};
use crate::saved_plan;
use crate::settings::{GeneralFlags, Need};
use crate::systems::Goal;
use crate::terminal::{print, print_json, report};
use tokio::sync::watch;

/// Runs the command.
///
/// # Errors
/// Bad settings, a read that failed, or a plan with blocked resources, which is shown first.
pub async fn command(
    general: &GeneralFlags,
    args: &PlanArgs,
    stop: watch::Receiver<bool>,
) -> Result<Ending, Failure> {
    let context =
        Context::load(general, &args.stackstate, Need::Trust, Goal::Present, stop).await?;
    let consent = consent::to_apply(&args.consent);
    let mut survey = context.survey().await?;
    survey.look_before_adoption(&context.aws, consent).await;
    let plan = super::decided(&survey, consent, &args.targets)?;
    if let (true, Some(doubt)) = (plan.has_changes(), survey.doubt()) {
        report(&format!(
            "{doubt}.\nRight after another run AWS may answer some seconds late: plan again then.\n"
        ));
    }
    let document = json::plan(&survey.site, &plan);
    if args.json {
        print_json(format_args!("{document:#}"))?;
    } else {
        print(
            &(super::in_words(&context, &survey, &plan, args.details)
                + &warnings::text(&plan.warnings, columns(&std::io::stdout()))),
        )?;
    }
    refuse_blocked(&plan)?;
    if let Some(file) = &args.out {
        let inputs = saved_plan::Inputs::of(&context.settings, &context.systems)?;
        saved_plan::write(file, &document, &inputs, consent)?;
        let command = [&["provision", "apply"], consent.options().as_slice()].concat();
        report(&format!(
            "Saved as {0}; `{1} {0}` with the same settings does exactly this.\n",
            file.display(),
            command.join(" ")
        ));
    }
    Ok(if args.detailed_exitcode && plan.has_changes() {
        Ending::Changes
    } else {
        Ending::Well
    })
}
