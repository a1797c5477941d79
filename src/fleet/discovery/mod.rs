//! Which accounts a run is about: what the organization has, what the settings want of that, and what the
//! command line leaves of it.

mod narrow;
mod organization;
mod read;
mod select;

#[cfg(test)]
pub mod fakes;
#[cfg(test)]
mod read_tests;
#[cfg(test)]
mod select_tests;

pub use narrow::{narrow, retried};
pub use organization::{Member, Organization};
pub use read::{actions, discover};
pub use select::{refuse_unexpected, select};
