//! KMS: the key and its alias.

mod find;
pub mod key;
pub mod permissions;
