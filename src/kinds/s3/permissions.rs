//! The permissions that calls on S3 need.
//!
//! Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3". Tags of
//! a bucket count only if someone enabled that for the bucket (S3 User Guide, "Enabling ABAC in
//! general purpose buckets"), so the permissions are limited by the bucket's own ARN. The creation
//! of a bucket with tags needs `s3:TagResource` ("Creating general purpose buckets with tags"). A
//! request that names the object ownership needs `s3:PutBucketOwnershipControls` (API Reference,
//! "CreateBucket"). The default encryption may name a key without a permission of KMS, since S3
//! does not check the key ("PutBucketEncryption").

use super::bucket::{BucketSpec, S3Bucket};
use crate::engine::attributes::Change;
use crate::engine::observed::Consent;
use crate::engine::permission::{
    CREATE, FIND, Permission, READ, READ_EXPOSURES, Side, allow, for_changes, request_tags,
};
use crate::engine::resource::Specified;
use crate::names::Partition;

const CHANGES: [(&str, Side, &str); 7] = [
    ("tags", Side::Set, "s3:PutBucketTagging"),
    (
        "public_access_block",
        Side::Any,
        "s3:PutBucketPublicAccessBlock",
    ),
    ("ownership", Side::Any, "s3:PutBucketOwnershipControls"),
    ("bucket_policy", Side::Any, "s3:PutBucketPolicy"),
    ("encryption", Side::Any, "s3:PutEncryptionConfiguration"),
    ("versioning", Side::Any, "s3:PutBucketVersioning"),
    ("lifecycle", Side::Any, "s3:PutLifecycleConfiguration"),
];

impl S3Bucket {
    pub(super) fn observing(&self) -> Vec<Permission> {
        let read = [
            "s3:GetBucketOwnershipControls",
            "s3:GetBucketPolicy",
            "s3:GetBucketPublicAccessBlock",
            "s3:GetBucketTagging",
            "s3:GetBucketVersioning",
            "s3:GetEncryptionConfiguration",
            "s3:GetLifecycleConfiguration",
            "s3:ListBucket",
            "s3:ListBucketVersions",
        ];
        // The name may belong to another account, and only the list of buckets tells.
        let mut all = allow(FIND, &["*"], &[], &["s3:ListAllMyBuckets"]);
        all.extend(allow(READ, &[self.identity.as_resource()], &[], &read));
        all
    }

    pub(super) fn exposing(&self) -> Vec<Permission> {
        let read = [
            "s3:GetBucketAcl",
            "s3:GetBucketNotification",
            "s3:GetInventoryConfiguration",
            "s3:GetReplicationConfiguration",
        ];
        allow(READ_EXPOSURES, &[self.identity.as_resource()], &[], &read)
    }

    pub(super) fn deleting(&self, consent: Consent) -> Vec<Permission> {
        let arn = self.identity.as_resource();
        let mut all = allow("DeleteBucket", &[arn], &[], &["s3:DeleteBucket"]);
        if consent.delete_content {
            let objects = format!("{arn}/*");
            let empty = ["s3:DeleteObject", "s3:DeleteObjectVersion"];
            all.extend(allow("EmptyBucket", &[&objects], &[], &empty));
        }
        all
    }
}

impl Specified<'_, S3Bucket, BucketSpec> {
    pub(super) fn creating(&self) -> Vec<Permission> {
        let identity = &self.resource.identity;
        let arn = identity.as_resource();
        let create = ["s3:CreateBucket", "s3:TagResource"];
        let mut all = match self.resource.region.partition() {
            Partition::Aws => allow(CREATE, &[arn], &request_tags(&identity.tags), &create),
            // S3 may refuse the tags, and then the bucket is created without them and tagged.
            _ => {
                let create = [&create[..], &["s3:PutBucketTagging"]].concat();
                allow("CreateBucket", &[arn], &[], &create)
            }
        };
        let settings = [
            "s3:PutBucketOwnershipControls",
            "s3:PutBucketPolicy",
            "s3:PutBucketPublicAccessBlock",
            "s3:PutBucketVersioning",
            "s3:PutEncryptionConfiguration",
            "s3:PutLifecycleConfiguration",
        ];
        all.extend(allow("ChangeBucket", &[arn], &[], &settings));
        all
    }

    pub(super) fn updating(&self, changes: Option<&[Change]>) -> Vec<Permission> {
        let arn = self.resource.identity.as_resource();
        allow("ChangeBucket", &[arn], &[], &for_changes(changes, &CHANGES))
    }
}
