//! Loading: flags and file together become checked settings.

use std::collections::BTreeMap;
use std::path::Path;

use iam_policy::lint::{Accepted, Home};
use serde::Serialize;

use super::audit_trail::{self, AuditTrail};
use super::file::{self, SettingsFile};
use super::general::{self, Connection, GeneralFlags, System};
use super::given::Given;
use super::invalid::Invalid;
use super::stackstate::{self, StackState, StackStateFlags};
use super::trust::{self, Environment, Need, Trust};
use super::{canonical, lint, tags};
use crate::failure::Failure;
use crate::names::{AccountId, Arn, Partition, Region};
use crate::secret::Secret;

/// Everything that one run needs to know from the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Settings {
    /// The only account that the run may touch, if one is named.
    #[serde(serialize_with = "canonical::text")]
    pub account: Option<AccountId>,
    /// The regions, all of one partition and each once; the first is the main region. Never empty
    /// if there is a system that lives in regions.
    #[serde(serialize_with = "canonical::first_and_sorted")]
    pub regions: Vec<Region>,
    /// The tags for every resource, without our own ownership tags.
    pub tags: BTreeMap<String, String>,
    /// The StackState integration, if this run is about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stackstate: Option<StackState>,
    /// Audit Trail, if this run is about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audit_trail: Option<AuditTrail>,
    /// The findings of `policy lint` that stay, each with the reason. They change nothing in AWS.
    #[serde(skip)]
    pub accepted: Accepted,
    /// How to reach AWS, which changes nothing in AWS either.
    #[serde(skip)]
    pub connection: Connection,
}

impl Settings {
    /// The partition of all regions; `None` where there is no region.
    pub fn partition(&self) -> Option<Partition> {
        self.regions.first().map(Region::partition)
    }

    /// Every setting that affects what is provisioned, as pairs of key path and canonical value,
    /// always in the same order. Settings of the same meaning give the same pairs.
    ///
    /// The external ID is among the values: digest the pairs with a salt, and never print or
    /// store them.
    ///
    /// # Errors
    /// A value that cannot be serialized; checked settings have none.
    pub fn digest_entries(&self) -> Result<Vec<(String, String)>, Failure> {
        let mut entries = canonical::entries(self)?;
        if let Some(stackstate) = &self.stackstate
            && let Trust::External { external_id, .. } = &stackstate.trust
        {
            let value = external_id.expose().to_owned();
            entries.push(("stackstate.external_id".to_owned(), value));
        }
        Ok(entries)
    }
}

/// Checked settings whose region may still have to come from AWS's own configuration.
#[derive(Debug)]
pub struct Draft {
    pub(super) settings: Settings,
    /// The ARNs in the settings, kept until the partition of the run is known.
    arns: Vec<Given<Arn>>,
    warnings: Vec<String>,
}

/// Reads the settings file, puts the flags in place of its values, and checks every value.
///
/// Without `--config`, `provision.toml` in `folder` is used if it exists. Relative paths in the
/// file start from the file's folder.
///
/// # Errors
/// A file that cannot be read or is not TOML of the documented keys, a value that AWS would
/// refuse, and, with [`Need::Trust`], a part of the trust policy that is missing. The failure is
/// the first of these in the order of the file's keys. The failure names the place that the value
/// came from and the accepted form, and never holds the external ID.
pub fn load(
    general: &GeneralFlags,
    flags: &StackStateFlags,
    need: Need,
    folder: &Path,
    environment: Environment,
) -> Result<Draft, Failure> {
    let file = SettingsFile::read(general.config.as_deref(), folder)?;
    let flags = &flags.with_lists_split();
    let top = file
        .section("", &file.content)
        .with_flags(&general.top, &general.variables);
    let account = general::account(&top)?;
    let regions = general::regions(&top)?;
    let tags = tags::merge(&top, |top| &top.tags)?;
    let named = named_systems(&file, flags, general)?;

    let absent = StackStateFlags::default();
    let in_file = file.content.stackstate.as_ref().unwrap_or(&absent);
    let stackstate = named.contains(&System::StackState).then(|| {
        let section = file
            .section("stackstate", in_file)
            .with_flags(flags, &general.variables);
        stackstate::resolve(&section, need, environment)
    });
    let (stackstate, arns) = stackstate.transpose()?.unzip();
    let audit_trail = file.content.audit_trail.as_ref();
    let audit_trail = audit_trail.filter(|_| named.contains(&System::AuditTrail));
    let audit_trail =
        audit_trail.map(|in_file| audit_trail::resolve(&file.section("audit_trail", in_file)));
    let (audit_trail, more_arns) = audit_trail.transpose()?.unzip();

    let settings = Settings {
        account,
        regions,
        tags,
        stackstate,
        audit_trail,
        connection: general::connection(general)?,
        accepted: lint::resolve(&file.section("lint", &file.content.lint))?,
    };
    let arns = [arns, more_arns].into_iter().flatten().flatten().collect();
    let mut draft = Draft {
        settings,
        arns,
        warnings: Vec::new(),
    };
    if let Some(external_id) = draft.external_id() {
        let written = in_file.external_id.as_ref();
        let is_public = file.is_public && flags.external_id.is_none();
        let public = written.filter(|it| is_public && *it == external_id);
        draft.warnings = trust::warnings(external_id, public.map(|_| file.name.as_str()));
    }
    Ok(draft)
}

/// The systems that file and flags name. Where neither names one, StackState is meant, which can
/// be set up by flags alone.
fn named_systems(
    file: &SettingsFile,
    flags: &StackStateFlags,
    general: &GeneralFlags,
) -> Result<Vec<System>, Failure> {
    let has_audit_trail = file.content.audit_trail.is_some();
    let has_flags = *flags != StackStateFlags::default() && !general.stackstate_is_unnamed;
    let has_stackstate = file.content.stackstate.is_some() || has_flags || !has_audit_trail;
    let named = [
        (System::StackState, has_stackstate),
        (System::AuditTrail, has_audit_trail),
    ];
    let named = named.into_iter().filter(|(_, is_named)| *is_named);
    let named: Vec<System> = named.map(|(system, _)| system).collect();
    let only = &general.only;
    if let Some(unnamed) = only.iter().find(|only| !named.contains(only)) {
        return Err(Invalid::new(
            format!("the settings do not name the system {unnamed}"),
            format!("Add the section [{}] to {}.", unnamed.section(), file.name),
        )
        .at("--only"));
    }
    let is_meant = |system: &System| only.is_empty() || only.contains(system);
    Ok(named.into_iter().filter(is_meant).collect())
}

/// What checking policies of any origin needs of the settings: the findings that are accepted, and
/// where the policies belong, as far as the settings name that.
///
/// # Errors
/// A file that cannot be read or is not TOML of the documented keys, a code that no finding has, a
/// reason that is empty, and an account or a region that cannot be one.
pub fn load_lint(general: &GeneralFlags, folder: &Path) -> Result<(Accepted, Home), Failure> {
    let file = SettingsFile::read(general.config.as_deref(), folder)?;
    let top = file
        .section("", &file.content)
        .with_flags(&general.top, &general.variables);
    let home = Home {
        partition: general::regions(&top)?.first().map(Region::partition),
        account: general::account(&top)?,
    };
    let accepted = lint::resolve(&file.section("lint", &file.content.lint))?;
    Ok((accepted, home))
}

impl Draft {
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
        let mut settings = self.settings;
        if settings.regions.is_empty() && settings.stackstate.is_some() {
            let name = default_region.ok_or_else(|| {
                Failure::new("no region is set").hint(format!(
                    "Add regions = [\"eu-west-1\"] to {}, pass --region eu-west-1, \
                     or set AWS_REGION.",
                    file::DEFAULT_FILE
                ))
            })?;
            let region = name.parse::<Region>().map_err(|why| {
                Invalid::from(why).at("the region of the AWS profile or environment")
            })?;
            settings.regions.push(region);
        }
        // Without a region the partition is the caller's, which is not known yet.
        let Some(main) = settings.regions.first() else {
            return Ok(settings);
        };
        let partition = main.partition();
        match self.arns.iter().find(|it| it.value.partition != partition) {
            None => Ok(settings),
            Some(Given { place, value: arn }) => Err(Failure::new(format!(
                "{place}: \"{arn}\" belongs to the partition {}, but the region {main} to {partition}",
                arn.partition
            ))
            .hint(format!("Write an ARN that starts with \"arn:{partition}:\"."))),
        }
    }
}
