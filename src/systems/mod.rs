//! What can be set up: for each system its resources, its documents and what it leaves behind.
//!
//! A system knows its settings, its documents and AWS's names, and has no client of its own. A new
//! system is a file with an implementation of [`System`] and a line in the list below.

pub mod audit_trail;
pub mod documents;
pub mod stackstate;
mod system;
mod written;

#[cfg(test)]
mod tests;

use crate::failure::Failure;
use crate::settings::Settings;

pub use system::{Goal, Layout, Output, Outputs, Site, System};
pub use written::{Content, Written};

/// Makes a system of its section of the settings, if there is one.
type Make = fn(&Settings, Goal) -> Result<Option<Box<dyn System>>, Failure>;

/// Every system that there is.
const ALL: [Make; 2] = [stackstate::system, audit_trail::system];

/// The systems of a run.
pub type Systems = Vec<Box<dyn System>>;

/// The systems that the settings name. Those that are to be present have their documents: the
/// built-in ones, and those that the settings put in their place.
///
/// # Errors
/// For [`Goal::Present`] a folder or file that cannot be read, and a file that replaces no document.
pub fn named(settings: &Settings, goal: Goal) -> Result<Systems, Failure> {
    let systems = ALL.into_iter().map(|make| make(settings, goal).transpose());
    systems.flatten().collect()
}

/// The layout of all systems.
///
/// # Errors
/// A document that cannot be used.
pub fn lay_out(systems: &[Box<dyn System>], site: &Site) -> Result<Layout, Failure> {
    let mut all = Layout::default();
    for system in systems {
        let layout = system.lay_out(site)?;
        all.nodes.extend(layout.nodes);
        all.written.extend(layout.written);
    }
    Ok(all)
}
