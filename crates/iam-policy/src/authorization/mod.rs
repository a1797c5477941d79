//! What AWS's services can be asked to do: their actions, resource types and condition keys.
//!
//! The data is the Service Authorization Reference of AWS, as a maintained and permissively licensed
//! package publishes it; `data/reference.txt` names the package, its version, date and licence, and
//! `data/refresh` writes it. It has what the checks of lint need and none of the descriptions.
//!
//! It is compiled in as plain text of 0.9 MB. Compressed it would have 0.2 MB, which
//! would need a decompressor and a build script, since the committed file is one that a person can
//! compare line by line. As text it is a part of the program that is read from disk
//! only when it is used, and a look-up parses the section of one service, once.
//!
//! A name that AWS introduced after the date of the data is unknown here, so what follows from the
//! data is a finding and never an obstacle.

mod condition_key;
mod nearest;
mod pattern;
mod reference;
mod section;
mod service;
mod unlisted;

#[cfg(test)]
mod tests;

pub use condition_key::{ConditionKey, KeyType};
pub use nearest::nearest;
pub(crate) use pattern::pattern_covers_with_case;
pub use pattern::{pattern_covers, patterns_overlap, resource_may_match};
pub use reference::{condition_key, global_keys, prefixes, service, services};
pub use service::{Action, ResourceType, Service};
pub use unlisted::{is_unlisted_action, is_unlisted_key, is_unlisted_key_of};
