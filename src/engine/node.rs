//! A node: a resource in its place in the graph of dependencies.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::address::Address;
use crate::engine::known::Known;
use crate::engine::observed::Observed;
use crate::engine::resource::Resource;
use crate::names::Region;

/// How far a resource must have come before a resource that needs it may start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Milestone {
    /// The create call was answered: the name and the ARN are taken.
    Exists,
    /// AWS has accepted every change, and may not read them back yet.
    Written,
    /// AWS reads back all wanted attributes.
    Settled,
}

/// A resource in its place in the graph.
#[derive(Debug, Clone)]
pub struct Node {
    /// The resource.
    pub resource: Arc<dyn Resource>,
    /// The resources that this one needs, each with the milestone that it must have reached before
    /// work on this one starts. Deletion runs in the reverse order.
    pub needs: Vec<(Address, Milestone)>,
    /// The resource that is of no use without this one. This one is
    /// deleted after that resource, and is kept for as long as that resource exists.
    pub outlives: Option<Address>,
    /// The region that a resource of no region serves.
    pub serves: Option<Region>,
    /// A note for the plan: what a person should know about the resource beside its attributes.
    pub note: Option<String>,
    /// Why the settings do not ask for the resource, which is deleted for that reason.
    pub unwanted: Option<String>,
    /// Whether a complete deployment with these settings has the resource, also where it is to be
    /// removed.
    pub is_usual: bool,
}

impl Node {
    /// A node without needs.
    pub fn new(resource: impl Resource + 'static) -> Self {
        Node {
            resource: Arc::new(resource),
            needs: Vec::new(),
            outlives: None,
            serves: None,
            note: None,
            unwanted: None,
            is_usual: true,
        }
    }

    /// The address of its resource.
    pub fn address(&self) -> &Address {
        &self.resource.identity().address
    }

    /// The region that its resource is in or serves, under which it is shown.
    pub fn region(&self) -> Option<&Region> {
        let own = self.address().region.as_ref();
        own.or(self.serves.as_ref())
    }

    /// Whether the settings ask for the resource. A resource that they do not ask for is deleted if
    /// it is ours.
    pub fn is_wanted(&self) -> bool {
        self.resource.wanted().is_some()
    }
}

/// The observation of every node of a run.
pub type Observations = BTreeMap<Address, Observed>;

/// The ARNs that AWS chose, taken from the observations.
pub fn known(observed: &Observations) -> Known {
    observed
        .iter()
        .filter_map(|(address, observed)| match observed {
            Observed::Present(present) => Some((address.clone(), present.arn.clone()?)),
            _ => None,
        })
        .collect()
}
