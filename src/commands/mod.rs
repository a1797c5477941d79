//! The commands: each puts the parts together and decides what is printed and how the run ends.

pub mod agent_config;
pub mod apply;
pub mod context;
pub mod destroy;
pub mod permissions;
pub mod plan;
pub mod policy;
pub mod preflight;

mod outputs;
mod run;
#[cfg(test)]
mod runtime_tests;

use context::Context;

use crate::checks::documents::security_findings;
use crate::engine::plan::Plan;
use crate::failure::Failure;
use crate::render::text;
use crate::survey::Survey;
use crate::terminal::print;

/// How a command ended, when it did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// All is as it should be.
    Well,
    /// The plan has changes, and the caller asked to be told by the exit code.
    Changes,
    /// Something failed or is not as it should be, and what that is has been printed already.
    Failed,
    /// What was to be compared is not what can be, and why has been printed already.
    NotComparable,
}

/// Shows the plan of what the settings ask for, and at its end how many security findings
/// there are: the documents are the vendors', and whoever applies them should know.
fn show(context: &Context, survey: &Survey, plan: &Plan) -> Result<(), Failure> {
    let Survey {
        site,
        nodes,
        written,
        ..
    } = survey;
    let findings = security_findings(&context.settings.accepted, nodes, written, site);
    print(&(text::plan(site, plan) + &text::security(findings)))
}

/// Refuses a plan with blocked resources, naming each with its reason.
///
/// A part of what was asked for is worth nothing, so that nothing of it is begun.
fn refuse_blocked(plan: &Plan) -> Result<(), Failure> {
    let mut failure = Failure::new("the plan is blocked, and nothing was changed");
    for step in plan.blocked() {
        let reason = step.decision.reason.clone().unwrap_or_default();
        failure = failure.because(format!("{}: {reason}", step.address));
    }
    if failure.causes.is_empty() {
        Ok(())
    } else {
        Err(failure)
    }
}
