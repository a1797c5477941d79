//! What calls on Firehose need.
//!
//! Service Authorization Reference, "Actions, resources, and condition keys for Amazon Kinesis
//! Firehose". The stream uses the key of its destination with its own role. Its creator needs
//! `kms:CreateGrant` only for a stream that is itself encrypted with a key of the account (API
//! Reference, "DeliveryStreamEncryptionConfigurationInput"), which ours is not.

use crate::engine::permission::{
    CHANGE, CREATE, DELETE, Permission, READ, Side, Task, allow, for_changes, pass_role,
    request_tags, resource_tags, tagging,
};
use crate::kinds::firehose::stream::FirehoseStream;

/// Every attribute of the destination, which one call writes.
const DESTINATION: [&str; 10] = [
    "role",
    "bucket",
    "prefix",
    "error_prefix",
    "compression",
    "buffer_seconds",
    "buffer_mebibytes",
    "key",
    "processing",
    "destination",
];

pub(crate) fn stream(stream: &FirehoseStream, task: Task<'_>) -> Vec<Permission> {
    let (arn, ours) = (stream.arn.as_str(), resource_tags(&stream.tags));
    let pass = || {
        pass_role(
            "PassRolesToFirehose",
            &stream.role_arn,
            "firehose.amazonaws.com",
        )
    };
    match task {
        Task::Observe => allow(
            READ,
            &[arn],
            &[],
            &[
                "firehose:DescribeDeliveryStream",
                "firehose:ListTagsForDeliveryStream",
            ],
        ),
        Task::Create => {
            let create = [
                "firehose:CreateDeliveryStream",
                "firehose:TagDeliveryStream",
            ];
            let mut all = allow(CREATE, &[arn], &request_tags(&stream.tags), &create);
            all.extend(pass());
            all
        }
        Task::Update(changes) => {
            let tag = "firehose:TagDeliveryStream";
            let mut all = tagging(arn, &stream.tags, changes, tag);
            let rows = DESTINATION.map(|name| (name, Side::Any, "firehose:UpdateDestination"));
            let update = for_changes(changes, &rows);
            if !update.is_empty() {
                all.extend(allow(CHANGE, &[arn], &ours, &update));
                all.extend(pass());
            }
            all
        }
        Task::Delete(_) => allow(DELETE, &[arn], &ours, &["firehose:DeleteDeliveryStream"]),
    }
}
