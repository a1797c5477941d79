//! Loading: flags and file together become checked settings.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use iam_policy::lint::{Accepted, Home};
use serde::Serialize;

use super::audit_trail::{self, AuditTrail};
use super::choices::System;
use super::file::SettingsFile;
use super::general::{self, Connection, GeneralFlags};
use super::given::{Origins, Place, Reading, Section};
use super::invalid::Invalid;
use super::source::Source;
use super::stackstate::{self, StackState, StackStateFlags};
use super::trust::{self, Environment, Need, Trust};
use super::{canonical, lint, missing, tags};
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
    origins: Origins,
    source: Arc<Source>,
    is_above: bool,
    /// The ARNs in the settings, kept until the partition of the run is known.
    arns: Vec<(Place, Arn)>,
    warnings: Vec<String>,
}

/// Reads the settings file, puts the flags in place of its values, and checks every value.
///
/// Without `--config`, `provision.toml` in `folder` is used, or in the nearest of its parents. Relative
/// paths in the file start from the file's folder.
///
/// # Errors
/// A file that cannot be read or is not TOML of the documented keys, a value that AWS would
/// refuse, and, with [`Need::Trust`], a part of the trust policy that is missing. All that is wrong is
/// told at once: each failure names the place that the value came from and the accepted form, and
/// never holds the external ID.
pub fn load(
    general: &GeneralFlags,
    flags: &StackStateFlags,
    need: Need,
    folder: &Path,
    environment: Environment,
) -> Result<Draft, Failure> {
    let (file, reading) = SettingsFile::read(general.config.as_deref(), folder, environment)?;
    let mut draft = check(&file, &reading, general, flags, need, environment);
    draft.is_above = file.is_above;
    first_of(reading.failures())?;
    let written = file.content.stackstate.as_ref();
    let written = written.and_then(|it| it.external_id.as_ref());
    if let Some(external_id) = draft.external_id() {
        let is_public = file.is_public && flags.external_id.is_none();
        let public = written.filter(|it| is_public && *it == external_id);
        let public = public.map(|_| reading.source.name.as_str());
        draft.warnings = trust::warnings(external_id, public);
    }
    Ok(draft)
}

/// The settings of a file and flags, with what is wrong among the problems of the reading.
pub(super) fn check(
    file: &SettingsFile,
    reading: &Reading,
    general: &GeneralFlags,
    flags: &StackStateFlags,
    need: Need,
    environment: Environment,
) -> Draft {
    let content = &file.content;
    let flags = &flags.with_lists_split();
    let top = Section::new(reading, "", content).with_flags(&general.top, &general.variables);
    let account = general::account(&top);
    let regions = general::regions(&top);
    let tags = tags::merge(&top, |top| &top.tags);
    let named = named_systems(reading, flags, general);

    let absent = StackStateFlags::default();
    let in_file = content.stackstate.as_ref().unwrap_or(&absent);
    let stackstate = named.contains(&System::StackState).then(|| {
        let section =
            Section::new(reading, "stackstate", in_file).with_flags(flags, &general.variables);
        stackstate::resolve(&section, need, environment)
    });
    let (stackstate, arns) = stackstate.unzip();
    let principals = match flags.agent_principals.is_empty() {
        true => in_file.agent_principals.clone(),
        false => flags.agent_principals.clone(),
    };
    let external_id = flags.external_id.as_ref().or(in_file.external_id.as_ref());
    let variable = external_id.and_then(|it| trust::variable_name(it.expose()));
    let variable = variable.map(str::to_owned);
    let audit_trail = content.audit_trail.as_ref();
    let audit_trail = audit_trail.filter(|_| named.contains(&System::AuditTrail));
    let audit_trail = audit_trail
        .map(|in_file| audit_trail::resolve(&Section::new(reading, "audit_trail", in_file)));
    let (audit_trail, more_arns) = audit_trail.unzip();
    let arns: Vec<_> = [arns, more_arns].into_iter().flatten().flatten().collect();

    for given in &arns {
        if let Some(why) = account
            .as_ref()
            .and_then(|it| foreign_policy(it, &given.value))
        {
            given.refuse(why);
        }
    }
    if let Some(main) = regions.first() {
        for given in &arns {
            if let Some(why) = foreign_partition(main, &given.value) {
                given.refuse(why);
            }
        }
    } else if ["AWS_REGION", "AWS_DEFAULT_REGION"]
        .iter()
        .all(|name| environment(name).is_none())
        && reading.lacks_something()
    {
        reading.missing(missing::REGION_UNLESS_IN_PROFILE);
    }
    let settings = Settings {
        account,
        regions,
        tags,
        stackstate,
        audit_trail,
        connection: general::connection(general, reading),
        accepted: lint::resolve(&Section::new(reading, "lint", &content.lint)),
    };
    Draft {
        settings,
        origins: Origins {
            places: reading.origins.take(),
            principals,
            variable,
        },
        source: Arc::clone(&reading.source),
        is_above: false,
        arns: arns.into_iter().map(|it| (it.place, it.value)).collect(),
        warnings: Vec::new(),
    }
}

/// # Errors
/// The failures as one.
fn first_of(failures: Vec<(String, Failure)>) -> Result<(), Failure> {
    let mut failures = failures.into_iter().map(|(_, failure)| failure);
    match failures.next() {
        None => Ok(()),
        Some(mut first) => {
            first.also.extend(failures);
            Err(first)
        }
    }
}

/// Why an ARN cannot be used where the main region is.
fn foreign_partition(main: &Region, arn: &Arn) -> Option<Invalid> {
    let partition = main.partition();
    (arn.partition != partition).then(|| {
        Invalid::new(
            format!(
                "\"{arn}\" belongs to the partition {}, but the region {main} to {partition}",
                arn.partition
            ),
            format!("Write an ARN that starts with \"arn:{partition}:\"."),
        )
    })
}

/// Why a policy cannot be used in the account. IAM takes its own account's policies and AWS's alone.
fn foreign_policy(account: &AccountId, arn: &Arn) -> Option<Invalid> {
    let is_foreign = arn.account != account.as_str() && arn.account != "aws";
    (is_foreign && arn.resource.starts_with("policy/")).then(|| {
        Invalid::new(
            format!("\"{arn}\" is a policy of another account than {account}"),
            format!("Write the ARN of a policy of {account}, or of one of AWS."),
        )
    })
}

/// The systems that file and flags name. Where neither names one, StackState is meant, which can
/// be set up by flags alone.
fn named_systems(
    reading: &Reading,
    flags: &StackStateFlags,
    general: &GeneralFlags,
) -> Vec<System> {
    // A section that cannot be read is named all the same.
    let has = |system: System| reading.source.span(system.section()).is_some();
    let has_audit_trail = has(System::AuditTrail);
    let has_flags = *flags != StackStateFlags::default() && !general.stackstate_is_unnamed;
    let has_stackstate = has(System::StackState) || has_flags || !has_audit_trail;
    let named = [
        (System::StackState, has_stackstate),
        (System::AuditTrail, has_audit_trail),
    ];
    let named = named.into_iter().filter(|(_, is_named)| *is_named);
    let named: Vec<System> = named.map(|(system, _)| system).collect();
    let only = &general.only;
    if let Some(unnamed) = only.iter().find(|only| !named.contains(only)) {
        let section = unnamed.section();
        let why = Invalid::new(
            format!("[{section}] is not in the settings"),
            format!("Add the section [{section}] to {}.", reading.source.name),
        );
        reading.problems.add("--only", || why.at("--only"));
    }
    let is_meant = |system: &System| only.is_empty() || only.contains(system);
    named.into_iter().filter(is_meant).collect()
}

/// What checking policies of any origin needs of the settings: the findings that are accepted, and
/// where the policies belong, as far as the settings name that.
///
/// # Errors
/// A file that cannot be read or is not TOML of the documented keys, a code that no finding has, a
/// reason that is empty, and an account or a region that cannot be one.
pub fn load_lint(
    general: &GeneralFlags,
    folder: &Path,
    environment: Environment,
) -> Result<(Accepted, Home), Failure> {
    let (file, reading) = SettingsFile::read(general.config.as_deref(), folder, environment)?;
    let top =
        Section::new(&reading, "", &file.content).with_flags(&general.top, &general.variables);
    let home = Home {
        partition: general::regions(&top).first().map(Region::partition),
        account: general::account(&top),
    };
    let accepted = lint::resolve(&Section::new(&reading, "lint", &file.content.lint));
    first_of(reading.failures())?;
    Ok((accepted, home))
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
