//! What others use a resource of ours with: it holds that resource until they let go of it.

use std::fmt;

use crate::engine::resource::{Consent, Present};
use crate::kinds::iam::Identity;

/// Something of others that would lose a policy or a role of ours.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// An identity that a policy is attached to.
    Identity(Identity),
    /// An instance profile, by its name, that carries a role.
    InstanceProfile(String),
}

impl fmt::Display for Holder {
    /// Such as `user/NAME` and `instance-profile/NAME`, as in an ARN.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Holder::Identity(identity) => identity.fmt(f),
            Holder::InstanceProfile(name) => write!(f, "instance-profile/{name}"),
        }
    }
}

impl Present {
    /// What others use it with, in words.
    pub fn holders(&self) -> Option<String> {
        let holders: Vec<String> = self.held_by.iter().map(ToString::to_string).collect();
        (!holders.is_empty()).then(|| format!("others use it with {}", holders.join(", ")))
    }

    /// Why it may not be deleted for the sake of others, and the way out.
    pub fn held(&self, consent: Consent) -> Option<String> {
        let holders = self.holders().filter(|_| !consent.detach_foreign)?;
        Some(format!(
            "{holders}; detach it there, or run `provision destroy --detach-foreign`"
        ))
    }
}
