//! Loading the settings of a fleet.

use std::path::Path;

use super::checked::Fleet;
use crate::failure::Failure;
use crate::names::AccountId;
use crate::settings::draft::Draft;
use crate::settings::file::SettingsFile;
use crate::settings::load::{check, finish};
use crate::settings::missing;
use crate::settings::source::Source;
use crate::settings::trust::{Environment, Need};
use crate::settings::{Connection, GeneralFlags, Settings, StackStateFlags};

/// The settings of many accounts.
#[derive(Debug)]
pub struct FleetSettings {
    fleet: Fleet,
    draft: Draft,
}

/// The same as [`load`](crate::settings::load) for settings with `[fleet]`.
///
/// # Errors
/// Settings without `[fleet]`, and those of [`load`](crate::settings::load).
pub fn load_fleet(
    general: &GeneralFlags,
    flags: &StackStateFlags,
    need: Need,
    folder: &Path,
    environment: Environment,
) -> Result<FleetSettings, Failure> {
    let (file, reading) = SettingsFile::read(general.config.as_deref(), folder, environment)?;
    if !reading.source.has_fleet() {
        return Err(lacking(&reading.source));
    }
    let draft = check(&file, &reading, general, flags, need, environment);
    if draft.lacks_region() {
        reading.missing(missing::REGION_OF_FLEET);
    }
    let mut draft = finish(draft, &file, &reading)?;
    let fleet = draft.fleet.take();
    let fleet = fleet.ok_or_else(|| lacking(&reading.source))?;
    Ok(FleetSettings { fleet, draft })
}

fn lacking(source: &Source) -> Failure {
    let problem = match source.exists {
        true => format!("[fleet] is not in {}", source.name),
        false => format!("there is no {} in this folder or above it", source.name),
    };
    Failure::new(problem)
        .hint("Add the section [fleet] for many accounts, or use the command for one account")
}

impl FleetSettings {
    /// The accounts, and how they are reached and changed.
    pub fn fleet(&self) -> &Fleet {
        &self.fleet
    }

    /// What all accounts have in common, without an account.
    pub fn common(&self) -> &Settings {
        &self.draft.settings
    }

    /// What a person should know of the settings, and how AWS is reached.
    pub fn draft(&self) -> &Draft {
        &self.draft
    }

    /// How to reach AWS.
    pub fn connection(&self) -> &Connection {
        self.draft.connection()
    }

    /// The settings of one account.
    pub fn of(&self, account: &AccountId) -> Settings {
        let mut settings = self.common().clone();
        settings.account = Some(account.clone());
        if let Some(own) = self.fleet.overrides.get(account) {
            if !own.regions.is_empty() {
                settings.regions.clone_from(&own.regions);
            }
            settings.tags.extend(own.tags.clone());
        }
        settings
    }
}
