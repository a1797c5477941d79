//! `provision policy diff A B`: shows what differs in meaning between two policies.

use std::path::Path;

use super::file;
use crate::cli::PolicyDiffArgs;
use crate::commands::Ending;
use crate::failure::Failure;
use crate::render::changes::policy_diff;
use crate::render::wrap::columns;
use crate::terminal::{print, report};
use iam_policy::Policy;

/// A document that is no policy is reported here and is no failure, because it has an exit code of its
/// own.
pub(super) fn command(args: &PolicyDiffArgs) -> Result<Ending, Failure> {
    if [&args.before, &args.after]
        .into_iter()
        .all(|path| path == Path::new("-"))
    {
        report("Error: only one of the two can be the standard input\n");
        return Ok(Ending::NotComparable);
    }
    let (before, after) = match (read(&args.before), read(&args.after)) {
        (Ok(before), Ok(after)) => (before, after),
        (before, after) => {
            for failure in [before.err(), after.err()].into_iter().flatten() {
                report(&format!("Error: {failure}\n"));
            }
            return Ok(Ending::NotComparable);
        }
    };
    let lines = iam_policy::diff(Some(&before), Some(&after));
    if lines.is_empty() {
        print("The policies are equivalent.\n")?;
        return Ok(Ending::Well);
    }
    print(&policy_diff(&lines, 0, columns(&std::io::stdout())))?;
    Ok(Ending::Failed)
}

fn read(path: &Path) -> Result<Policy, Failure> {
    let text = file::read(path)?;
    Policy::parse(&text).map_err(|error| {
        Failure::new(format!("{} is not a policy", path.display())).because(error.to_string())
    })
}
