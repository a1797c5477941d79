//! The names of AWS that policies hold: partitions, account IDs and ARNs.
//!
//! Everything here is pure text: nothing asks AWS whether a name exists. A value of one of these
//! types is well-formed.

mod account;
mod arn;
mod invalid;
mod partition;
mod region;

pub use account::AccountId;
pub(crate) use account::is_account_id;
pub use arn::Arn;
pub use invalid::InvalidName;
pub use partition::Partition;
pub(crate) use region::{is_known_region, looks_like_region};
