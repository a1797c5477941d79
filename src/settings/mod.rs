//! What the person wants, from flags and the settings file, checked before any AWS call.
//!
//! [`load`] reads and checks everything that can be checked without AWS and gives a [`Draft`];
//! [`Draft::complete`] adds the region of the AWS profile where the settings name none, and gives
//! the [`Settings`]. The environment and the working directory are parameters, so nothing here
//! depends on the process that it runs in.
//!
//! A setting is written once, as a field of its section's struct: [`GeneralFlags`] and
//! [`TopLevel`], [`StackStateFlags`], or the structs of the sections that have no flags. The field
//! is the flag with its help, and the key in the file. Beside the struct stand the checked form of
//! the section and the check. [`Settings::digest_entries`] follows from the checked form.

mod audit_trail;
mod canonical;
mod checked;
mod choices;
mod draft;
mod endpoint;
mod explained;
mod file;
mod find;
mod fleet;
mod foreign;
mod general;
mod given;
mod invalid;
mod key;
mod keys;
mod lint;
mod load;
mod mask;
mod missing;
mod policies;
mod postfix;
mod principal;
mod problems;
mod regions;
mod schema;
mod shape;
mod source;
mod stackstate;
mod tags;
mod trust;
mod written;

#[cfg(test)]
mod tests;

pub use crate::secret::Secret;
pub use audit_trail::AuditTrail;
pub use checked::Settings;
pub use choices::{Encryption, Profile, System, TrustKind};
pub use draft::Draft;
pub use endpoint::check_endpoint;
pub use explained::{Explained, Origin};
pub use find::DEFAULT_FILE;
pub use fleet::{Fleet, FleetSettings, Override, Share, Wave, load_fleet};
pub use general::{Connection, GeneralFlags, TopLevel};
pub use given::Origins;
pub use invalid::Invalid;
pub use load::{load, load_lint};
pub use postfix::is_postfix;
pub use principal::Principal;
pub use schema::schema;
pub use stackstate::{StackState, StackStateFlags};
pub use trust::{Environment, Need, Trust, generated_external_id};
pub use written::Answers;
