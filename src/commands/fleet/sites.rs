//! What other commands need to know of a fleet, for which the accounts themselves are not asked.

use std::path::Path;

use tokio::sync::watch;

use super::load::Fleet;
use crate::cli::NarrowArgs;
use crate::commands::context::warn_of;
use crate::failure::Failure;
use crate::fleet::report::Command;
use crate::settings::{self, GeneralFlags, Need, Settings, StackStateFlags};
use crate::systems::{Goal, Site};

/// What all accounts of the fleet have in common. AWS is not asked.
///
/// # Errors
/// Bad settings, and settings without `[fleet]`.
pub fn common(
    general: &GeneralFlags,
    stackstate: &StackStateFlags,
    need: Need,
) -> Result<Settings, Failure> {
    let environment = |name: &str| std::env::var(name).ok();
    let settings = settings::load_fleet(general, stackstate, need, Path::new("."), &environment)?;
    warn_of(settings.draft());
    Ok(settings.common().clone())
}

/// What all accounts of the fleet have in common, and where the resources of each are.
///
/// # Errors
/// Bad settings, credentials that AWS does not accept, and accounts that cannot be discovered.
pub async fn sites(
    general: &GeneralFlags,
    stackstate: &StackStateFlags,
    need: Need,
    narrow: &NarrowArgs,
    stop: watch::Receiver<bool>,
) -> Result<(Settings, Vec<Site>), Failure> {
    let fleet = Fleet::load(general, stackstate, need, Goal::Absent, stop).await?;
    let found = fleet.targets(narrow, Some(Command::Plan)).await?;
    let sites = found.targets.into_iter().map(|target| Site {
        partition: fleet.caller.arn.partition,
        regions: fleet.settings.of(&target.account).regions,
        account: target.account,
    });
    Ok((fleet.settings.common().clone(), sites.collect()))
}
