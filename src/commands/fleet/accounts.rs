//! `provision fleet accounts`: which accounts there are, and which are left out.

use serde_json::json;
use tokio::sync::watch;

use super::load::Fleet;
use crate::cli::FleetAccountsArgs;
use crate::commands::Ending;
use crate::failure::Failure;
use crate::fleet::waves::waves;
use crate::render::fleet::accounts;
use crate::render::wrap::columns;
use crate::settings::{GeneralFlags, Need};
use crate::systems::Goal;
use crate::terminal::{print, print_json};

/// Runs the command. The accounts themselves are not asked.
///
/// # Errors
/// Bad settings, credentials that AWS does not accept, and accounts that cannot be discovered.
pub(super) async fn command(
    general: &GeneralFlags,
    args: &FleetAccountsArgs,
    stop: watch::Receiver<bool>,
) -> Result<Ending, Failure> {
    let fleet = Fleet::load(general, &args.stackstate, Need::Names, Goal::Absent, stop).await?;
    let found = fleet.targets(&args.narrow, None).await?;
    let settings = fleet.settings.fleet();
    if args.json {
        let waves = waves(&found.targets, settings);
        let targets = found.targets.iter().map(|it| {
            let wave = waves.iter().position(|wave| wave.contains(&it.account));
            json!({
                "account": it.account.as_str(),
                "name": it.name,
                "path": it.path,
                "wave": wave.map(|index| index + 1),
                "is_callers": it.is_callers,
                "is_discovered": it.is_discovered,
            })
        });
        let skipped = found.skipped.iter().map(
            |it| json!({"account": it.account.as_str(), "name": it.name, "reason": it.reason}),
        );
        let document = json!({
            "accounts": targets.collect::<Vec<_>>(),
            "left_out": skipped.collect::<Vec<_>>(),
        });
        print_json(format_args!("{document:#}"))?;
    } else {
        let width = columns(&std::io::stdout());
        print(&accounts::text(&found, settings, width))?;
    }
    Ok(Ending::Well)
}
