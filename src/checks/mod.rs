//! What can be known before a write: findings in the documents, permissions, and preflight.

pub mod documents;
pub mod permissions;
pub mod preflight;
