//! `provision verify`: finds out whether what is deployed works.

use std::time::Duration;

use futures_util::future::{BoxFuture, join, join_all};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::checks::preflight::trails::Seen;
use crate::checks::preflight::{exposures, trails};
use crate::checks::verify::delivery::{Run, UnderWay};
use crate::checks::verify::reader::Reading;
use crate::checks::verify::{Outcome, Step, from_check, grants, state};
use crate::cli::VerifyArgs;
use crate::commands::Ending;
use crate::commands::context::Context;
use crate::commands::preflight::look;
use crate::engine::observed::Consent;
use crate::engine::plan::{self, Plan};
use crate::failure::Failure;
use crate::render::wrap::columns;
use crate::render::{text, verify as render};
use crate::settings::{GeneralFlags, Need};
use crate::stop;
use crate::survey::Survey;
use crate::systems::{Goal, Trials};
use crate::terminal::{interrupted, print, print_json};

/// The last words once something was sent.
pub(super) const SENT: &str = "Interrupted: what was sent may still arrive in the bucket, where it expires with every other \
                    object.";

/// Runs the command. It sends test events and removes what arrives of them; nothing else is changed.
///
/// # Errors
/// Bad settings, or a read of the survey that failed.
pub async fn command(
    general: &GeneralFlags,
    args: &VerifyArgs,
    stop: watch::Receiver<bool>,
) -> Result<Ending, Failure> {
    let context =
        Context::load(general, &args.stackstate, Need::Trust, Goal::Present, stop).await?;
    let since = Instant::now();
    let (survey, trails) = look(&context).await?;
    let width = columns(&std::io::stdout());
    if !args.json {
        print(&text::heading(&survey.site, width))?;
    }
    let limit = Duration::from_secs(args.timeout.into());
    let begins = || stop::writes_begin("calls in flight", || interrupted(SENT));
    let took = since.elapsed();
    let (steps, left) = verified(&context, &survey, trails, took, limit, begins).await?;
    if args.json {
        let document = render::json(&survey.site, &steps, &left);
        print_json(format_args!("{document:#}"))?;
    } else {
        print(&render::text(&steps, &left, width))?;
    }
    Ok(match steps.iter().any(|it| it.outcome == Outcome::Fail) {
        true => Ending::Failed,
        false => Ending::Well,
    })
}

/// Tries what is deployed, which took so long to read, and waits at most for `limit` until what was sent has
/// arrived. Calls `begins` before something is sent. Returns the steps, and what stays behind.
///
/// # Errors
/// A document that cannot be used.
pub(super) async fn verified(
    context: &Context,
    survey: &Survey,
    trails: BoxFuture<'_, Vec<Seen>>,
    took: Duration,
    limit: Duration,
    begins: impl FnOnce(),
) -> Result<(Vec<Step>, Vec<String>), Failure> {
    let plan = plan::plan(&survey.nodes, &survey.observed, Consent::default());
    let mut steps = vec![state::resources(&plan).took(took)];
    let is_complete = steps[0].outcome == Outcome::Pass;
    steps.extend(state::versioning(&survey.observed));
    steps.extend(state::elsewhere(&plan));

    let since = Instant::now();
    let trails = async { trails::look(&context.aws, &trails.await).await };
    let exposures = exposures::look(&context.aws, &survey.nodes, &survey.observed);
    let (trails, exposures) = join(trails, exposures).await;
    let checks = trails.into_iter().chain(exposures);
    steps.extend(checks.map(|check| from_check(check, since.elapsed())));

    let mut left = Vec::new();
    if is_complete {
        begins();
    }
    for system in &context.systems {
        let trials = system.trials(&survey.site)?;
        if is_complete {
            left.extend(tried(context, survey, &plan, &trials, limit, &mut steps).await);
        } else {
            steps.extend(trials.deliveries.iter().map(|it| {
                let message = "nothing was sent, because resources are missing";
                Step::new("events", Outcome::Unknown, message).in_region(&it.region)
            }));
        }
    }
    // The steps of a region stand together, after those of the account.
    steps.sort_by_key(|step| {
        let regions = &survey.site.regions;
        let position = |region| regions.iter().position(|it| it == region);
        step.region.as_ref().and_then(position)
    });
    Ok((steps, left))
}

/// Tries what a system is to do, and returns what stays behind of it.
async fn tried(
    context: &Context,
    survey: &Survey,
    plan: &Plan,
    trials: &Trials,
    limit: Duration,
    steps: &mut Vec<Step>,
) -> Vec<String> {
    let (aws, account) = (&context.aws, &survey.site.account);
    let mut left = Vec::new();
    if let Some(reader) = &trials.reader {
        let reading = Reading::begin(aws, reader).await;
        let run = Run {
            aws,
            account,
            reading: &reading,
            limit,
        };
        let sent = trials.deliveries.iter().map(|it| run.send(it));
        let sent = join_all(sent).await;
        // The regions stand in the order of the settings, whichever answers first.
        for line in sent.iter().flat_map(UnderWay::sent) {
            context.say(&(line + "\n"));
        }
        let arrivals = sent.into_iter().map(|it| run.arrival(it));
        for delivered in join_all(arrivals).await {
            steps.extend(delivered.steps);
            left.extend(delivered.left);
        }
        steps.push(reading.step(aws, reader, state::is_as_planned(plan)).await);
    }
    let granted = trials
        .grants
        .iter()
        .map(|it| grants::step(aws, account, it));
    steps.extend(join_all(granted).await);
    left
}
