//! The commands: each loads what it needs, prints its results, and decides the exit code.

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

/// Prints the plan, and below it the number of security findings in the documents. The documents are
/// the vendors', and whoever applies them should know their weaknesses.
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

/// Refuses a plan with blocked resources.
///
/// A part of what was asked for is of no use, so nothing is begun.
///
/// # Errors
/// One cause for each blocked resource, with its reason.
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
