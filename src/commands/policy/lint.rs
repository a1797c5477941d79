//! `provision policy lint [FILE…]`: reports what is wrong with policies, or could be.

use std::path::Path;

use tokio::sync::watch;

use super::file::read;
use super::rendered::left_out;
use crate::checks::documents;
use crate::cli::PolicyLintArgs;
use crate::commands::Ending;
use crate::commands::context::Context;
use crate::failure::Failure;
use crate::render::wrap::columns;
use crate::settings::{self, GeneralFlags, Need};
use crate::systems::Goal;
use crate::terminal::{print, print_json, report};
use iam_policy::Kind;
use iam_policy::lint::{self, Accepted, Checked, Found, Home, Report, Severity, Unreadable};
use iam_policy::report::Extent;

pub(super) async fn command(
    general: &GeneralFlags,
    args: &PolicyLintArgs,
    stop: watch::Receiver<bool>,
) -> Result<Ending, Failure> {
    let found = if args.files.is_empty() {
        of_settings(general, args, stop).await?
    } else {
        of_files(general, args)?
    };
    if args.json {
        print_json(format_args!("{:#}", iam_policy::report::json(&found)))?;
    } else if args.sarif {
        print_json(format_args!("{:#}", documents::sarif(&found)))?;
    } else {
        let extent = Extent {
            width: columns(&std::io::stdout()),
            is_whole: args.details,
        };
        let mut text = iam_policy::report::text(&found, extent);
        if found.open().next().is_some() {
            text.push_str("`provision explain CODE` has examples of a finding.\n");
        }
        print(&text)?;
    }
    // Nobody can edit what is built in, so its weaknesses fail no pipeline that does not ask for that.
    let by_default = |document: &Checked| match document.is_built_in {
        true => Severity::Error,
        false => Severity::Security,
    };
    Ok(if found.open().any(lint::is_unchecked) {
        Ending::Unchecked
    } else if found.fails(|document| args.fail_on.unwrap_or_else(|| by_default(document))) {
        if !found.fails(|_| Severity::Error) && args.fail_on.is_none() {
            report(
                "Note: a finding of security in a document of yours fails the command; \
                 `--fail-on error` lets it pass.\n",
            );
        }
        Ending::Findings
    } else {
        Ending::Well
    })
}

async fn of_settings(
    general: &GeneralFlags,
    args: &PolicyLintArgs,
    stop: watch::Receiver<bool>,
) -> Result<Report, Failure> {
    let context =
        Context::load(general, &args.stackstate, Need::Names, Goal::Present, stop).await?;
    let site = context.site().await?;
    if let Some(reason) = left_out(&context.settings) {
        report(&format!("Note: {reason}.\n"));
    }
    let layout = context.lay_out(&site)?;
    documents::report(&context.settings, &layout, &site)
}

fn of_files(general: &GeneralFlags, args: &PolicyLintArgs) -> Result<Report, Failure> {
    let (accepted, home) =
        settings::load_lint(general, Path::new("."), &|name| std::env::var(name).ok())?;
    let documents = args.files.iter();
    let documents = documents.map(|path| checked(path, args.kind, &home, &accepted));
    Ok(Report {
        documents: documents.collect(),
    })
}

/// A file that cannot be checked has a finding that says so, and the others are checked.
fn checked(path: &Path, kind: Option<Kind>, home: &Home, accepted: &Accepted) -> Checked {
    let (kind, found) = match read(path) {
        Ok(text) => match lint::read(&text, kind, home.clone()) {
            Ok(document) => {
                let found = Found::in_text(&text, lint::lint(&document), accepted);
                (Some(document.kind), found)
            }
            Err(Unreadable { finding, position }) => {
                let found = Found {
                    position,
                    ..Found::new(finding, accepted)
                };
                (None, vec![found])
            }
        },
        Err(failure) => {
            let why = [failure.causes.join(": "), failure.hint.unwrap_or_default()];
            let why = why.into_iter().filter(|it| !it.is_empty());
            let finding = lint::unreadable_file(&why.collect::<Vec<_>>().join("; "));
            (None, vec![Found::new(finding, accepted)])
        }
    };
    let is_standard_input = path == Path::new("-");
    let name = if is_standard_input {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    };
    Checked {
        file: (!is_standard_input).then(|| name.clone()),
        name,
        kind,
        is_built_in: false,
        found,
    }
}
