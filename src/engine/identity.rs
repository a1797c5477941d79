//! Which resource of AWS is meant, whether or not anything is asked of it.

use crate::engine::address::Address;
use crate::engine::ownership::Tags;

/// What the settings alone tell of a resource: enough to find it and to delete it.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The name of the resource in plans, events and errors.
    pub address: Address,
    /// The name of the resource in AWS.
    pub name: String,
    /// Its ARN; `None` where AWS chooses the ARN, and for what has none of its own.
    pub arn: Option<String>,
    /// The tags that say whose the resource is, and those of the settings. A resource that carries
    /// no tags has those of its parent.
    pub tags: Tags,
}

impl Identity {
    /// What the `Resource` of a policy names: the ARN, or everything where AWS chooses the ARN.
    pub fn as_resource(&self) -> &str {
        self.arn.as_deref().unwrap_or("*")
    }
}
