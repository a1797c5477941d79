//! EventBridge: the rule and its target.

pub mod pattern;
pub mod permissions;
pub mod rule;
pub mod target;
mod targets;
