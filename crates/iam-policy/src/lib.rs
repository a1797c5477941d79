//! IAM policies: reading, comparing by meaning, diffs, fitting to a size limit, and lint.

pub mod authorization;
pub mod lint;
pub mod names;
pub mod policy;
pub mod printable;
pub mod report;
