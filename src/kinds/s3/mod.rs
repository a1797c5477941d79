//! S3: the bucket, and the deletion of its objects.

pub mod bucket;
pub mod empty;
#[cfg(test)]
mod empty_tests;
mod lifecycle;
mod log_delivery;
pub mod permissions;
mod read;
mod write;
