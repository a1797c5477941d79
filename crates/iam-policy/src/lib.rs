#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

pub mod authorization;
pub mod json;
pub mod lint;
pub mod names;
mod policy;
pub mod printable;
mod reading;
pub mod report;

pub use policy::{
    DiffLine, Fit, FitError, Fitted, Kind, Policy, PolicyError, Sign, Statement, Template, diff,
    fit, in_words, lost_denials, partition, placeholders, redacted, same_meaning, summary, trusted,
};
pub use reading::{Effect, Place, Position, Step, Version, positions};
