//! Firehose: the delivery stream.

pub mod permissions;
pub mod stream;
