//! S3: the bucket, and the deletion of its objects.

pub mod bucket;
pub mod empty;
#[cfg(test)]
mod empty_tests;
mod exposures;
mod lifecycle;
mod log_delivery;
#[cfg(test)]
mod log_delivery_tests;
pub mod permissions;
mod read;
pub mod versions;
mod write;

use crate::aws::Operation;
use crate::names::Region;

/// An operation of S3.
fn s3_operation(name: &'static str, region: &Region) -> Operation {
    Operation {
        service: "s3",
        name,
        region: Some(region.clone()),
    }
}
