//! The ARNs that AWS chose, as far as they are known.

use std::collections::BTreeMap;

use crate::engine::address::Address;

/// ARNs that AWS chose, each by the address of its resource.
pub type Known = BTreeMap<Address, String>;

/// The text that outputs show in the place of a value that AWS has yet to choose.
pub const KNOWN_AFTER_APPLY: &str = "(known after apply)";
