//! Reads everything that a plan needs, in as few waves as its parts depend on each other.

use std::collections::BTreeSet;

use futures_util::future::{join, try_join, try_join_all};
use tokio::time::Instant;

use crate::address::Address;
use crate::attributes::Value;
use crate::aws::{Aws, AwsError};
use crate::blueprint::Site;
use crate::blueprint::documents::Documents;
use crate::blueprint::stackstate::{self, Remains};
use crate::failure::Failure;
use crate::names::{AccountId, Partition, Region};
use crate::plan::{Node, Observations};
use crate::resource::{Observed, iam_role};
use crate::settings::Settings;

/// What a run is about: the nodes, and what AWS says of them.
#[derive(Debug)]
pub struct Survey {
    /// Where it is.
    pub site: Site,
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
    pub documents: &'a Documents,
    /// False for a destroy, which wants nothing of all that.
    pub exists: bool,
}

impl Wanted<'_> {
    fn site(&self, account: AccountId) -> Site {
        Site {
            partition: self.settings.partition(),
            account,
            regions: self.settings.regions.clone(),
        }
    }

    fn nodes(&self, site: &Site, remains: &Remains) -> Result<Vec<Node>, Failure> {
        stackstate::nodes(self.settings, self.documents, site, remains, self.exists)
    }

    /// Finds what is wrong with the documents before AWS is asked anything.
    ///
    /// # Errors
    /// Those of [`stackstate::nodes`]. They do not depend on which account it is.
    pub fn check(&self) -> Result<(), Failure> {
        let account = match &self.settings.account {
            Some(account) => account.clone(),
            None => "000000000000"
                .parse()
                .map_err(|_| Failure::new("no account"))?,
        };
        let site = self.site(account);
        // A region that remains is laid out by the same documents as the others.
        self.nodes(&site, &Remains::default()).map(|_| ())
    }
}

/// Asks who is calling, reads every resource, and looks for what earlier settings left over.
///
/// Where the settings name the account, the caller's identity is asked beside everything else;
/// otherwise it comes first, because names and ARNs follow from it.
///
/// # Errors
/// Credentials of another account than the settings name, an endpoint that cannot be reached, or
/// the first read that AWS refuses.
pub async fn survey(wanted: Wanted<'_>, aws: &Aws) -> Result<Survey, Failure> {
    let caller = async {
        let caller = aws.caller().await.map_err(|error| error.failure())?;
        check_caller(wanted.settings, &caller)?;
        Ok(caller.0)
    };
    match &wanted.settings.account {
        Some(account) => {
            // The identity decides which of two failures is shown: with the wrong credentials all
            // others follow from it.
            let read = read(wanted, wanted.site(account.clone()), aws);
            let (caller, survey) = join(caller, read).await;
            caller.and(survey)
        }
        None => read(wanted, wanted.site(caller.await?), aws).await,
    }
}

fn check_caller(settings: &Settings, caller: &(AccountId, String)) -> Result<(), Failure> {
    let (account, arn) = caller;
    if let Some(expected) = settings
        .account
        .as_ref()
        .filter(|expected| *expected != account)
    {
        return Err(Failure::new(format!(
            "the credentials belong to the account {account}, and the settings allow only {expected}"
        ))
        .because(format!("the caller is {arn}"))
        .hint("Choose other credentials with `--profile` or AWS_PROFILE, or correct `account`"));
    }
    let partition = arn.split(':').nth(1).and_then(Partition::from_name);
    if partition.is_some_and(|partition| partition != settings.partition()) {
        return Err(Failure::new(format!(
            "the credentials belong to another partition than the region {}",
            settings.main_region()
        ))
        .because(format!("the caller is {arn}"))
        .hint("Choose credentials and regions of the same partition"));
    }
    Ok(())
}

async fn read(wanted: Wanted<'_>, site: Site, aws: &Aws) -> Result<Survey, Failure> {
    let observed_at = Instant::now();
    let failure = |error: AwsError| error.failure();
    let mut nodes = wanted.nodes(&site, &Remains::default())?;
    let first = nodes.iter().collect::<Vec<_>>();
    let (mut observed, roles) = try_join(observe(first, aws), iam_role::all_names(aws))
        .await
        .map_err(failure)?;
    let remains = remains(wanted, &roles, &observed);
    if remains != Remains::default() {
        let known: BTreeSet<Address> = observed.keys().cloned().collect();
        nodes = wanted.nodes(&site, &remains)?;
        let new = nodes.iter().filter(|node| !known.contains(node.address()));
        observed.extend(observe(new.collect(), aws).await.map_err(failure)?);
    }
    Ok(Survey {
        site,
        nodes,
        observed,
        observed_at,
    })
}

async fn observe(nodes: Vec<&Node>, aws: &Aws) -> Result<Observations, AwsError> {
    let reads = nodes.into_iter().map(async |node| {
        let address = node.address();
        let observed = node.resource.observe(&aws.on_behalf_of(address)).await?;
        Ok((address.clone(), observed))
    });
    Ok(try_join_all(reads).await?.into_iter().collect())
}

fn remains(wanted: Wanted<'_>, roles: &[String], observed: &Observations) -> Remains {
    let settings = wanted.settings;
    let regions: BTreeSet<Region> = roles
        .iter()
        .filter_map(|role| stackstate::region_of_role(role, &settings.stackstate))
        .filter(|region| !settings.regions.contains(region))
        .collect();
    let bucket_region = observed.values().find_map(|observed| match observed {
        Observed::Present(present) => match present.attributes.get("region")? {
            Value::Plain(region) => region.as_str()?.parse::<Region>().ok(),
            _ => None,
        },
        _ => None,
    });
    Remains {
        regions: regions.into_iter().collect(),
        main_region: bucket_region.filter(|region| region != settings.main_region()),
    }
}
