//! The permissions that calls on Firehose need.
//!
//! Service Authorization Reference, "Actions, resources, and condition keys for Amazon Kinesis
//! Firehose". The stream uses its own role for the key of its destination. The creator of the
//! stream needs `kms:CreateGrant` only for a stream that is itself encrypted with a key of the
//! account (API Reference, "DeliveryStreamEncryptionConfigurationInput"), which ours is not.

use super::stream::{FirehoseStream, StreamSpec};
use crate::engine::attributes::Change;
use crate::engine::permission::{
    CHANGE, CREATE, DELETE, Permission, READ, Side, allow, for_changes, pass_role, request_tags,
    resource_tags, tagging,
};
use crate::engine::resource::Specified;

/// Every attribute of the destination, which one call writes.
const DESTINATION: [&str; 11] = [
    "role",
    "bucket",
    "prefix",
    "error_prefix",
    "compression",
    "buffer_seconds",
    "buffer_mebibytes",
    "key",
    "processing",
    "format_conversion",
    "destination",
];

impl FirehoseStream {
    pub(super) fn observing(&self) -> Vec<Permission> {
        let read = [
            "firehose:DescribeDeliveryStream",
            "firehose:ListTagsForDeliveryStream",
        ];
        allow(READ, &[self.identity.as_resource()], &[], &read)
    }

    pub(super) fn deleting(&self) -> Vec<Permission> {
        let ours = resource_tags(&self.identity.tags);
        let delete = ["firehose:DeleteDeliveryStream"];
        allow(DELETE, &[self.identity.as_resource()], &ours, &delete)
    }
}

impl Specified<'_, FirehoseStream, StreamSpec> {
    fn passing_the_role(&self) -> Vec<Permission> {
        let service = "firehose.amazonaws.com";
        pass_role("PassRolesToFirehose", &self.spec.role_arn, service)
    }

    pub(super) fn creating(&self) -> Vec<Permission> {
        let identity = &self.resource.identity;
        let create = [
            "firehose:CreateDeliveryStream",
            "firehose:TagDeliveryStream",
        ];
        let tagged = request_tags(&identity.tags);
        let mut all = allow(CREATE, &[identity.as_resource()], &tagged, &create);
        all.extend(self.passing_the_role());
        all
    }

    pub(super) fn updating(&self, changes: Option<&[Change]>) -> Vec<Permission> {
        let identity = &self.resource.identity;
        let (arn, ours) = (identity.as_resource(), resource_tags(&identity.tags));
        let mut all = tagging(arn, &identity.tags, changes, "firehose:TagDeliveryStream");
        let rows = DESTINATION.map(|name| (name, Side::Any, "firehose:UpdateDestination"));
        let update = for_changes(changes, &rows);
        if !update.is_empty() {
            all.extend(allow(CHANGE, &[arn], &ours, &update));
            all.extend(self.passing_the_role());
        }
        all
    }
}
