//! A resource in its place in the graph, and what was observed of all of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::address::Address;
use crate::engine::known::Known;
use crate::engine::observed::Observed;
use crate::engine::resource::Resource;

/// When a resource may be used by those that need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Milestone {
    /// The create call was answered: the name and the ARN are taken.
    Exists,
    /// AWS has accepted every change; it may not read them back yet.
    Written,
    /// AWS reads back everything that was wanted.
    Settled,
}

/// A resource in its place in the graph.
#[derive(Debug, Clone)]
pub struct Node {
    /// The resource itself.
    pub resource: Arc<dyn Resource>,
    /// What must have come how far before this one is acted upon. Deletion runs the other way.
    pub needs: Vec<(Address, Milestone)>,
    /// A resource that would be of no use without this one: this one is deleted after it, and is
    /// kept for as long as it stays.
    pub outlives: Option<Address>,
    /// What a person should know about the resource beside its attributes.
    pub note: Option<String>,
}

impl Node {
    /// A node that waits for nothing.
    pub fn new(resource: impl Resource + 'static) -> Self {
        Node {
            resource: Arc::new(resource),
            needs: Vec::new(),
            outlives: None,
            note: None,
        }
    }

    /// The address of its resource.
    pub fn address(&self) -> &Address {
        &self.resource.identity().address
    }

    /// Whether the settings ask for the resource. What they do not ask for is deleted if it is ours.
    pub fn is_wanted(&self) -> bool {
        self.resource.wanted().is_some()
    }
}

/// What was observed of every node of a run.
pub type Observations = BTreeMap<Address, Observed>;

/// The ARNs that AWS chose, among what was observed.
pub fn known(observed: &Observations) -> Known {
    observed
        .iter()
        .filter_map(|(address, observed)| match observed {
            Observed::Present(present) => Some((address.clone(), present.arn.clone()?)),
            _ => None,
        })
        .collect()
}
