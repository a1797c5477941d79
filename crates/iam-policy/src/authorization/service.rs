//! What a service can be asked to do.

use super::condition_key::ConditionKey;
use super::nearest::nearest;
use super::pattern::{pattern_covers, resource_may_match};

/// An action of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// The name without the prefix, as AWS writes it: `GetObject`.
    pub name: &'static str,
    /// The resource types that the action can be limited to, as indices of
    /// [`Service::resource_types`].
    pub(super) resource_types: Vec<usize>,
    /// The condition keys that AWS lists for the action itself, as indices of
    /// [`Service::condition_keys`].
    pub(super) condition_keys: Vec<usize>,
}

/// A type of resource of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceType {
    /// The name that AWS gives it: `bucket`.
    pub name: &'static str,
    /// The forms of its ARNs, nearly always one: `arn:${Partition}:s3:::${BucketName}`.
    pub arns: Vec<&'static str>,
    /// The condition keys that AWS lists for the type, as indices of [`Service::condition_keys`].
    pub(super) condition_keys: Vec<usize>,
}

impl ResourceType {
    /// Whether a policy's `Resource` can be an ARN of this type; see [`resource_may_match`].
    #[must_use]
    pub fn may_match(&self, resource: &str) -> bool {
        let mut arns = self.arns.iter();
        arns.any(|arn| resource_may_match(resource, arn))
    }
}

/// A service: the part of an action before the colon, and all that can follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// The prefix of its actions: `s3`.
    pub prefix: &'static str,
    /// Its actions, sorted by name.
    pub actions: Vec<Action>,
    /// Its resource types, sorted by name.
    pub resource_types: Vec<ResourceType>,
    /// The condition keys that it lists, global ones that it supports among them, sorted by name.
    pub condition_keys: Vec<ConditionKey>,
}

impl Service {
    /// The action of that name, whose case AWS ignores.
    #[must_use]
    pub fn action(&self, name: &str) -> Option<&Action> {
        let mut actions = self.actions.iter();
        actions.find(|action| action.name.eq_ignore_ascii_case(name))
    }

    /// The actions that match a name with `*` and `?`.
    pub fn matching<'a>(&'a self, pattern: &'a str) -> impl Iterator<Item = &'a Action> {
        let actions = self.actions.iter();
        actions.filter(move |action| pattern_covers(pattern, action.name))
    }

    /// The name of an action that was probably meant.
    #[must_use]
    pub fn nearest_action(&self, name: &str) -> Option<&'static str> {
        nearest(name, self.actions.iter().map(|action| action.name))
    }

    /// The resource types that an action can be limited to; none if it takes only `*`.
    pub fn resource_types_of<'a>(
        &'a self,
        action: &'a Action,
    ) -> impl Iterator<Item = &'a ResourceType> {
        let indices = action.resource_types.iter();
        indices.map(|&index| &self.resource_types[index])
    }

    /// The condition keys that an action supports: its own and those of its resource types.
    pub fn condition_keys_of<'a>(
        &'a self,
        action: &'a Action,
    ) -> impl Iterator<Item = &'a ConditionKey> {
        let of_types = self
            .resource_types_of(action)
            .flat_map(|t| &t.condition_keys);
        let indices = action.condition_keys.iter().chain(of_types);
        indices.map(|&index| &self.condition_keys[index])
    }

    /// The definition of a condition key that the service lists, whose case AWS ignores.
    #[must_use]
    pub fn condition_key(&self, name: &str) -> Option<&ConditionKey> {
        let mut keys = self.condition_keys.iter();
        keys.find(|key| key.matches(name))
    }
}
