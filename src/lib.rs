//! Creates, checks and removes what a third-party integration needs in an AWS account.
//!
//! A run goes from [`settings`] over the [`systems`] that they name to the plan, which a pure
//! function of the [`engine`] makes of what is wanted and what was observed, and to its execution.
//! `docs/design.md` shows the whole.

pub mod aws;
pub mod checks;
pub mod cli;
pub mod commands;
pub mod engine;
pub mod failure;
pub mod kinds;
pub mod names;
pub mod render;
pub mod saved_plan;
pub mod secret;
pub mod settings;
pub mod stop;
pub mod survey;
pub mod systems;
pub mod terminal;
pub mod text_file;

#[cfg(test)]
mod fakes;
