//! `provision policy …`: lists, shows, compares and checks policy documents, and writes nothing.

mod diff;
mod lint;
mod list;
mod show;

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

use tokio::sync::watch;

use crate::cli::PolicyCommand;
use crate::commands::Ending;
use crate::commands::context::Context;
use crate::failure::Failure;
use crate::settings::{GeneralFlags, Need, Settings, StackStateFlags, Trust};
use crate::survey;
use crate::systems::{self, Site, Written};
use crate::text_file::{self, LARGEST_POLICY};

/// Runs the command.
///
/// # Errors
/// Bad settings, a document that cannot be used, or an account that cannot be found out.
pub async fn command(
    general: &GeneralFlags,
    command: &PolicyCommand,
    stop: watch::Receiver<bool>,
) -> Result<Ending, Failure> {
    match command {
        PolicyCommand::List(args) => list::command(general, args, stop).await,
        PolicyCommand::Show(args) => show::command(general, args, stop).await,
        PolicyCommand::Diff(args) => diff::command(args),
        PolicyCommand::Lint(args) => lint::command(general, args, stop).await,
    }
}

/// Every document that apply writes for the settings, and which document is missing.
struct Rendered {
    site: Site,
    documents: Vec<Written>,
    /// Why a document is left out, if one is.
    left_out: Option<&'static str>,
}

/// Renders the documents. AWS is asked only for an account or a region that the settings do not name.
async fn rendered(
    general: &GeneralFlags,
    stackstate: &StackStateFlags,
    stop: watch::Receiver<bool>,
) -> Result<Rendered, Failure> {
    let context = Context::load(general, stackstate, Need::Names, stop).await?;
    let settings = &context.settings;
    let site = survey::site(settings, &context.aws).await?;
    Ok(Rendered {
        documents: systems::written(settings, &context.documents, &site)?,
        site,
        left_out: left_out(settings),
    })
}

/// Why a document that apply writes is left out, if one is.
fn left_out(settings: &Settings) -> Option<&'static str> {
    let trust = settings.stackstate.as_ref().map(|system| &system.trust);
    (trust == Some(&Trust::Unstated)).then_some(
        "integration-role-trust-external is left out: the agent's principals or the external ID \
         are not set",
    )
}

/// The text of the document in a file; `-` is the standard input.
fn read(path: &Path) -> Result<String, Failure> {
    let text = if path == Path::new("-") {
        text_file::read(std::io::stdin(), LARGEST_POLICY)
    } else {
        File::open(path).and_then(|file| text_file::read(file, LARGEST_POLICY))
    };
    text.map_err(|error| {
        let failure = Failure::new(format!("cannot read {}", path.display()));
        let failure = failure.because(error.to_string());
        match error.kind() {
            ErrorKind::FileTooLarge => failure
                .hint("AWS allows 32,768 characters in a key policy, and fewer in all others"),
            ErrorKind::InvalidData => failure.hint("Save it as UTF-8"),
            _ => failure,
        }
    })
}
