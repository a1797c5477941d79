//! Puts flags and file together: which value counts, where it came from, and whether it is good.

use std::path::PathBuf;

use super::file::{SettingsFile, StackStateContent};
use super::trust::{self, TrustInput};
use super::{
    Connection, Draft, Encryption, Environment, GeneralFlags, Need, PlacedArn, Principal, Settings,
    StackState, StackStateFlags, System, Trust, TrustKind, audit_trail, endpoint, lint, policies,
    postfix, tags,
};
use crate::failure::Failure;
use crate::names::{AccountId, Invalid, Region};

/// All reads of a plan for three regions at once, so that they take no longer than those for one.
const DEFAULT_CONCURRENCY: u16 = 64;

/// A value together with the place to name when it is refused.
#[derive(Debug)]
pub(super) struct Given<T> {
    pub(super) value: T,
    pub(super) place: String,
}

impl<T> Given<T> {
    /// Checks the value; a refusal becomes a failure that names the place.
    fn check<U, E: Into<Invalid>>(&self, check: impl Fn(&T) -> Result<U, E>) -> Result<U, Failure> {
        check(&self.value).map_err(|error| error.into().at(&self.place))
    }
}

impl<T> Given<Vec<T>> {
    /// Checks every value of a list; the first refusal becomes a failure that names the place.
    pub(super) fn check_each<U, E: Into<Invalid>>(
        &self,
        check: impl Fn(&T) -> Result<U, E>,
    ) -> Result<Vec<U>, Failure> {
        self.value
            .iter()
            .map(|value| check(value).map_err(|error| error.into().at(&self.place)))
            .collect()
    }
}

/// Checks everything in the order of the file's keys, so that the first error is always the same.
pub(super) fn resolve(
    file: &SettingsFile,
    general: &GeneralFlags,
    flags: &StackStateFlags,
    need: Need,
    environment: Environment,
) -> Result<Draft, Failure> {
    let account = account_of(file, general)?;
    let regions = regions_of(file, general)?;
    let tags = tags::merge(file, &general.tags)?;
    let named = named_systems(file, flags, general.only)?;
    let (stackstate, mut arns) = if named.contains(&System::StackState) {
        let (stackstate, arns) = stackstate(file, flags, need, environment)?;
        (Some(stackstate), arns)
    } else {
        (None, Vec::new())
    };
    let audit_trail = if named.contains(&System::AuditTrail) {
        let audit_trail = audit_trail::resolve(file)?;
        let boundary = audit_trail
            .as_ref()
            .and_then(|system| system.permissions_boundary.clone());
        arns.extend(boundary.map(|arn| PlacedArn {
            place: file.place("audit_trail.permissions_boundary"),
            arn,
        }));
        audit_trail
    } else {
        None
    };
    let endpoint_url = general.endpoint_url.clone();
    if let Some(url) = &endpoint_url {
        endpoint::check_endpoint(url).map_err(|invalid| invalid.at("--endpoint-url"))?;
    }
    Ok(Draft {
        settings: Settings {
            account,
            regions,
            tags,
            stackstate,
            audit_trail,
            accepted: lint::resolve(file)?,
            connection: Connection {
                profile: general.profile.clone(),
                endpoint_url,
                concurrency: general.concurrency.unwrap_or(DEFAULT_CONCURRENCY).into(),
            },
        },
        arns,
    })
}

/// The account that flags or file name.
pub(super) fn account_of(
    file: &SettingsFile,
    general: &GeneralFlags,
) -> Result<Option<AccountId>, Failure> {
    let place = || file.place("account");
    let account = one(&general.account, "--account", &file.content.account, place);
    account
        .map(|account| account.check(|text| text.parse::<AccountId>()))
        .transpose()
}

/// The regions that flags or file name.
pub(super) fn regions_of(
    file: &SettingsFile,
    general: &GeneralFlags,
) -> Result<Vec<Region>, Failure> {
    let place = || file.place("regions");
    let in_file = &file.content.regions;
    regions(&list(&general.regions, "--region", in_file, place))
}

/// The systems that file and flags name. Where neither names one, StackState is meant, which can
/// be set up by flags alone.
fn named_systems(
    file: &SettingsFile,
    flags: &StackStateFlags,
    only: Option<System>,
) -> Result<Vec<System>, Failure> {
    let has_audit_trail = file.content.audit_trail.is_some();
    let has_flags = *flags != StackStateFlags::default();
    let has_stackstate = file.content.stackstate.is_some() || has_flags || !has_audit_trail;
    let named = [
        (System::StackState, has_stackstate),
        (System::AuditTrail, has_audit_trail),
    ];
    let named = named.into_iter().filter(|(_, is_named)| *is_named);
    let named: Vec<System> = named.map(|(system, _)| system).collect();
    match only {
        None => Ok(named),
        Some(only) if named.contains(&only) => Ok(vec![only]),
        Some(only) => Err(Invalid::new(
            format!("the settings do not name the system {only}"),
            format!("Add the section [{}] to {}.", only.section(), file.name),
        )
        .at("--only")),
    }
}

fn stackstate(
    file: &SettingsFile,
    flags: &StackStateFlags,
    need: Need,
    environment: Environment,
) -> Result<(StackState, Vec<PlacedArn>), Failure> {
    let absent = StackStateContent::default();
    let in_file = file.content.stackstate.as_ref().unwrap_or(&absent);
    let key = |name: &str| file.place(&format!("stackstate.{name}"));

    let trust_input = TrustInput {
        principals: list(
            &flags.agent_principals,
            "--agent-principal",
            &in_file.agent_principals,
            || key("agent_principals"),
        ),
        external_id: one(
            &flags.external_id,
            "--external-id",
            &in_file.external_id,
            || key("external_id"),
        ),
        literal_source: match flags.external_id {
            Some(_) => "--external-id",
            None => &file.name,
        },
        file_name: &file.name,
    };
    let kind = flags.trust.or(in_file.trust).unwrap_or(TrustKind::External);
    let trust = trust::resolve(kind, &trust_input, need, environment)?;

    let postfix = one(&flags.postfix, "--postfix", &in_file.postfix, || {
        key("postfix")
    });
    let postfix = match postfix {
        Some(postfix) => postfix.check(|text| postfix::check(text))?,
        None => String::new(),
    };
    let boundary = one(
        &flags.permissions_boundary,
        "--permissions-boundary",
        &in_file.permissions_boundary,
        || key("permissions_boundary"),
    )
    .filter(|boundary| !boundary.value.is_empty());
    let permissions_boundary = boundary
        .as_ref()
        .map(|boundary| boundary.check(|text| policies::parse_boundary(text)))
        .transpose()?;
    let keep_policies = list(
        &flags.keep_policies,
        "--keep-policy",
        &in_file.keep_policies,
        || key("keep_policies"),
    );
    let kept_arns = policies::check_kept(&keep_policies)?;

    let mut arns = Vec::new();
    if let Trust::External { principals, .. } = &trust {
        arns.extend(principals.iter().filter_map(|principal| match principal {
            Principal::Account(_) => None,
            Principal::Arn(arn) => Some(PlacedArn {
                place: trust_input.principals.place.clone(),
                arn: arn.clone(),
            }),
        }));
    }
    if let (Some(boundary), Some(arn)) = (boundary, &permissions_boundary) {
        arns.push(PlacedArn {
            place: boundary.place,
            arn: arn.clone(),
        });
    }
    arns.extend(kept_arns.into_iter().map(|arn| PlacedArn {
        place: keep_policies.place.clone(),
        arn,
    }));

    let stackstate = StackState {
        trust,
        encryption: flags
            .encryption
            .or(in_file.encryption)
            .unwrap_or(Encryption::Kms),
        profile: flags.policy_profile.or(in_file.profile).unwrap_or_default(),
        postfix,
        permissions_boundary,
        policies: override_folder(file, in_file, flags),
        keep_policies: keep_policies.value,
    };
    Ok((stackstate, arns))
}

/// A path in the file starts from the file's folder, one on the command line from where it runs.
fn override_folder(
    file: &SettingsFile,
    in_file: &StackStateContent,
    flags: &StackStateFlags,
) -> Option<PathBuf> {
    let is_named = |path: &PathBuf| !path.as_os_str().is_empty();
    match &flags.policies {
        Some(path) => Some(path.clone()).filter(is_named),
        None => {
            let path = in_file.policies.clone();
            path.filter(is_named).map(|path| file.folder.join(path))
        }
    }
}

fn regions(given: &Given<Vec<String>>) -> Result<Vec<Region>, Failure> {
    let regions = given.check_each(|text| text.parse::<Region>())?;
    let Some(main) = regions.first() else {
        return Ok(regions);
    };
    for (index, region) in regions.iter().enumerate() {
        if regions[..index].contains(region) {
            return Err(Invalid::new(
                format!("{region} is listed twice"),
                "List each region once.",
            )
            .at(&given.place));
        }
        if region.partition() != main.partition() {
            return Err(Invalid::new(
                format!(
                    "{region} belongs to the partition {}, but the main region {main} to {}",
                    region.partition(),
                    main.partition()
                ),
                "Deploy to each partition in a run of its own.",
            )
            .at(&given.place));
        }
    }
    Ok(regions)
}

/// The flag's value if there is one, otherwise the file's.
fn one<T: Clone>(
    flag: &Option<T>,
    flag_name: &str,
    in_file: &Option<T>,
    file_place: impl Fn() -> String,
) -> Option<Given<T>> {
    match (flag, in_file) {
        (Some(value), _) => Some(Given {
            value: value.clone(),
            place: flag_name.to_owned(),
        }),
        (None, Some(value)) => Some(Given {
            value: value.clone(),
            place: file_place(),
        }),
        (None, None) => None,
    }
}

/// The flag's list if it was given at all, otherwise the file's.
fn list<T: Clone>(
    flag: &[T],
    flag_name: &str,
    in_file: &[T],
    file_place: impl Fn() -> String,
) -> Given<Vec<T>> {
    if flag.is_empty() {
        Given {
            value: in_file.to_vec(),
            place: file_place(),
        }
    } else {
        Given {
            value: flag.to_vec(),
            place: flag_name.to_owned(),
        }
    }
}
