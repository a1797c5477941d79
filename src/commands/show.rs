//! `provision show`: prints a saved plan. Neither AWS nor the settings are asked.

use std::collections::BTreeMap;

use crate::cli::ShowArgs;
use crate::commands::{Ending, fleet, page, shell};
use crate::engine::address::Address;
use crate::failure::Failure;
use crate::render::markdown::markdown;
use crate::render::plan::View;
use crate::render::plan_document::PlanDocument;
use crate::render::wrap::columns;
use crate::render::{plan_findings, text, warnings};
use crate::saved_plan;
use crate::terminal::{print, print_json};
use iam_policy::lint::{Accepted, Severity};
use iam_policy::printable::harmless;

/// Runs the command.
///
/// # Errors
/// A file or folder that is no saved plan of this version of the program, and a form that the plans of a fleet do
/// not have.
pub fn command(args: &ShowArgs) -> Result<Ending, Failure> {
    if args.plan.is_dir() {
        return fleet::show(args);
    }
    let saved = saved_plan::read(&args.plan)?;
    if args.json {
        print_json(format_args!("{:#}", saved.plan))?;
        return Ok(Ending::Well);
    }
    // What the settings accept is not in the file, so that every finding is shown.
    let accepted = Accepted::new();
    if args.markdown {
        print(&markdown(&saved.plan, &accepted)?)?;
        return Ok(Ending::Well);
    }
    if let Some(file) = &args.html {
        page::write(file, &saved.plan, &accepted)?;
        return Ok(Ending::Well);
    }
    let (site, plan) = saved.shown()?;
    let document = PlanDocument::read(&saved.plan)?;
    let mut findings: BTreeMap<Address, usize> = BTreeMap::new();
    for found in plan_findings::findings(&document, &accepted) {
        if found.finding.rule.severity == Severity::Security {
            let address = plan.steps[found.resource].address.clone();
            *findings.entry(address).or_default() += 1;
        }
    }
    let made = shell::made(&saved.made);
    let command = shell::apply(&args.plan, &[]);
    let width = columns(&std::io::stdout());
    let view = View {
        site: &site,
        findings: &findings,
        width,
        details: args.details,
    };
    // Whoever wrote the file may have put a line break or an escape sequence into a flag.
    let head = harmless(&format!("{made}. `{command}` carries it out."));
    print(&format!(
        "{head}\n\n{}{}{}",
        view.text(&plan),
        text::security(findings.values().sum(), width),
        warnings::text(&plan.warnings, width)
    ))?;
    Ok(Ending::Well)
}
