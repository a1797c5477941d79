//! The commands: each loads what it needs, prints its results, and decides the exit code.

pub mod agent_config;
pub mod apply;
pub mod completions;
pub mod config;
pub mod context;
pub mod destroy;
pub mod explain;
pub mod fleet;
pub mod graph;
pub mod init;
pub mod man;
pub mod permissions;
pub mod plan;
pub mod policy;
pub mod preflight;
pub mod show;
pub mod signals;
pub mod status;
pub mod verify;

mod alive;
mod consent;
mod outputs;
mod page;
mod run;
#[cfg(test)]
mod runtime_tests;
mod shell;

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use tokio::time::timeout;

use context::Context;

use crate::checks::documents::security_findings;
use crate::checks::kept;
use crate::engine::address::Address;
use crate::engine::narrow;
use crate::engine::observed::Consent;
use crate::engine::plan::{Plan, plan as decide};
use crate::failure::Failure;
use crate::kinds::iam::account_alias::account_alias;
use crate::render::plan::View;
use crate::render::question::question;
use crate::render::wrap::columns;
use crate::render::{json, text, warnings};
use crate::saved_plan::SavedPlan;
use crate::survey::Survey;
use crate::systems::Site;
use crate::terminal::ask::can_ask;
use crate::terminal::confirm::{asks_without_stdout, confirm};
use crate::terminal::{print, print_event, report};
use serde_json::json;

/// How long a question waits for the account's alias.
const ALIAS: Duration = Duration::from_secs(2);

/// How a command ended, when it did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// All is as it should be.
    Well,
    /// The plan has changes, and the exit code is to say so.
    Changes,
    /// Something failed or is not as it should be, which has been printed already.
    Failed,
    /// What was to be compared are not two policies, which has been printed already.
    NotComparable,
    /// Something was found that is as bad as what was asked for, which has been printed already.
    Findings,
    /// A file was not checked, which has been printed already, with what was found in the others.
    Unchecked,
}

/// The plan for what was read, with its warnings, narrowed to the resources that `--target` names if it
/// names any.
///
/// # Errors
/// An address that no resource has.
fn decided(survey: &Survey, consent: Consent, targets: &[String]) -> Result<Plan, Failure> {
    let mut plan = decide(&survey.nodes, &survey.observed, consent);
    if !targets.is_empty() {
        let targets = narrow::addresses(&survey.nodes, targets)?;
        narrow::narrow(&mut plan, &survey.nodes, targets);
    }
    let now = SystemTime::now();
    plan.warnings.clone_from(&survey.others);
    plan.warn(&survey.nodes, &survey.observed, consent, now);
    Ok(plan)
}

/// Whether a saved plan is applied already, which is said.
///
/// # Errors
/// A saved plan for another place, or one that no longer holds.
fn is_applied(saved: Option<&SavedPlan>, site: &Site, plan: &Plan) -> Result<bool, Failure> {
    let Some(saved) = saved else {
        return Ok(false);
    };
    let now = json::plan(site, plan);
    saved.check_place(&now)?;
    let is_applied = saved.is_applied(&now);
    match is_applied {
        true => report("The saved plan is applied already: nothing to do.\n"),
        false => saved.check_plan(&now)?,
    }
    Ok(is_applied)
}

/// Asks whether `plan` is to be carried out, in an account that a person knows by its alias. Nobody asks AWS for
/// the alias for a script, and where it is not told the number says enough.
///
/// # Errors
/// There is no consent.
async fn ask(context: &Context, site: &Site, plan: &Plan, yes: bool) -> Result<(), Failure> {
    warn(plan);
    let alias = match !yes && can_ask() {
        true => timeout(ALIAS, account_alias(&context.aws)).await.ok(),
        false => None,
    };
    let alias = alias.and_then(Result::ok).flatten();
    let question = question(site, alias.as_deref(), plan);
    confirm(yes, &question).await
}

/// Shows the warnings, right before the question.
fn warn(plan: &Plan) {
    if !plan.warnings.is_empty() {
        report(&warnings::text(&plan.warnings, columns(&std::io::stderr())));
    }
}

/// The plan as text, and below it the number of security findings in the documents. The documents are
/// the vendors', and whoever applies them should know their weaknesses.
fn in_words(context: &Context, survey: &Survey, plan: &Plan, details: bool) -> String {
    let Survey {
        site,
        nodes,
        written,
        ..
    } = survey;
    let findings = security_findings(&context.settings.accepted, nodes, written, site);
    let width = columns(&std::io::stdout());
    let view = View {
        site,
        findings: &findings,
        width,
        details,
    };
    let stackstate = context.settings.stackstate.as_ref();
    let keep = stackstate.map_or(&[][..], |it| &it.keep_policies);
    let unused = kept::unused(keep, nodes, &survey.observed);
    view.text(plan)
        + &text::security(plan_findings(plan, &findings), width)
        + &text::unused(&unused, width)
}

/// The number of findings in what `plan` is about, which may be narrowed.
fn plan_findings(plan: &Plan, findings: &BTreeMap<Address, usize>) -> usize {
    let steps = plan.steps.iter();
    steps.filter_map(|step| findings.get(&step.address)).sum()
}

/// Shows the plan that a question may follow: as the first event, or as text. It is shown on stderr too
/// where stdout is not what the person sees who is asked.
fn show(site: &Site, plan: &Plan, text: &str, as_json: bool, yes: bool) -> Result<(), Failure> {
    if as_json {
        print_event(json!({"event": "plan", "plan": json::plan(site, plan)}))?;
    } else {
        print(text)?;
    }
    if !yes && plan.has_changes() && asks_without_stdout() {
        report(text);
    }
    Ok(())
}

/// Refuses a plan with blocked resources.
///
/// A part of what was asked for is of no use, so nothing is begun.
///
/// # Errors
/// The blocked resources. Their reasons stand in the plan, which has been shown.
fn refuse_blocked(plan: &Plan) -> Result<(), Failure> {
    let blocked: Vec<String> = plan.blocked().map(|it| it.address.to_string()).collect();
    if blocked.is_empty() {
        return Ok(());
    }
    let blocked = blocked.join(", ");
    Err(Failure::new("the plan is blocked, and nothing was changed")
        .hint(format!("The plan says why, and what to do, at {blocked}")))
}
