//! The identity of a resource in AWS, which it has whether or not the settings ask for it.

use crate::engine::address::Address;
use crate::engine::ownership::Tags;

/// The address, name, ARN and tags of a resource. They follow from the settings alone, and are
/// enough to find the resource and to delete it.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The name of the resource in plans, events and errors.
    pub address: Address,
    /// The name of the resource in AWS.
    pub name: String,
    /// Its ARN; `None` where AWS chooses the ARN, and for a resource that has no ARN of its own.
    pub arn: Option<String>,
    /// The ownership tags and the tags of the settings. A resource whose kind carries no tags has
    /// the tags of its parent.
    pub tags: Tags,
}

impl Identity {
    /// The value for the `Resource` of a policy statement: the ARN, or `*` where AWS chooses the
    /// ARN.
    pub fn as_resource(&self) -> &str {
        self.arn.as_deref().unwrap_or("*")
    }
}
