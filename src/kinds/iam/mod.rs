//! IAM: roles, managed policies and their attachments, and instance profiles.

pub mod account_alias;
pub mod attached;
pub mod attachment;
pub mod instance_profile;
mod kept;
mod managed;
pub mod permissions;
pub mod policy;
pub mod role;
mod role_details;

use crate::aws::Operation;

/// An operation of IAM, which is global.
pub(crate) fn iam_operation(name: &'static str) -> Operation {
    Operation {
        service: "iam",
        name,
        region: None,
    }
}

/// The type of an instance profile in its ARN.
const INSTANCE_PROFILE: &str = "instance-profile";
