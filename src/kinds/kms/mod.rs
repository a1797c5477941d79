//! KMS: the key and its alias.

mod calls;
mod exposures;
mod find;
mod found;
pub mod key;
mod known;
mod lag;
mod origin;
pub mod permissions;
mod strays;
