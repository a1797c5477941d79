//! The actions that a plan can take on a resource.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The action that a plan takes on a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Nothing is done.
    Keep,
    /// The resource does not exist and is created.
    Create,
    /// The resource is ours, and some of its attributes are changed in place.
    Update,
    /// The resource is ours and no longer wanted, and is deleted.
    Delete,
    /// The resource is not ours. It gets our tags and is changed to the wanted attributes.
    Adopt,
    /// The program must not or cannot act on the resource. The reason says why, and names the way
    /// out.
    Blocked,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Action::Keep => "keep",
            Action::Create => "create",
            Action::Update => "update",
            Action::Delete => "delete",
            Action::Adopt => "adopt",
            Action::Blocked => "blocked",
        })
    }
}
