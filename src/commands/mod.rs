//! The commands: each puts the parts together and decides what is printed and how the run ends.

pub mod agent_config;
pub mod apply;
pub mod destroy;
pub mod plan;

mod confirm;
mod context;
mod run;

/// How a command ended, when it did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// All is as it should be.
    Well,
    /// The plan has changes, and the caller asked to be told by the exit code.
    Changes,
    /// Something failed, and what that was has been printed already.
    Failed,
}
