//! The system StackState: the AWS side of the StackState 5.1 integration.
//!
//! Once in an account: the integration role with its instance profile, and in the main region the
//! key and the log bucket. In every region: the roles of Firehose and EventBridge, the stream, the
//! rule and its target.

mod account_wide;
mod documents;
mod names;
mod regional;
mod resources;

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;

use crate::aws::{Aws, AwsError};
use crate::engine::attributes::Value;
use crate::engine::known::Known;
use crate::engine::node::{Node, Observations};
use crate::engine::observed::Observed;
use crate::engine::ownership::{Owner, Tags};
use crate::engine::warning::Warning;
use crate::failure::Failure;
use crate::kinds::iam::role;
use crate::names::{ManagedPolicy, Partition, Region};
use crate::settings::{self, Encryption, Profile, Settings, Trust};
use crate::systems::documents::{ACCOUNT_ID, Documents, open};
use crate::systems::system::{DESTROYED, Goal, Layout, Output, Outputs, Site, System};
use crate::systems::trial::Trials;

pub use documents::DOCUMENTS;
pub use names::Names;

use documents::Filler;
use iam_policy::Policy;
use resources::Resources;

/// The system's name in tags, settings and documents.
pub const SYSTEM: &str = "stackstate";

/// The integration with its settings.
#[derive(Debug)]
pub struct StackState {
    settings: settings::StackState,
    regions: Vec<Region>,
    tags: BTreeMap<String, String>,
    /// The documents; `None` if the integration is removed.
    documents: Option<Documents>,
}

/// The system, if the settings name it.
///
/// # Errors
/// Those of [`Documents::load`], for [`Goal::Present`].
pub fn system(settings: &Settings, goal: Goal) -> Result<Option<Box<dyn System>>, Failure> {
    let Some(own) = &settings.stackstate else {
        return Ok(None);
    };
    let documents = match goal {
        Goal::Present => {
            let folder = own.policies.as_deref();
            Some(Documents::load(&DOCUMENTS, SYSTEM, own.profile, folder)?)
        }
        Goal::Absent => None,
    };
    Ok(Some(Box::new(StackState {
        settings: own.clone(),
        regions: settings.regions.clone(),
        tags: settings.tags.clone(),
        documents,
    })))
}

impl StackState {
    fn names(&self) -> Names<'_> {
        Names {
            postfix: &self.settings.postfix,
        }
    }

    fn resources<'a>(&'a self, site: &'a Site, main: &'a Region) -> Resources<'a> {
        Resources {
            settings: &self.settings,
            names: self.names(),
            site,
            main,
            tags: Tags::new(SYSTEM, self.settings.deployment(), &self.tags),
        }
    }

    /// The key policies that the program writes of itself, one of each profile. They tell whether
    /// a key without its alias is ours, also where the settings' documents are not read.
    fn key_policies(&self, site: &Site, region: &Region) -> Result<Vec<Policy>, Failure> {
        let filled = |profile| {
            let documents = Documents::load(&DOCUMENTS, SYSTEM, profile, None)?;
            let account = site.account.to_string();
            let settings = &self.settings;
            Filler::new(settings, &documents, site.partition, account, region).key_policy()
        };
        [Profile::Documented, Profile::Hardened]
            .into_iter()
            .map(filled)
            .collect()
    }
}

fn main_region(regions: &[Region]) -> Result<&Region, Failure> {
    let main = regions.first();
    main.ok_or_else(|| Failure::new("no region is set"))
}

#[async_trait]
impl System for StackState {
    fn check(&self, partition: Partition) -> Result<(), Failure> {
        let Some(documents) = &self.documents else {
            return Ok(());
        };
        let main = main_region(&self.regions)?;
        let account = open(ACCOUNT_ID);
        let filler = Filler::new(&self.settings, documents, partition, account, main);
        filler.account_wide()?;
        self.regions
            .iter()
            .try_for_each(|region| filler.regional(region).map(drop))
    }

    fn lay_out(&self, site: &Site) -> Result<Layout, Failure> {
        let main = main_region(&site.regions)?;
        let resources = self.resources(site, main);
        let key_policies = self.key_policies(site, main)?;
        let mut layout = Layout::default();
        let Some(documents) = &self.documents else {
            layout.nodes = resources.account_wide(None, key_policies);
            for region in &site.regions {
                layout.nodes.extend(resources.regional(region, None));
            }
            for node in &mut layout.nodes {
                node.unwanted = Some(DESTROYED.to_owned());
            }
            return Ok(layout);
        };
        let account = site.account.to_string();
        let filler = Filler::new(&self.settings, documents, site.partition, account, main);
        let account_wide = filler.account_wide()?;
        layout.nodes = resources.account_wide(Some(&account_wide), key_policies);
        layout.written = resources.written_account_wide(documents, account_wide);
        for region in &site.regions {
            let regional = filler.regional(region)?;
            layout
                .nodes
                .extend(resources.regional(region, Some(&regional)));
            let written = resources.written_regional(documents, region, regional);
            layout.written.extend(written);
        }
        Ok(layout)
    }

    fn texts(&self) -> Vec<(&'static str, &str)> {
        self.documents.iter().flat_map(Documents::texts).collect()
    }

    fn boundary(&self) -> Option<&ManagedPolicy> {
        self.settings.permissions_boundary.as_ref()
    }

    fn outputs(&self, site: &Site, known: &Known) -> Outputs {
        let role = self.names().integration_role();
        let role_arn = site.arn("iam", "", &format!("role/{role}"));
        let mut outputs = vec![Output::new("role_arn", "role ARN", role_arn)];
        if let Trust::External {
            external_id_source, ..
        } = &self.settings.trust
        {
            let source = external_id_source.as_str();
            outputs.push(Output::new("external_id_source", "external ID in", source));
        }
        let bucket = self.names().bucket(site);
        outputs.push(Output::new("log_bucket", "log bucket", bucket));
        let key = site.regions.first().map(Names::key_address);
        let key = key.and_then(|key| known.get(&key));
        if let (Some(arn), Encryption::Kms) = (key, self.settings.encryption) {
            outputs.push(Output::new("key_arn", "key ARN", arn.as_str()));
        }
        Outputs {
            heading: "For the agent (`provision agent-config` prints its conf.yaml):",
            outputs,
        }
    }

    fn trials(&self, site: &Site) -> Result<Trials, Failure> {
        let main = main_region(&site.regions)?;
        let Some(documents) = &self.documents else {
            return Ok(Trials::default());
        };
        let resources = self.resources(site, main);
        let account = site.account.to_string();
        let filler = Filler::new(&self.settings, documents, site.partition, account, main);
        let regions = site.regions.iter();
        let deliveries = regions.map(|region| {
            let pattern = filler.regional(region)?.pattern;
            Ok(resources.delivery(region, pattern))
        });
        Ok(Trials {
            deliveries: deliveries.collect::<Result<_, Failure>>()?,
            reader: Some(resources.reader()),
            grants: Vec::new(),
        })
    }

    fn needs_trails(&self) -> bool {
        true
    }

    async fn names(&self, aws: &Aws) -> Result<Vec<String>, AwsError> {
        role::all_names(aws).await
    }

    fn actions_for_names(&self) -> &'static [&'static str] {
        &["iam:GetAccountAuthorizationDetails", "iam:ListRoles"]
    }

    /// A deployment that is made while another one is there may be the old one with a changed postfix.
    fn others(&self, names: &[String], observed: &Observations) -> Vec<Warning> {
        let role = account_wide::integration_role();
        let is_there = observed.get(&role).is_some_and(|it| !it.is_absent());
        if self.documents.is_none() || is_there {
            return Vec::new();
        }
        let others = names.iter().filter_map(|role| {
            let postfix = Names::postfix_of(role).filter(|it| *it != self.settings.postfix)?;
            Some(Warning {
                address: None,
                message: format!(
                    "the role {role} belongs to another deployment, which stays as it is: if the postfix \
                     was changed, `provision destroy --postfix={postfix}` removes the old one"
                ),
            })
        });
        others.collect()
    }

    fn left_behind(
        &self,
        site: &Site,
        names: &[String],
        observed: &Observations,
    ) -> Result<Vec<Node>, Failure> {
        let main = main_region(&site.regions)?;
        let resources = self.resources(site, main);
        let regions = names.iter();
        let regions: BTreeSet<Region> = regions
            .filter_map(|role| self.names().region_of_role(role))
            .filter(|region| region.partition() == site.partition)
            .filter(|region| !site.regions.contains(region))
            .collect();
        let mut nodes = Vec::new();
        for region in &regions {
            let mut regional = resources.regional(region, None);
            for node in &mut regional {
                node.unwanted = Some(match self.documents {
                    Some(_) => format!("`regions` does not name {region}"),
                    None => DESTROYED.to_owned(),
                });
            }
            // Anybody may give a role such a name, so only a role of ours leads to its region.
            let is_ours = |node: &Node| match observed.get(node.address()) {
                Some(Observed::Present(role)) => role.owner == Owner::Ours,
                _ => false,
            };
            let (roles, others): (Vec<Node>, Vec<Node>) = regional
                .into_iter()
                .partition(|node| node.address().region.is_none());
            let is_deployed = roles.iter().any(is_ours);
            nodes.extend(roles);
            nodes.extend(others.into_iter().filter(|_| is_deployed));
        }
        // The key is in the region of the bucket, which only AWS knows.
        let bucket = bucket_region(observed.get(&Names::bucket_address(main)));
        if let (Some(region), None) = (bucket.filter(|it| it != main), &self.documents) {
            let key_policies = self.key_policies(site, &region)?;
            let mut key = resources.key(&region, None, key_policies);
            key.unwanted = Some(DESTROYED.to_owned());
            nodes.push(key);
        }
        Ok(nodes)
    }
}

/// The region of the observed bucket. Its name does not contain the region.
pub fn bucket_region(bucket: Option<&Observed>) -> Option<Region> {
    let Some(Observed::Present(present)) = bucket else {
        return None;
    };
    match present.attributes.get("region")? {
        Value::Plain(region) => region.as_str()?.parse().ok(),
        _ => None,
    }
}
