//! `provision policy …`: looks at policy documents, and writes nothing anywhere.

mod diff;
mod lint;
mod list;
mod show;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use tokio::sync::watch;

use crate::blueprint::{self, Site, Written};
use crate::cli::PolicyCommand;
use crate::commands::Ending;
use crate::commands::context::Context;
use crate::failure::Failure;
use crate::settings::{GeneralFlags, Need, Settings, StackStateFlags, Trust};
use crate::survey;

/// Runs the command.
///
/// # Errors
/// Bad settings, a document that cannot be used, or no way to find out the account.
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

/// Every document that the settings write, and what is missing among them.
struct Rendered {
    site: Site,
    documents: Vec<Written>,
    /// Why a document is left out, if one is.
    left_out: Option<&'static str>,
}

/// Renders the documents. AWS is asked only for an account or region that the settings do not name.
async fn rendered(
    general: &GeneralFlags,
    stackstate: &StackStateFlags,
    stop: watch::Receiver<bool>,
) -> Result<Rendered, Failure> {
    let context = Context::load(general, stackstate, Need::Names, stop).await?;
    let settings = &context.settings;
    let site = survey::site(settings, &context.aws).await?;
    Ok(Rendered {
        documents: blueprint::written(settings, &context.documents, &site)?,
        site,
        left_out: left_out(settings),
    })
}

/// Why a document is left out of those that the settings write, if one is.
fn left_out(settings: &Settings) -> Option<&'static str> {
    let trust = settings.stackstate.as_ref().map(|system| &system.trust);
    (trust == Some(&Trust::Unstated)).then_some(
        "integration-role-trust-external is left out: the agent's principals or the external ID \
         are not set",
    )
}

/// Far more than the longest policy that AWS takes, laid out in whatever way.
const LARGEST: u64 = 256 * 1024;

/// The text of a document that a person names; `-` is the standard input.
fn read(path: &Path) -> Result<String, Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::new(format!("cannot read {}", path.display())).because(error.to_string())
    };
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        std::io::stdin().take(LARGEST + 1).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
    };
    read.map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        return Err(Failure::new(format!(
            "{} is too large for a policy: it has more than {} KiB",
            path.display(),
            LARGEST / 1024
        ))
        .hint("AWS allows 32,768 characters in a key policy, and fewer in all others"));
    }
    String::from_utf8(bytes).map_err(|_| {
        Failure::new(format!("{} is not text in UTF-8", path.display())).hint("Save it as UTF-8")
    })
}
