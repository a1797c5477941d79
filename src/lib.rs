//! Creates, checks and removes what a third-party integration needs in an AWS account.
//!
//! A run goes from [`settings`] over a [`blueprint`] to the [`plan`], which a pure function makes
//! of what is wanted and what was observed, and to its execution. `docs/design.md` shows the whole.

pub mod address;
pub mod attributes;
pub mod authorization;
pub mod aws;
pub mod blueprint;
pub mod bug;
pub mod cli;
pub mod commands;
pub mod events;
pub mod execute;
pub mod failure;
pub mod graph;
pub mod lint;
pub mod names;
pub mod permissions;
pub mod plan;
pub mod policy;
pub mod preflight;
pub mod printable;
pub mod render;
pub mod resource;
pub mod saved_plan;
pub mod settings;
pub mod survey;
pub mod text_file;

#[cfg(test)]
mod fakes;
