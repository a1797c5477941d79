//! What the person wants, from flags and the settings file, checked before any AWS call.
//!
//! [`load`] reads and checks everything that can be checked without AWS and gives a [`Draft`];
//! [`Draft::complete`] adds the region of the AWS profile where the settings name none, and gives
//! the [`Settings`] that the blueprint and the AWS connection start from. The environment and the
//! working directory are parameters, so that nothing here depends on the process it runs in.

mod audit_trail;
mod endpoint;
mod file;
mod flags;
mod lint;
mod policies;
mod postfix;
mod resolve;
mod tags;
mod trust;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde::Deserialize;

pub use crate::secret::Secret;
pub use audit_trail::AuditTrail;
pub use endpoint::check_endpoint;
pub use flags::{GeneralFlags, StackStateFlags};
pub use trust::Principal;

use crate::failure::Failure;
use crate::names::{AccountId, Arn, Partition, Region};
use iam_policy::lint::{Accepted, Home};

/// The environment, as a function from a variable's name to its value.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Everything that one run needs to know from the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The only account that the run may touch, if one is named.
    pub account: Option<AccountId>,
    /// The regions, all of one partition and each once; the first is the main region. Never empty
    /// if there is a system that lives in regions.
    pub regions: Vec<Region>,
    /// The tags for every resource, without our own ownership tags.
    pub tags: BTreeMap<String, String>,
    /// The StackState integration, if this run is about it.
    pub stackstate: Option<StackState>,
    /// Audit Trail, if this run is about it.
    pub audit_trail: Option<AuditTrail>,
    /// The findings of `policy lint` that stay, each with the reason.
    pub accepted: Accepted,
    /// How to reach AWS.
    pub connection: Connection,
}

/// The settings that only say how AWS is reached, and do not change what is provisioned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// The profile of the AWS configuration files, if one is named.
    pub profile: Option<String>,
    /// The endpoint for every service, if one is named; plain `http` only on this machine.
    pub endpoint_url: Option<String>,
    /// How many AWS calls may be under way at the same time: 1 to 256.
    pub concurrency: usize,
}

/// The settings of the StackState integration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackState {
    /// Who may assume the integration role.
    pub trust: Trust,
    /// How the logs are encrypted.
    pub encryption: Encryption,
    /// Which documents are written.
    pub profile: Profile,
    /// What every name ends with; may be empty, and keeps every name within AWS's rules.
    pub postfix: String,
    /// The policy that bounds every role, if there is one.
    pub permissions_boundary: Option<Arn>,
    /// The folder whose documents replace the built-in ones; whether it exists is not checked.
    pub policies: Option<PathBuf>,
    /// Names or ARNs of policies on our roles that are not ours and stay.
    pub keep_policies: Vec<String>,
}

/// Who may assume the integration role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// An agent outside of this account, which presents an external ID.
    External {
        /// Never empty, and each principal once.
        principals: Vec<Principal>,
        /// The external ID, in the form that AWS accepts.
        external_id: Secret,
        /// Where the external ID came from, in words, for example `provision.toml` or
        /// `the environment variable STS_EXTERNAL_ID`.
        external_id_source: String,
    },
    /// An agent on an EC2 instance of this account.
    Ec2,
    /// Trust is external, but principals or external ID are not known. Only [`Need::Names`] gives
    /// this, and no trust policy can be written from it.
    Unstated,
}

/// The two trust policies that there are to choose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum TrustKind {
    /// The agent's accounts or principals, with an external ID
    External,
    /// The EC2 service, with an instance profile
    Ec2,
}

/// How the logs are encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Encryption {
    /// With a key of our own
    Kms,
    /// Without a key of our own
    None,
}

/// Which documents are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Those of the vendor, as they are documented
    #[default]
    Documented,
    /// Those in which the weaknesses of the vendor's are mended
    Hardened,
}

impl fmt::Display for Profile {
    /// The name in the settings.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Profile::Documented => "documented",
            Profile::Hardened => "hardened",
        })
    }
}

/// What can be set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum System {
    /// The StackState integration
    #[value(name = "stackstate")]
    StackState,
    /// Audit Trail
    AuditTrail,
}

impl System {
    /// The name of its section in the settings file.
    fn section(self) -> &'static str {
        match self {
            System::StackState => "stackstate",
            System::AuditTrail => "audit_trail",
        }
    }
}

impl fmt::Display for System {
    /// The name that `--only` takes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            System::StackState => "stackstate",
            System::AuditTrail => "audit-trail",
        })
    }
}

/// How much a command needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Everything, the parts of the trust policy included: without them loading fails.
    Trust,
    /// What leads to the names of resources. The parts of the trust policy may be missing, which
    /// gives [`Trust::Unstated`]; those that are there are still checked.
    Names,
}

/// Checked settings whose region may still have to come from AWS's own configuration.
#[derive(Debug)]
pub struct Draft {
    settings: Settings,
    arns: Vec<PlacedArn>,
}

/// An ARN from the settings, kept until the partition of the run is known.
#[derive(Debug)]
struct PlacedArn {
    place: String,
    arn: Arn,
}

/// Reads the settings file, lets the flags win over it, and checks every value.
///
/// Without `--config`, `provision.toml` in `folder` is used if it exists. Relative paths in the
/// file start from the file's folder.
///
/// # Errors
/// A file that cannot be read or is not TOML of the documented keys, a value that AWS would
/// refuse, and, with [`Need::Trust`], a part of the trust policy that is missing. The first one is
/// the failure; it names the place that the value came from and the accepted form, and never holds
/// the external ID.
pub fn load(
    general: &GeneralFlags,
    stackstate: &StackStateFlags,
    need: Need,
    folder: &Path,
    environment: Environment,
) -> Result<Draft, Failure> {
    let file = file::SettingsFile::read(general.config.as_deref(), folder)?;
    resolve::resolve(&file, general, stackstate, need, environment)
}

/// What checking policies of any origin needs of the settings: the findings that are accepted, and
/// where the policies belong, as far as the settings name that.
///
/// # Errors
/// A file that cannot be read or is not TOML of the documented keys, a code that no finding has, a
/// reason that is empty, and an account or a region that cannot be one.
pub fn load_lint(general: &GeneralFlags, folder: &Path) -> Result<(Accepted, Home), Failure> {
    let file = file::SettingsFile::read(general.config.as_deref(), folder)?;
    let home = Home {
        partition: resolve::regions_of(&file, general)?
            .first()
            .map(Region::partition),
        account: resolve::account_of(&file, general)?,
    };
    Ok((lint::resolve(&file)?, home))
}

impl Draft {
    /// How to reach AWS, known before the region is.
    pub fn connection(&self) -> &Connection {
        &self.settings.connection
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
            let region = name
                .parse::<Region>()
                .map_err(|invalid| invalid.at("the region of the AWS profile or environment"))?;
            settings.regions.push(region);
        }
        // Without a region the partition is the caller's, which is not known yet.
        let Some(main) = settings.regions.first() else {
            return Ok(settings);
        };
        let partition = main.partition();
        match self.arns.iter().find(|it| it.arn.partition != partition) {
            None => Ok(settings),
            Some(PlacedArn { place, arn }) => Err(Failure::new(format!(
                "{place}: \"{arn}\" belongs to the partition {}, but the region {main} to {partition}",
                arn.partition
            ))
            .hint(format!(
                "Write an ARN that starts with \"arn:{partition}:\"."
            ))),
        }
    }
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
    pub fn digest_entries(&self) -> Vec<(String, String)> {
        // Destructuring without `..` makes a new field fail to compile until it is placed here.
        let Settings {
            account,
            regions,
            tags,
            stackstate,
            audit_trail,
            // What is known about the documents changes nothing that is written.
            accepted: _,
            connection: _,
        } = self;
        let mut entries = Vec::new();
        let mut add = |key: &str, value: &str| entries.push((key.to_owned(), value.to_owned()));

        add("account", account.as_ref().map_or("", AccountId::as_str));
        // Only the first region's place matters.
        let mut names = regions.iter().map(Region::name);
        add("regions", names.next().unwrap_or(""));
        let mut others: Vec<&str> = names.collect();
        others.sort_unstable();
        others.iter().for_each(|name| add("regions", name));
        for (key, value) in tags {
            add(&format!("tags.{key}"), value);
        }

        if let Some(stackstate) = stackstate {
            stackstate.add_digest_entries(self.partition(), &mut add);
        }
        if let Some(AuditTrail {
            attach_to,
            policy_name,
            description,
            profile,
            permissions_boundary,
        }) = audit_trail
        {
            let mut identities: Vec<String> = attach_to.iter().map(ToString::to_string).collect();
            identities.sort_unstable();
            identities
                .iter()
                .for_each(|identity| add("audit_trail.attach_to", identity));
            add("audit_trail.policy_name", policy_name);
            add("audit_trail.description", description);
            add("audit_trail.profile", &profile.to_string());
            let boundary = permissions_boundary.as_ref().map(Arn::to_string);
            let boundary = boundary.as_deref().unwrap_or("");
            add("audit_trail.permissions_boundary", boundary);
        }
        entries
    }
}

impl StackState {
    fn add_digest_entries(&self, partition: Option<Partition>, add: &mut impl FnMut(&str, &str)) {
        let StackState {
            trust,
            encryption,
            profile,
            postfix,
            permissions_boundary,
            policies,
            keep_policies,
        } = self;
        match trust {
            Trust::Ec2 => add("stackstate.trust", "ec2"),
            Trust::Unstated => add("stackstate.trust", "unstated"),
            Trust::External {
                principals,
                external_id,
                external_id_source: _,
            } => {
                add("stackstate.trust", "external");
                let mut arns: Vec<String> = principals
                    .iter()
                    .map(|principal| {
                        principal
                            .arn(partition.unwrap_or(Partition::Aws))
                            .to_string()
                    })
                    .collect();
                arns.sort_unstable();
                arns.iter()
                    .for_each(|arn| add("stackstate.agent_principals", arn));
                add("stackstate.external_id", external_id.expose());
            }
        }
        add(
            "stackstate.encryption",
            match encryption {
                Encryption::Kms => "kms",
                Encryption::None => "none",
            },
        );
        add("stackstate.profile", &profile.to_string());
        add("stackstate.postfix", postfix);
        let boundary = permissions_boundary.as_ref().map(Arn::to_string);
        add(
            "stackstate.permissions_boundary",
            boundary.as_deref().unwrap_or(""),
        );
        let policies = policies.as_ref().map(|path| path.display().to_string());
        add("stackstate.policies", policies.as_deref().unwrap_or(""));
        let mut kept: Vec<&String> = keep_policies.iter().collect();
        kept.sort_unstable();
        kept.iter()
            .for_each(|name| add("stackstate.keep_policies", name));
    }
}
