//! What can be done with a resource.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What is to be done with a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Nothing.
    Keep,
    /// It does not exist and is created.
    Create,
    /// It is ours and some attributes are changed in place.
    Update,
    /// It is ours, no longer wanted, and is deleted.
    Delete,
    /// It is not ours; it becomes ours and is changed to what is wanted.
    Adopt,
    /// Nothing can be done; the reason says why and the way out.
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
