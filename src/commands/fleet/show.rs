//! `provision show FOLDER`: prints the saved plans of a fleet. Neither AWS nor the settings are asked.

use std::time::Duration;

use iam_policy::printable::harmless;

use crate::cli::ShowArgs;
use crate::commands::{Ending, page, shell};
use crate::failure::Failure;
use crate::fleet::report::Command;
use crate::fleet::saved;
use crate::render::fleet::summary::Summary;
use crate::render::html::fleet::page as fleet_page;
use crate::render::wrap::columns;
use crate::terminal::print;

/// Runs the command.
///
/// # Errors
/// A folder without saved plans of this version of the program, a page that cannot be written, and the forms that
/// only the plan of one account has.
pub fn show(args: &ShowArgs) -> Result<Ending, Failure> {
    for (option, is_given) in [("--json", args.json), ("--markdown", args.markdown)] {
        if is_given {
            return Err(Failure::new(format!(
                "`{option}` shows the saved plan of one account, and {} is a folder with the plans of a fleet",
                args.plan.display()
            ))
            .hint("Leave the option out, or write a page with `--html FILE`"));
        }
    }
    let saved = saved::read(&args.plan)?;
    let plans = saved.plans()?;
    let summary = Summary {
        command: Command::Plan,
        ended: &saved.planned,
        plans: &plans,
        waves: &[],
        stopped: None,
        next: None,
        took: Duration::ZERO,
        width: columns(&std::io::stdout()),
        details: args.details,
    };
    if let Some(file) = &args.html {
        let page = fleet_page(&summary, saved.organization.as_deref());
        page::write_text(file, &page)?;
        return Ok(Ending::Well);
    }
    // Whoever wrote the folder may have put a line break or an escape sequence into a flag.
    let head = harmless(&format!(
        "{}. `provision fleet apply {}` carries it out.",
        shell::made(&saved.made),
        shell::path(&args.plan)
    ));
    print(&format!("{head}\n{}", summary.text()))?;
    Ok(Ending::Well)
}
