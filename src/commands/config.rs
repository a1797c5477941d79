//! `provision config`: shows the settings and where each comes from, and the schema of the file.

use std::path::Path;

use tokio::sync::watch;

use crate::aws::{Connections, Network, variables};
use crate::cli::ConfigArgs;
use crate::commands::Ending;
use crate::commands::context::warn_of;
use crate::failure::Failure;
use crate::render::{config, wrap};
use crate::settings::{self, GeneralFlags, Need};
use crate::terminal::{print, print_json};

/// Runs the command. What is missing is shown as missing.
///
/// # Errors
/// Bad settings.
pub async fn command(
    general: &GeneralFlags,
    args: &ConfigArgs,
    stop: watch::Receiver<bool>,
) -> Result<Ending, Failure> {
    if args.schema {
        print_json(format_args!("{:#}", settings::schema()))?;
        return Ok(Ending::Well);
    }
    let environment = |name: &str| std::env::var(name).ok();
    let here = Path::new(".");
    let draft = settings::load(general, &args.stackstate, Need::Names, here, &environment)?;
    warn_of(&draft);
    let origins = draft.origins();
    let file = draft.file().map(str::to_owned);
    let mut region = None;
    // The regions of a fleet come from the settings alone.
    if draft.lacks_region() && !draft.is_fleet() {
        variables::check(std::env::vars_os())?;
        let network = Network::from_environment(|name| std::env::var_os(name))?;
        let connection = draft.connection();
        let session = Connections::over(network, connection.concurrency, stop)
            .session(
                None,
                connection.profile.as_deref(),
                connection.endpoint_url.as_deref(),
            )
            .await;
        region = session.region;
    }
    let settings = draft.with_default(region.as_deref())?;
    let explained = origins.explain(&settings, general, &environment)?;
    if args.json {
        let document = config::document(file.as_deref(), &explained);
        print_json(format_args!("{document:#}"))?;
    } else {
        let columns = wrap::columns(&std::io::stdout());
        print(&config::text(&explained, columns))?;
    }
    Ok(Ending::Well)
}
