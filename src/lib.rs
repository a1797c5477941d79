//! Creates, checks and removes what a third-party integration needs in an AWS account.
//!
//! The [`settings`] name the [`systems`], and these lay out the wanted resources. A [`survey`]
//! observes the resources. A pure function of the [`engine`] makes a plan from the wanted and the
//! observed state, and the engine executes it. `docs/design.md` shows the whole.

pub mod aws;
pub mod checks;
pub mod cli;
pub mod commands;
pub mod engine;
pub mod failure;
pub mod fleet;
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
