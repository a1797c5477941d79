//! What resources should be and are.

use crate::engine::address::Address;
use crate::engine::attributes::{Attributes, Value};
use crate::engine::known::Known;
use crate::engine::node::Node;
use crate::engine::observed::{Phase, Present};
use crate::engine::ownership::Owner;

/// The address of a fake.
pub fn at(name: &str) -> Address {
    Address::global("fake", name)
}

/// Attributes of plain values.
pub fn attributes(pairs: &[(&str, i32)]) -> Attributes {
    let pairs = pairs.iter();
    pairs
        .map(|(name, value)| ((*name).to_owned(), Value::from(*value)))
        .collect()
}

/// What the resource of a node should be; nothing if it is not wanted.
pub fn desired(node: &Node, known: &Known) -> Attributes {
    let wanted = node.resource.wanted();
    wanted.map_or_else(Attributes::new, |wanted| wanted.desired(None, known))
}

/// What AWS reads back of the resource of a node once everything was done.
pub fn read_back(node: &Node, known: &Known) -> Attributes {
    let mut attributes = desired(node, known);
    for value in attributes.values_mut() {
        if let Some(policy) = value.to_send() {
            *value = Value::Policy(policy.into_owned());
        }
    }
    attributes
}

/// The resource of a node once everything was done.
pub fn settled(node: &Node, known: &Known) -> Present {
    let owner = match node.resource.parent() {
        Some(_) => Owner::Parent,
        None => Owner::Ours,
    };
    let mut present = Present::new(read_back(node, known), owner, Phase::Stable);
    present.arn = known.get(node.address()).cloned();
    present
}

/// Something of ours, at rest.
pub fn ours(attributes: Attributes) -> Present {
    Present::new(attributes, Owner::Ours, Phase::Stable)
}
