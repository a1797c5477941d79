//! The checks before a write: findings in the documents, the needed permissions, and preflight.

pub mod documents;
pub mod permissions;
pub mod preflight;
