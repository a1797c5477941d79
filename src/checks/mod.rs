//! The checks before a write: findings in the documents, the needed permissions, and preflight. And what
//! is tried after it: whether what is deployed works.

pub mod documents;
pub mod kept;
pub mod permissions;
pub mod preflight;
pub mod status;
pub mod verify;
