//! Reads everything that a plan needs, in as few waves as its parts depend on each other.

mod site;

pub use site::site;

use std::collections::BTreeSet;

use futures_util::future::{join, try_join, try_join_all};
use tokio::time::Instant;

use crate::aws::{Aws, AwsError, Caller};
use crate::engine::address::Address;
use crate::engine::attributes::Value;
use crate::engine::plan::{Node, Observations, going, release};
use crate::engine::resource::{self, Observed};
use crate::failure::Failure;
use crate::kinds::iam::{policy, role};
use crate::names::{Partition, Region};
use crate::settings::Settings;
use crate::systems::{self, AllDocuments, Remains, Site, audit_trail, stackstate};

use site::Trouble;

/// What a run is about: the nodes, and what AWS says of them.
#[derive(Debug)]
pub struct Survey {
    /// Where it is.
    pub site: Site,
    /// Who the credentials belong to.
    pub caller: Caller,
    /// Every resource that is wanted or may be left over.
    pub nodes: Vec<Node>,
    /// What was observed of them.
    pub observed: Observations,
    /// When that was.
    pub observed_at: Instant,
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The settings.
    pub settings: &'a Settings,
    /// The documents.
    pub documents: &'a AllDocuments,
    /// False for a destroy, which wants nothing of all that.
    pub exists: bool,
}

impl Wanted<'_> {
    fn nodes(&self, site: &Site, remains: &Remains) -> Result<Vec<Node>, Failure> {
        systems::nodes(self.settings, self.documents, site, remains, self.exists)
    }

    /// Finds what is wrong with the documents before AWS is asked anything.
    ///
    /// # Errors
    /// Those of [`systems::nodes`]. They do not depend on which account it is.
    pub fn check(&self) -> Result<(), Failure> {
        let account = match &self.settings.account {
            Some(account) => account.clone(),
            None => "000000000000"
                .parse()
                .map_err(|_| Failure::new("no account"))?,
        };
        let site = Site {
            partition: self.settings.partition().unwrap_or(Partition::Aws),
            account,
            regions: self.settings.regions.clone(),
        };
        // A region that remains is laid out by the same documents as the others.
        self.nodes(&site, &Remains::default()).map(|_| ())
    }
}

/// Asks who is calling, reads every resource, and looks for what earlier settings left over.
///
/// Where the settings name the account and a region, the caller's identity is asked beside
/// everything else; otherwise it comes first, because names and ARNs follow from it.
///
/// # Errors
/// Credentials of another account than the settings name, an endpoint that cannot be reached,
/// regions that do not answer, or the first read that AWS refuses.
pub async fn survey(wanted: Wanted<'_>, aws: &Aws) -> Result<Survey, Failure> {
    match read_all(wanted, aws).await {
        Ok(survey) => Ok(survey),
        Err(trouble) => Err(trouble.explained(wanted.settings, aws).await),
    }
}

async fn read_all(wanted: Wanted<'_>, aws: &Aws) -> Result<Survey, Trouble> {
    let caller = site::caller(wanted.settings, aws);
    let ((caller, site), reading) = match site::named(wanted.settings, aws) {
        Some(site) => {
            // The identity decides which of two failures is shown: with the wrong credentials all
            // others follow from it.
            let (caller, reading) = join(caller, read(wanted, &site, aws)).await;
            (caller?, reading?)
        }
        None => {
            let (caller, site) = caller.await?;
            let reading = read(wanted, &site, aws).await?;
            ((caller, site), reading)
        }
    };
    let Reading {
        nodes,
        observed,
        observed_at,
    } = reading;
    Ok(Survey {
        site,
        caller,
        nodes,
        observed,
        observed_at,
    })
}

/// What the reads of a survey gave.
struct Reading {
    nodes: Vec<Node>,
    observed: Observations,
    observed_at: Instant,
}

async fn read(wanted: Wanted<'_>, site: &Site, aws: &Aws) -> Result<Reading, Trouble> {
    let observed_at = Instant::now();
    let aws = &aws.for_survey();
    let mut nodes = wanted.nodes(site, &Remains::default())?;
    let first = nodes.iter().collect();
    let (mut observed, names) =
        try_join(observe(first, aws), Names::read(wanted.settings, aws)).await?;
    let remains = names.remains(wanted.settings, &observed);
    if remains != Remains::default() {
        nodes = wanted.nodes(site, &remains)?;
        let new = nodes.iter();
        let new = new
            .filter(|node| !observed.contains_key(node.address()))
            .collect();
        let more = observe(new, aws).await?;
        observed.extend(more);
    }
    let going = going(&nodes, &observed);
    for observed in observed.values_mut() {
        release(observed, &going);
    }
    Ok(Reading {
        nodes,
        observed,
        observed_at,
    })
}

async fn observe(nodes: Vec<&Node>, aws: &Aws) -> Result<Observations, AwsError> {
    let reads = nodes.into_iter().map(async |node| {
        let address = node.address();
        let aws = aws.on_behalf_of(address);
        let observed = resource::observe(node.resource.as_ref(), &aws).await?;
        Ok((address.clone(), observed))
    });
    Ok(try_join_all(reads).await?.into_iter().collect())
}

/// The names in IAM from which earlier settings can be told, as far as a system needs them.
struct Names {
    roles: Vec<String>,
    policies: Vec<String>,
}

impl Names {
    async fn read(settings: &Settings, aws: &Aws) -> Result<Self, AwsError> {
        let roles = async {
            match &settings.stackstate {
                Some(_) => role::all_names(aws).await,
                None => Ok(Vec::new()),
            }
        };
        let policies = async {
            match &settings.audit_trail {
                Some(_) => policy::all_names(aws).await,
                None => Ok(Vec::new()),
            }
        };
        let (roles, policies) = try_join(roles, policies).await?;
        Ok(Names { roles, policies })
    }

    fn remains(&self, settings: &Settings, observed: &Observations) -> Remains {
        let stackstate = settings.stackstate.as_ref().map(|system| {
            let regions: BTreeSet<Region> = self
                .roles
                .iter()
                .filter_map(|role| stackstate::region_of_role(role, system))
                .filter(|region| !settings.regions.contains(region))
                .collect();
            stackstate::Remains {
                regions: regions.into_iter().collect(),
                main_region: settings.regions.first().and_then(|main| {
                    let bucket = stackstate::bucket_address(main);
                    bucket_region(observed, &bucket).filter(|region| region != main)
                }),
            }
        });
        let audit_trail = settings.audit_trail.as_ref().map(|system| {
            let own = self.policies.iter();
            let own = own.filter(|name| audit_trail::is_own_name(name, system));
            let wanted = |name: &String| {
                let address = Address::global(policy::KIND, name.as_str());
                observed.contains_key(&address)
            };
            audit_trail::Remains {
                policies: own.filter(|name| !wanted(name)).cloned().collect(),
            }
        });
        Remains {
            stackstate: stackstate.unwrap_or_default(),
            audit_trail: audit_trail.unwrap_or_default(),
        }
    }
}

/// Where the bucket of that address is, which does not follow from its name.
pub fn bucket_region(observed: &Observations, bucket: &Address) -> Option<Region> {
    let Observed::Present(present) = observed.get(bucket)? else {
        return None;
    };
    match present.attributes.get("region")? {
        Value::Plain(region) => region.as_str()?.parse().ok(),
        _ => None,
    }
}
