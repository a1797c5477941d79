//! Settings that passed all checks which need no AWS call.

use std::sync::Arc;

use super::checked::Settings;
use super::fleet::Fleet;
use super::foreign::foreign_partition;
use super::general::Connection;
use super::given::{Origins, Place};
use super::invalid::Invalid;
use super::missing;
use super::problems::first_of;
use super::source::Source;
use super::trust::Trust;
use crate::failure::Failure;
use crate::names::{Arn, Region};
use crate::secret::Secret;

/// Checked settings whose region may still have to come from AWS's own configuration.
#[derive(Debug)]
pub struct Draft {
    pub(super) settings: Settings,
    pub(super) fleet: Option<Fleet>,
    pub(super) origins: Origins,
    pub(super) source: Arc<Source>,
    pub(super) is_above: bool,
    /// The ARNs in the settings, kept until the partition of the run is known.
    pub(super) arns: Vec<(Place, Arn)>,
    pub(super) warnings: Vec<String>,
}

impl Draft {
    /// The settings file, where it was found above the current folder.
    pub fn found_above(&self) -> Option<&str> {
        self.is_above.then_some(self.source.name.as_str())
    }

    /// The settings file, if there is one.
    pub fn file(&self) -> Option<&str> {
        self.source.exists.then_some(self.source.name.as_str())
    }

    /// Where the values come from.
    pub fn origins(&self) -> Origins {
        self.origins.clone()
    }

    /// Whether the settings are for many accounts.
    pub fn is_fleet(&self) -> bool {
        self.fleet.is_some()
    }

    /// Whether a region is needed and not named.
    pub fn lacks_region(&self) -> bool {
        self.settings.regions.is_empty() && self.settings.stackstate.is_some()
    }

    /// How to reach AWS, known before the region is.
    pub fn connection(&self) -> &Connection {
        &self.settings.connection
    }

    /// What is allowed and not advisable, a sentence each.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The external ID, if this run has one.
    pub fn external_id(&self) -> Option<&Secret> {
        match &self.settings.stackstate.as_ref()?.trust {
            Trust::External { external_id, .. } => Some(external_id),
            Trust::Ec2 | Trust::Unstated => None,
        }
    }

    /// The main region, if the settings name one; otherwise [`Draft::complete`] needs a default.
    pub fn main_region(&self) -> Option<&Region> {
        self.settings.regions.first()
    }

    /// The settings, with `default_region` (from the AWS profile or environment) as the only
    /// region where the settings name none.
    ///
    /// # Errors
    /// If there is no region at all, if the default region is unknown, or if an ARN in the
    /// settings belongs to another partition than the regions.
    pub fn complete(self, default_region: Option<&str>) -> Result<Settings, Failure> {
        if self.lacks_region() && default_region.is_none() {
            return Err(missing::failure(&self.source, missing::REGION));
        }
        self.with_default(default_region)
    }

    /// The same settings, which may lack a region.
    ///
    /// # Errors
    /// Those of [`Draft::complete`].
    pub fn with_default(self, default_region: Option<&str>) -> Result<Settings, Failure> {
        let is_used = self.lacks_region();
        let mut settings = self.settings;
        if let Some(name) = default_region.filter(|_| is_used) {
            let region = name.parse::<Region>().map_err(|why| {
                Invalid::from(why).at("the region of the AWS profile or environment")
            })?;
            settings.regions.push(region);
        }
        // Without a region the partition is the caller's, which is not known yet.
        let Some(main) = settings.regions.first() else {
            return Ok(settings);
        };
        let foreign = self.arns.iter().filter_map(|(place, arn)| {
            let why = foreign_partition(main, arn)?;
            Some((place.to_string(), place.refused(why)))
        });
        first_of(foreign.collect())?;
        Ok(settings)
    }
}
