//! `provision fleet verify`: finds out of each account whether what is deployed works.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::account::{ended, failed, surveyed, together};
use super::ending::Run;
use super::load::{Access, Fleet};
use super::progress;
use crate::checks::verify::{Outcome as Tried, Step};
use crate::cli::FleetVerifyArgs;
use crate::commands::Ending;
use crate::commands::preflight::trails;
use crate::commands::verify::{SENT, verified};
use crate::failure::Failure;
use crate::fleet::ended::Outcome;
use crate::fleet::groups::Plans;
use crate::fleet::report::Command;
use crate::fleet::run::{End, Note};
use crate::fleet::target::Target;
use crate::settings::{GeneralFlags, Need};
use crate::stop;
use crate::systems::Goal;
use crate::terminal::interrupted;

/// Runs the command. It sends test events and removes what arrives of them; nothing else is changed.
///
/// # Errors
/// Those of [`Fleet::load`] and [`Fleet::targets`], and what would fail in every account.
pub(super) async fn command(
    general: &GeneralFlags,
    args: &FleetVerifyArgs,
    stop: watch::Receiver<bool>,
) -> Result<Ending, Failure> {
    let fleet = Fleet::load(general, &args.stackstate, Need::Trust, Goal::Present, stop).await?;
    let fleet = Arc::new(fleet);
    let found = fleet.targets(&args.narrow, Some(Command::Verify)).await?;
    let targets = found.targets;
    let run = Run::begin(
        &fleet,
        &args.run,
        Command::Verify,
        false,
        &targets,
        found.skipped,
    )?;
    let limit = Duration::from_secs(args.timeout.into());
    let work = |target: Target| {
        let fleet = Arc::clone(&fleet);
        async move {
            match tried(&fleet, &target, limit).await {
                Ok(end) | Err(end) => end,
            }
        }
    };
    stop::writes_begin("calls in flight", || interrupted(SENT));
    let waves = [targets];
    let limits = run.reading();
    let gone = progress::shown(&waves, limits, &fleet.stop, work, |_: &Note<'_>| {}).await;
    let ending = run.end(gone, &Plans::default());
    stop::writes_ended();
    ending
}

async fn tried(fleet: &Fleet, target: &Target, limit: Duration) -> Result<End, End> {
    let since = Instant::now();
    // A record is sent, for which a session that only reads does not serve.
    let (context, survey) = surveyed(fleet, target, Access::Writes).await?;
    let (trails, took) = (trails(&context), since.elapsed());
    let steps = verified(&context, &survey, trails, took, limit, || {}).await;
    let (steps, _) = steps.map_err(|failure| failed(target, &failure))?;
    let failures = steps
        .iter()
        .filter(|it| it.outcome == Tried::Fail)
        .map(told);
    Ok(match together(failures) {
        Some(failure) => failed(target, &failure),
        None => End::Alone(ended(target, Outcome::Unchanged)),
    })
}

/// A step that failed, as a failure.
fn told(step: &Step) -> Failure {
    let place = step.region.as_ref().map(|region| format!(" in {region}"));
    let place = place.unwrap_or_default();
    let failure = Failure::new(format!("{}{place}: {}", step.name, step.message));
    match &step.advice {
        Some(advice) => failure.hint(advice.clone()),
        None => failure,
    }
}
