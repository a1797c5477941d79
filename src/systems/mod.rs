//! The systems that can be set up: for each its resources, its documents and the resources that
//! earlier settings left behind.
//!
//! A system knows its settings, its documents and AWS's names, and has no client of its own. A new
//! system is a file with an implementation of [`System`], and a line in the list below.

pub mod audit_trail;
pub mod documents;
pub mod purposes;
pub mod stackstate;
mod system;
mod trial;
mod written;

#[cfg(test)]
mod tests;

use crate::failure::Failure;
use crate::settings::Settings;

pub use system::{Goal, Layout, Output, Outputs, Site, System};
pub use trial::{Delivery, Grant, Reader, Trials};
pub use written::{Content, Written};

/// Makes a system from its section of the settings, if there is such a section.
type Make = fn(&Settings, Goal) -> Result<Option<Box<dyn System>>, Failure>;

/// All systems.
const ALL: [Make; 2] = [stackstate::system, audit_trail::system];

/// The systems of a run.
pub type Systems = Vec<Box<dyn System>>;

/// The systems that the settings name. For [`Goal::Present`] they have their documents: the
/// built-in ones, or those of the settings' folder.
///
/// # Errors
/// Those of [`Documents::load`](documents::Documents::load), for [`Goal::Present`].
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
    for written in &all.written {
        let mut nodes = all.nodes.iter_mut();
        let carrier = nodes.find(|node| *node.address() == written.carrier);
        if let (Some(node), Some(note)) = (carrier, written.content.over_quota()) {
            node.note = Some(note);
        }
    }
    Ok(all)
}
