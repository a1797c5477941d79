//! A wanted policy with holes: the parts that are filled in only when the policy is sent.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use iam_policy::{Policy, PolicyError, Template, same_meaning};

use crate::engine::address::Address;
use crate::engine::known::{KNOWN_AFTER_APPLY, Known};
use crate::secret::Secret;

/// The value that belongs into a hole of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hole {
    /// The id of a resource, which AWS chooses: the last part of its ARN.
    Id(Address),
    /// A secret text, which no output may show.
    Secret(Secret),
}

/// What stands for a secret in an output.
const SENSITIVE: &str = "(sensitive)";
/// An id of the longest form that AWS chooses, that of a key.
const SAMPLE_ID: &str = "00000000-0000-0000-0000-000000000000";

/// A wanted policy. `Debug` shows no secret.
#[derive(Debug, Clone)]
pub struct Document {
    template: Template,
    holes: BTreeMap<&'static str, Hole>,
}

impl From<Policy> for Document {
    /// A document without holes.
    fn from(policy: Policy) -> Self {
        Document {
            template: Template::from(policy),
            holes: BTreeMap::new(),
        }
    }
}

impl Document {
    /// A document from a policy whose strings hold `${Name}` for some of `holes`.
    ///
    /// # Errors
    /// `${Name}` stands in the name of a member of the policy, where no hole can be filled.
    pub fn new(policy: Policy, holes: &BTreeMap<&'static str, Hole>) -> Result<Self, PolicyError> {
        let template = Template::new(policy, holes.keys().copied())?;
        let mut holes = holes.clone();
        holes.retain(|name, _| template.holes().any(|hole| hole == *name));
        Ok(Document { template, holes })
    }

    /// The resource whose id the document names, if it names one.
    pub fn id_of(&self) -> Option<&Address> {
        self.holes.values().find_map(|hole| match hole {
            Hole::Id(address) => Some(address),
            Hole::Secret(_) => None,
        })
    }

    /// The policy, if the document has no holes.
    pub fn policy(&self) -> Option<&Policy> {
        self.template.policy()
    }

    /// The document with the known ids filled in.
    #[must_use]
    pub fn with_known(&self, known: &Known) -> Document {
        self.filled(|hole| match hole {
            Hole::Id(address) => {
                let arn = known.get(address)?;
                arn.rsplit_once('/').map(|(_, id)| id.to_owned())
            }
            Hole::Secret(_) => None,
        })
    }

    /// The policy as it is sent, secrets included; `None` while an id is unknown.
    pub fn to_send(&self) -> Option<Policy> {
        let revealed = self.filled(|hole| match hole {
            Hole::Id(_) => None,
            Hole::Secret(secret) => Some(secret.expose().to_owned()),
        });
        revealed.template.policy().cloned()
    }

    /// The policy as it is compared with another one, secrets included, with
    /// [`KNOWN_AFTER_APPLY`] for each unknown id.
    pub fn to_compare(&self) -> Policy {
        self.fill(|hole| match hole {
            Hole::Id(_) => KNOWN_AFTER_APPLY.to_owned(),
            Hole::Secret(secret) => secret.expose().to_owned(),
        })
    }

    /// The policy to show a person, without secrets and with [`KNOWN_AFTER_APPLY`] for each unknown
    /// id.
    pub fn to_show(&self) -> Policy {
        self.fill(|hole| match hole {
            Hole::Id(_) => KNOWN_AFTER_APPLY.to_owned(),
            Hole::Secret(_) => SENSITIVE.to_owned(),
        })
    }

    /// The policy with made-up ids and secrets of the right length, for checks of its length and
    /// its meaning.
    pub fn sample(&self) -> Policy {
        self.fill(|hole| match hole {
            Hole::Id(_) => SAMPLE_ID.to_owned(),
            Hole::Secret(secret) => "x".repeat(secret.expose().chars().count()),
        })
    }

    /// Whether `policy`, read from AWS, means the same as this document. A document with an unknown
    /// id equals no policy.
    pub fn is(&self, policy: &Policy) -> bool {
        self.to_send().is_some_and(|own| same_meaning(&own, policy))
    }

    /// Whether both documents have the same holes and mean the same around them.
    pub fn is_like(&self, other: &Document) -> bool {
        self.holes == other.holes && same_meaning(&self.to_show(), &other.to_show())
    }

    fn fill(&self, value: impl Fn(&Hole) -> String) -> Policy {
        let value = |name: &str| self.holes.get(name).map(&value).unwrap_or_default();
        self.template.policy_with(value)
    }

    fn filled(&self, value: impl Fn(&Hole) -> Option<String>) -> Document {
        let mut filled = self.clone();
        for (name, hole) in &self.holes {
            if let Some(value) = value(hole) {
                filled.template = filled.template.filled(name, &value);
                filled.holes.remove(name);
            }
        }
        filled
    }
}
