//! What AWS's services can be asked to do: their actions, resource types and condition keys.
//!
//! The data is the Service Authorization Reference of AWS, as a maintained and permissively licensed
//! package publishes it; `data/reference.txt` names the package, its version, date and licence, and
//! `data/refresh` writes it. It holds what deciding needs and none of the descriptions.
//!
//! It is compiled in as plain text of 0.9 MB. Compressed it would have 0.2 MB, for which the program
//! would need a decompressor and, to keep the committed file one that a person can compare line by
//! line, a build script. As text it is part of the program that is only read from disk when it is
//! looked at: no other command pays for it, and a look-up parses the section of one service.
//!
//! A name that AWS introduced after [`Source::date`] is unknown here, so what follows from this data
//! is a finding and never an obstacle.

mod arn_pattern;
mod condition_key;
mod nearest;
mod section;

#[cfg(test)]
mod tests;

pub use arn_pattern::{pattern_covers, patterns_overlap, resource_may_match};
pub use condition_key::{ConditionKey, KeyType, global_keys};
pub use nearest::nearest;

const REFERENCE: &str = include_str!("data/reference.txt");

/// Where the data comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The package and its version.
    pub package: &'static str,
    /// The day on which the package's data was taken from AWS, as `YYYY-MM-DD`.
    pub date: &'static str,
}

/// Where the data comes from.
#[must_use]
pub fn source() -> Source {
    let header = |name: &str| {
        let mut lines = REFERENCE.lines().take_while(|line| line.starts_with('#'));
        lines.find_map(|line| {
            line.strip_prefix("# ")?
                .strip_prefix(name)?
                .strip_prefix('\t')
        })
    };
    Source {
        package: header("source").unwrap_or_default(),
        date: header("date").unwrap_or_default(),
    }
}

/// What an action does to what it is used on, in AWS's own classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessLevel {
    /// Shows what exists, not what is in it.
    List,
    /// Reads without changing.
    Read,
    /// Creates, changes or deletes.
    Write,
    /// Changes nothing but tags.
    Tagging,
    /// Grants or takes away permissions.
    PermissionsManagement,
}

/// An action of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// The name without the prefix, as AWS writes it: `GetObject`.
    pub name: &'static str,
    /// What it does.
    pub access: AccessLevel,
    /// The resource types that it can be limited to. Empty if it takes only `*`.
    pub resources: Vec<ActionResource>,
    /// The condition keys that AWS lists for the action itself, as indices of
    /// [`Service::condition_keys`].
    keys: Vec<usize>,
}

/// A resource type of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActionResource {
    /// The index in [`Service::resource_types`].
    pub index: usize,
    /// Whether every request names a resource of this type.
    pub required: bool,
}

/// A type of resource of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceType {
    /// The name that AWS gives it: `bucket`.
    pub name: &'static str,
    /// What its ARNs look like: `arn:${Partition}:s3:::${BucketName}`. Nearly always one.
    pub arns: Vec<&'static str>,
    keys: Vec<usize>,
}

impl ResourceType {
    /// Whether a policy's `Resource` can be an ARN of this type; see [`resource_may_match`].
    #[must_use]
    pub fn may_match(&self, resource: &str) -> bool {
        let mut arns = self.arns.iter();
        arns.any(|arn| resource_may_match(resource, arn))
    }
}

/// A service: what stands before the colon of an action, and all that can follow.
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

    /// The actions that a name with `*` and `?` stands for.
    pub fn matching<'a>(&'a self, pattern: &'a str) -> impl Iterator<Item = &'a Action> {
        let actions = self.actions.iter();
        actions.filter(move |action| pattern_covers(pattern, action.name))
    }

    /// The name of an action that was probably meant.
    #[must_use]
    pub fn nearest_action(&self, name: &str) -> Option<&'static str> {
        nearest(name, self.actions.iter().map(|action| action.name))
    }

    /// The resource types that an action can be limited to.
    pub fn resource_types_of<'a>(
        &'a self,
        action: &'a Action,
    ) -> impl Iterator<Item = &'a ResourceType> {
        let resources = action.resources.iter();
        resources.map(|resource| &self.resource_types[resource.index])
    }

    /// The condition keys that an action supports: its own and those of its resource types.
    pub fn condition_keys_of<'a>(
        &'a self,
        action: &'a Action,
    ) -> impl Iterator<Item = &'a ConditionKey> {
        let of_types = self.resource_types_of(action).flat_map(|t| &t.keys);
        let indices = action.keys.iter().chain(of_types);
        indices.map(|&index| &self.condition_keys[index])
    }

    /// The definition of a condition key that the service lists, whose case AWS ignores.
    #[must_use]
    pub fn condition_key(&self, name: &str) -> Option<&ConditionKey> {
        let mut keys = self.condition_keys.iter();
        keys.find(|key| key.matches(name))
    }
}

/// The service whose actions have that prefix, whose case AWS ignores.
#[must_use]
pub fn service(prefix: &str) -> Option<Service> {
    let mut sections = sections();
    let (prefix, text) = sections.find(|(known, _)| known.eq_ignore_ascii_case(prefix))?;
    section::service(prefix, text)
}

/// All services, one after the other.
pub fn services() -> impl Iterator<Item = Service> {
    sections().filter_map(|(prefix, text)| section::service(prefix, text))
}

/// The prefixes of all services, sorted.
pub fn prefixes() -> impl Iterator<Item = &'static str> {
    sections().map(|(prefix, _)| prefix)
}

/// The prefix and the lines of each service.
fn sections() -> impl Iterator<Item = (&'static str, &'static str)> {
    all_sections().filter(|(prefix, _)| !prefix.is_empty())
}

/// The section without a prefix is that of the global condition keys.
fn all_sections() -> impl Iterator<Item = (&'static str, &'static str)> {
    let sections = REFERENCE.split("\n@").skip(1);
    sections.map(|section| section.split_once('\n').unwrap_or((section, "")))
}
