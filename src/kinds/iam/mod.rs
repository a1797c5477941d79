//! IAM: roles, managed policies and their attachments, and instance profiles.

pub mod attached;
pub mod attachment;
pub mod instance_profile;
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

/// Tags in the form of the IAM SDK.
pub(crate) fn iam_tags<'a>(
    tags: impl Iterator<Item = (&'a str, &'a str)>,
) -> Vec<aws_sdk_iam::types::Tag> {
    // Building fails only without key or value, and both are given.
    tags.filter_map(|(key, value)| {
        let tag = aws_sdk_iam::types::Tag::builder().key(key).value(value);
        tag.build().ok()
    })
    .collect()
}

/// The type of an instance profile in its ARN.
const INSTANCE_PROFILE: &str = "instance-profile";
