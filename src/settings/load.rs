//! Loading: flags and file together become checked settings.

use std::path::Path;
use std::sync::Arc;

use iam_policy::lint::{Accepted, Home};

use super::audit_trail;
use super::checked::Settings;
use super::choices::System;
use super::draft::Draft;
use super::file::SettingsFile;
use super::fleet::{self, Common};
use super::foreign::{foreign_partition, foreign_policy, policy_of_one};
use super::general::{self, GeneralFlags};
use super::given::{Origins, Reading, Section, given};
use super::invalid::Invalid;
use super::problems::first_of;
use super::stackstate::{self, StackStateFlags};
use super::trust::{self, Environment, Need};
use super::{lint, missing, tags};
use crate::failure::Failure;
use crate::names::Region;
use crate::secret::known;

/// Reads the settings file, puts the flags in place of its values, and checks every value.
///
/// Without `--config`, `provision.toml` in `folder` is used, or in the nearest of its parents. Relative
/// paths in the file start from the file's folder.
///
/// # Errors
/// A file that cannot be read or is not TOML of the documented keys, a value that AWS would
/// refuse, and, with [`Need::Trust`], a part of the trust policy that is missing. All that is wrong is
/// told at once: each failure names the place that the value came from and the accepted form, and
/// never holds the external ID. A file with `[fleet]` is refused for a command about one account.
pub fn load(
    general: &GeneralFlags,
    flags: &StackStateFlags,
    need: Need,
    folder: &Path,
    environment: Environment,
) -> Result<Draft, Failure> {
    let (file, reading) = SettingsFile::read(general.config.as_deref(), folder, environment)?;
    if let Some(instead) = general.for_many
        && let Some(span) = reading.source.span("fleet")
    {
        let why = Invalid::new(
            "[fleet] is for many accounts, and this command is for one",
            format!("Run `provision {instead}`, or pass --config with a file that has no [fleet]."),
        );
        return Err(reading.source.refuse(span, "", why));
    }
    let draft = check(&file, &reading, general, flags, need, environment);
    finish(draft, &file, &reading)
}

/// The draft, if nothing is wrong with it. From now on nothing shows its external IDs.
///
/// # Errors
/// The problems of the reading.
pub(super) fn finish(
    mut draft: Draft,
    file: &SettingsFile,
    reading: &Reading,
) -> Result<Draft, Failure> {
    first_of(reading.failures())?;
    draft.is_above = file.is_above;
    let stackstate = file.content.stackstate.as_ref();
    let stackstate = stackstate.and_then(|it| it.external_id.as_ref());
    let fleet = file.content.fleet.as_ref();
    let fleet = fleet.and_then(fleet::FleetKeys::external_id);
    let of_fleet = draft.fleet.as_ref().and_then(|it| it.external_id.as_ref());
    let ids = [
        (draft.external_id(), stackstate, "the external ID"),
        (of_fleet, fleet, "the external ID of [fleet]"),
    ];
    let mut warnings = Vec::new();
    for (id, written, subject) in ids {
        let Some(id) = id else {
            continue;
        };
        known::remember(id.expose());
        let public = written.filter(|written| file.is_public && *written == id);
        let public = public.map(|_| reading.source.name.as_str());
        warnings.extend(trust::warnings(id, subject, public));
    }
    draft.warnings = warnings;
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
    let is_fleet = reading.source.has_fleet();
    let flags = &flags.with_lists_split();
    let top = Section::new(reading, "", content).with_flags(&general.top, &general.variables);
    let account = general::account(&top);
    if is_fleet && account.is_some() {
        given!(top.account).refuse(Invalid::new(
            "with [fleet] there is no single account",
            "Take it out: [fleet] names the accounts.",
        ));
    }
    let regions = general::regions(&top);
    let tags = tags::merge(&top, |top| &top.tags);
    let fleet = content.fleet.as_ref().map(|in_file| {
        let section = Section::new(reading, "fleet", in_file);
        let common = Common {
            regions: &regions,
            tags: &tags,
        };
        fleet::resolve(&section, &common, need, environment)
    });
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
    let of_fleet = content.fleet.as_ref();
    let of_fleet = of_fleet.and_then(fleet::FleetKeys::external_id);
    let external_ids = [
        ("stackstate.external_id", external_id),
        ("fleet.external_id", of_fleet),
    ];
    let variables = external_ids.into_iter().filter_map(|(key, written)| {
        let variable = trust::variable_name(written?.expose())?;
        Some((key, variable.to_owned()))
    });
    let audit_trail = content.audit_trail.as_ref();
    let audit_trail = audit_trail.filter(|_| named.contains(&System::AuditTrail));
    let audit_trail = audit_trail
        .map(|in_file| audit_trail::resolve(&Section::new(reading, "audit_trail", in_file)));
    let (audit_trail, more_arns) = audit_trail.unzip();
    let arns: Vec<_> = [arns, more_arns].into_iter().flatten().flatten().collect();

    for given in &arns {
        let why = match &account {
            _ if is_fleet => policy_of_one(&given.value),
            Some(account) => foreign_policy(account, &given.value),
            None => None,
        };
        if let Some(why) = why {
            given.refuse(why);
        }
    }
    if let Some(main) = regions.first() {
        for given in &arns {
            if let Some(why) = foreign_partition(main, &given.value) {
                given.refuse(why);
            }
        }
    } else if !is_fleet
        && ["AWS_REGION", "AWS_DEFAULT_REGION"]
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
        connection: general::connection(general, reading, is_fleet),
        accepted: lint::resolve(&Section::new(reading, "lint", &content.lint)),
    };
    Draft {
        settings,
        origins: Origins {
            places: reading.origins.take(),
            principals,
            variables: variables.collect(),
            fleet: fleet.as_ref().map(fleet::Fleet::shown),
        },
        fleet,
        source: Arc::clone(&reading.source),
        is_above: false,
        arns: arns.into_iter().map(|it| (it.place, it.value)).collect(),
        warnings: Vec::new(),
    }
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
