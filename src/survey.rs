//! The survey: reads everything that a plan needs, with as few successive waves of calls as
//! possible.

mod adoption;
mod content;
mod denials;
mod doubt;
mod site;

pub use site::site;

use site::Trouble;

use futures_util::future::{join, try_join_all};
use tokio::time::Instant;

use crate::aws::{Aws, AwsError, Caller, ErrorKind};
use crate::engine::decision::unsettled;
use crate::engine::node::{Node, Observations, known};
use crate::engine::observed::Observed;
use crate::engine::release::{deleted, release};
use crate::engine::resource;
use crate::engine::warning::Warning;
use crate::failure::Failure;
use crate::systems::{self, Layout, Site, System, Written};

/// The resources of a run, with what was observed of them.
#[derive(Debug)]
pub struct Survey {
    /// The account and the regions of the resources.
    pub site: Site,
    /// The identity that the credentials belong to.
    pub caller: Caller,
    /// Every resource that is wanted or that earlier settings may have left behind.
    pub nodes: Vec<Node>,
    /// The documents that are written to the resources.
    pub written: Vec<Written>,
    /// The observations of the resources.
    pub observed: Observations,
    /// When the observations began.
    pub observed_at: Instant,
    /// When the first observations of the command began, if these are not the first.
    pub looked_since: Instant,
    /// What a person is to know of other deployments in the account.
    pub others: Vec<Warning>,
}

impl Survey {
    /// Why what was read may be out of date, in a sentence without a full stop; `None` if nothing
    /// speaks for it.
    pub fn doubt(&self) -> Option<&'static str> {
        doubt::doubt(&self.nodes, &self.observed)
    }
}

/// Reads the caller's identity and every resource, and looks for resources that earlier settings
/// left behind.
///
/// If the settings name the account and a region, the caller's identity is read at the same time as
/// the resources. Otherwise it is read first, because names and ARNs follow from it.
///
/// # Errors
/// Credentials of another account than the settings name, an endpoint that cannot be reached,
/// regions that do not answer, or the first read that AWS refuses.
pub async fn survey(systems: &[Box<dyn System>], aws: &Aws) -> Result<Survey, Failure> {
    attempt(systems, aws).await.map_err(|unread| unread.failure)
}

/// Why a survey was not made.
#[derive(Debug)]
pub struct Unread {
    /// What a person is told.
    pub failure: Failure,
    /// The errors of AWS that it is about: all denials, or the one other error. Empty if it is none of AWS.
    pub errors: Vec<AwsError>,
}

/// The same as [`survey`], with the errors of AWS for whoever decides by them.
///
/// # Errors
/// Those of [`survey`].
pub async fn attempt(systems: &[Box<dyn System>], aws: &Aws) -> Result<Survey, Unread> {
    match read_all(systems, aws).await {
        Ok(survey) => Ok(survey),
        Err(trouble) => Err(Unread {
            errors: trouble.errors(),
            failure: trouble.explained(aws).await,
        }),
    }
}

async fn read_all(systems: &[Box<dyn System>], aws: &Aws) -> Result<Survey, Trouble> {
    let caller = site::caller(systems, aws);
    let ((caller, site), reading) = match aws.site() {
        Some(site) => {
            // A document that cannot be used is refused before the first call.
            let layout = systems::lay_out(systems, &site)?;
            // If both fail, the failure of the identity is shown: wrong credentials make all other
            // calls fail too.
            let (caller, reading) = join(caller, read(systems, layout, &site, aws)).await;
            (caller?, reading?)
        }
        None => {
            let (caller, site) = caller.await?;
            let layout = systems::lay_out(systems, &site)?;
            let reading = read(systems, layout, &site, aws).await?;
            ((caller, site), reading)
        }
    };
    let Reading {
        nodes,
        written,
        observed,
        observed_at,
        others,
    } = reading;
    Ok(Survey {
        site,
        caller,
        nodes,
        written,
        observed,
        observed_at,
        looked_since: observed_at,
        others,
    })
}

/// The results of the reads of a survey.
struct Reading {
    nodes: Vec<Node>,
    written: Vec<Written>,
    observed: Observations,
    observed_at: Instant,
    others: Vec<Warning>,
}

async fn read(
    systems: &[Box<dyn System>],
    layout: Layout,
    site: &Site,
    aws: &Aws,
) -> Result<Reading, Trouble> {
    let observed_at = Instant::now();
    let itself = aws;
    let aws = &aws.for_survey();
    let mut nodes = layout.nodes;
    let names = systems.iter().map(|system| system.names(aws)).collect();
    let names = unless_denied(aws, names);
    let (observed, names) = join(observe(&nodes, aws), names).await;
    let (mut observed, names) = match (observed, names) {
        (Ok(observed), Ok(names)) => (observed, names),
        // What is denied of both is in either error.
        (Err(trouble), _) | (_, Err(trouble)) => return Err(trouble),
    };
    let left_behind = loop {
        let mut left_behind = Vec::new();
        for (system, names) in systems.iter().zip(&names) {
            left_behind.extend(system.left_behind(site, names, &observed)?);
        }
        let new = left_behind
            .iter()
            .filter(|node| !observed.contains_key(node.address()));
        let new = observe(new, aws).await?;
        if new.is_empty() {
            break left_behind;
        }
        observed.extend(new);
    };
    nodes.extend(left_behind);
    let again = listed_differences(&nodes, &observed);
    observed.extend(observe(again, itself).await?);
    content::look(aws, &nodes, &mut observed).await;
    let systems = systems.iter().zip(&names);
    let others = systems.flat_map(|(system, names)| system.others(names, &observed));
    let others = others.collect();
    let deleted = deleted(&nodes, &observed);
    for observed in observed.values_mut() {
        release(observed, &deleted);
    }
    Ok(Reading {
        nodes,
        written: layout.written,
        observed,
        observed_at,
        others,
    })
}

/// The wanted resources that differ from the settings by a listing, which may lag behind them.
fn listed_differences<'a>(nodes: &'a [Node], observed: &Observations) -> Vec<&'a Node> {
    let known = known(observed);
    let differs = |node: &&Node| match observed.get(node.address()) {
        Some(found @ Observed::Present(present)) => {
            node.is_wanted() && present.is_listed && unsettled(node, found, &known).is_some()
        }
        _ => false,
    };
    nodes.iter().filter(differs).collect()
}

async fn observe(
    nodes: impl IntoIterator<Item = &Node>,
    aws: &Aws,
) -> Result<Observations, Trouble> {
    let nodes: Vec<&Node> = nodes.into_iter().collect();
    aws.activity().expect_reads(nodes.len());
    let reads = nodes.into_iter().map(async |node| {
        let address = node.address();
        let aws = aws.on_behalf_of(address);
        let observed = resource::observe(node.resource.as_ref(), &aws).await?;
        aws.activity().count_read();
        Ok((address.clone(), observed))
    });
    Ok(unless_denied(aws, reads.collect())
        .await?
        .into_iter()
        .collect())
}

/// What the reads read. Where AWS denies one, the others are made all the same, so that all that is denied is
/// known. Any other error ends them.
async fn unless_denied<T>(
    aws: &Aws,
    reads: Vec<impl Future<Output = Result<T, AwsError>>>,
) -> Result<Vec<T>, Trouble> {
    let reads = reads.into_iter().map(async |read| match read.await {
        Err(error) if error.kind == ErrorKind::Denied => Ok(Err(error)),
        read => read.map(Ok),
    });
    let read: Result<Vec<T>, AwsError> = try_join_all(reads).await?.into_iter().collect();
    read.map_err(|error| Trouble::Denied(error, aws.denials()))
}
