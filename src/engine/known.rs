//! What AWS chose, as far as it is known.

use std::collections::BTreeMap;

use crate::engine::address::Address;

/// ARNs that AWS chose, by the resource that has them.
pub type Known = BTreeMap<Address, String>;

/// What a person reads in the place of what AWS will choose.
pub const KNOWN_AFTER_APPLY: &str = "(known after apply)";
