//! `provision preflight`: checks everything that can be known before an apply. Apply makes the same
//! checks.

use std::collections::BTreeSet;

use futures_util::future::{BoxFuture, Either, FutureExt, join, ready, select};
use serde_json::json;
use tokio::sync::watch;

use crate::checks::preflight::simulation::{Call, calls};
use crate::checks::preflight::trails::{self, Seen};
use crate::checks::preflight::{self, Check, Verdict, exposures};
use crate::cli::PreflightArgs;
use crate::commands::context::Context;
use crate::commands::{Ending, consent};
use crate::engine::node;
use crate::engine::observed::Consent;
use crate::engine::plan::{self, Plan};
use crate::failure::Failure;
use crate::render::wrap::columns;
use crate::render::{preflight as render, text};
use crate::settings::{GeneralFlags, Need};
use crate::survey::Survey;
use crate::systems::Goal;
use crate::terminal::{print, print_json};

/// Runs the command, which writes nothing.
///
/// # Errors
/// Bad settings, or a read that failed.
pub async fn command(
    general: &GeneralFlags,
    args: &PreflightArgs,
    stop: watch::Receiver<bool>,
) -> Result<Ending, Failure> {
    let context =
        Context::load(general, &args.stackstate, Need::Trust, Goal::Present, stop).await?;
    let consent = consent::to_apply(&args.consent);
    let (mut survey, trails) = look(&context).await?;
    survey.look_before_adoption(&context.aws, consent).await;
    let plan = plan::plan(&survey.nodes, &survey.observed, consent);
    let mut checks = vec![Check::new(
        "caller",
        Verdict::Ok,
        survey.caller.arn.to_string(),
    )];
    if !survey.site.regions.is_empty() {
        let names: Vec<&str> = survey.site.regions.iter().map(|it| it.name()).collect();
        let message = format!("{} answered", names.join(", "));
        checks.push(Check::new("regions", Verdict::Ok, message));
    }
    let blocked = preflight::blocked(&plan);
    if blocked.is_empty() {
        checks.push(Check::new(
            preflight::PLAN,
            Verdict::Ok,
            text::counts(plan.actions()),
        ));
    }
    checks.extend(blocked);
    checks.extend(before_a_write(&context, &survey, &plan, consent, trails).await);
    let well = !checks.iter().any(|it| it.verdict == Verdict::Wrong);
    if args.json {
        let document = json!({
            "account": survey.site.account.as_str(),
            "partition": survey.site.partition.name(),
            "ok": well,
            "checks": render::json(&checks),
        });
        print_json(format_args!("{document:#}"))?;
    } else {
        let width = columns(&std::io::stdout());
        print(&format!(
            "{}\n{}\n{}",
            text::heading(&survey.site, width),
            render::text(&checks, width),
            render::verdict(&checks, width)
        ))?;
    }
    Ok(if well { Ending::Well } else { Ending::Failed })
}

/// The survey, and the trails, which are read at the same time. The trails are not waited for here: an
/// apply without changes does not need them.
///
/// # Errors
/// Those of the survey.
pub async fn look(context: &Context) -> Result<(Survey, BoxFuture<'_, Vec<Seen>>), Failure> {
    let (survey, trails) = (context.survey(), trails(context));
    let (survey, trails) = match select(survey, trails).await {
        Either::Left(both) => both,
        Either::Right((seen, survey)) => (survey.await, ready(seen).boxed()),
    };
    Ok((survey?, trails))
}

/// The trails, if a system needs to know them.
pub fn trails(context: &Context) -> BoxFuture<'_, Vec<Seen>> {
    match context.systems.iter().any(|it| it.needs_trails()) {
        true => trails::all(&context.aws).boxed(),
        false => ready(Vec::new()).boxed(),
    }
}

/// Whether the calls that `plan` makes are allowed, whether a trail logs the events, and whether a
/// resource of ours leads to others.
pub async fn before_a_write(
    context: &Context,
    survey: &Survey,
    plan: &Plan,
    consent: Consent,
    trails: BoxFuture<'_, Vec<Seen>>,
) -> Vec<Check> {
    let permitted = permitted(context, survey, plan, consent);
    let around = around(context, survey, trails);
    // Boxed, so that the futures of the commands stay small for the compiler.
    let checks = join(permitted, around).boxed();
    let (mut checks, around) = context.alive(checks).await;
    checks.extend(around);
    checks
}

/// Whether a trail logs the events, and whether a resource of ours leads to others.
pub async fn around(
    context: &Context,
    survey: &Survey,
    trails: BoxFuture<'_, Vec<Seen>>,
) -> Vec<Check> {
    let trails = async { trails::look(&context.aws, &trails.await).await };
    let exposures = exposures::look(&context.aws, &survey.nodes, &survey.observed);
    let (mut checks, exposures) = join(trails, exposures).await;
    checks.extend(exposures);
    checks
}

async fn permitted(
    context: &Context,
    survey: &Survey,
    plan: &Plan,
    consent: Consent,
) -> Vec<Check> {
    let calls: BTreeSet<Call> = calls(
        &context.settings,
        &survey.site,
        &survey.nodes,
        plan,
        &node::known(&survey.observed),
        consent,
    );
    preflight::ask(&context.aws, &survey.caller, &calls).await
}
