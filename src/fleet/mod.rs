//! Many accounts: which accounts a run is about, in which waves they are changed, when no further account
//! begins, and how each account ended.
//!
//! An account of a fleet is planned, applied and destroyed by the same engine as an account alone. What is
//! here decides for which accounts, when, and what is kept of each.

mod cause;
pub mod digest;
pub mod discovery;
pub mod ended;
#[cfg(test)]
pub mod fakes;
pub mod groups;
pub mod permissions;
pub mod put_aside;
pub mod report;
pub mod run;
pub mod saved;
pub mod stopped;
pub mod target;
pub mod template;
pub mod tolerance;
pub mod waves;
pub mod wording;
