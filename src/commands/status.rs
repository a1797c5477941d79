//! `provision status`: shows what is deployed where, what differs, and what arrived last.

use aws_smithy_types::DateTime;
use std::time::SystemTime;
use tokio::sync::watch;

use crate::checks::status;
use crate::cli::StatusArgs;
use crate::commands::Ending;
use crate::commands::context::Context;
use crate::engine::observed::Consent;
use crate::engine::plan;
use crate::failure::Failure;
use crate::render::wrap::columns;
use crate::render::{status as render, text};
use crate::settings::{GeneralFlags, Need};
use crate::systems::Goal;
use crate::terminal::{print, print_json};

/// Runs the command, which writes nothing.
///
/// # Errors
/// Bad settings, or a read of the survey that failed.
pub async fn command(
    general: &GeneralFlags,
    args: &StatusArgs,
    stop: watch::Receiver<bool>,
) -> Result<Ending, Failure> {
    let context =
        Context::load(general, &args.stackstate, Need::Trust, Goal::Present, stop).await?;
    let survey = context.survey().await?;
    let plan = plan::plan(&survey.nodes, &survey.observed, Consent::default());
    let trials = context.systems.iter().map(|it| it.trials(&survey.site));
    let trials = trials.collect::<Result<Vec<_>, _>>()?;
    let (aws, account) = (&context.aws, &survey.site.account);
    let parts = status::parts(aws, account, &survey.nodes, &plan, &trials).await;
    if args.json {
        let document = render::json(&survey.site, &parts, &plan);
        print_json(format_args!("{document:#}"))?;
    } else {
        let now = DateTime::from(SystemTime::now()).secs();
        let width = columns(&std::io::stdout());
        let text = render::text(&parts, &plan, now, width);
        print(&format!("{}\n{text}", text::heading(&survey.site, width)))?;
    }
    Ok(Ending::Well)
}
