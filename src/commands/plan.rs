//! `provision plan`: shows what apply would do, and writes nothing to AWS.

use crate::cli::PlanArgs;
use crate::commands::Ending;
use crate::commands::context::{Context, print, report};
use crate::events::Events;
use crate::failure::Failure;
use crate::plan::{self, Consent};
use crate::render::{json, text};
use crate::saved_plan;
use crate::settings::{GeneralFlags, Need};
use crate::survey::survey;
use tokio::sync::watch;

/// Runs the command.
///
/// # Errors
/// Bad settings, or a read that failed.
pub async fn command(
    general: &GeneralFlags,
    args: &PlanArgs,
    stop: watch::Receiver<bool>,
) -> Result<Ending, Failure> {
    let context = Context::load(general, &args.stackstate, Need::Trust, stop).await?;
    let consent = Consent {
        adopt: args.adopt,
        ..Consent::default()
    };
    let survey = survey(context.wanted(true), &context.aws(Events::discarded())).await?;
    let plan = plan::plan(&survey.nodes, &survey.observed, consent);
    let document = json::plan(&survey.site, &plan);
    if let Some(file) = &args.out {
        let inputs = saved_plan::Inputs::of(&context.settings, &context.documents);
        saved_plan::write(file, &document, &inputs, args.adopt)?;
    }
    if args.json {
        print(&format!("{document:#}\n"))?;
    } else {
        print(&text::plan(&survey.site, &plan))?;
    }
    if let Some(file) = &args.out {
        report(&format!(
            "Saved as {0}; `provision apply {0}` does exactly this.\n",
            file.display()
        ));
    }
    let changes = plan.has_changes() || plan.blocked().next().is_some();
    Ok(if args.detailed_exitcode && changes {
        Ending::Changes
    } else {
        Ending::Well
    })
}
