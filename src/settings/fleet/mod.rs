//! `[fleet]`: many accounts with the same settings.

mod check;
mod checked;
mod forms;
pub(super) mod keys;
mod load;
mod overrides;
mod shown;
mod waves;
mod written;

pub(super) use check::resolve;
pub(super) use checked::Common;
pub use checked::{Fleet, Override, Share, Wave};
pub use load::{FleetSettings, load_fleet};
pub(super) use written::FleetKeys;
