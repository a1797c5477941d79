//! What calls on S3 need.
//!
//! Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3". Tags of
//! a bucket count only where someone turned that on for it (S3 User Guide, "Enabling ABAC in
//! general purpose buckets"), so that the bucket's own ARN is the limit. To create a bucket with
//! tags takes `s3:TagResource` ("Creating general purpose buckets with tags"), and to name its
//! object ownership `s3:PutBucketOwnershipControls` (API Reference, "CreateBucket"). Nothing
//! of KMS is needed to name a key for the default encryption, at which S3 does not look
//! ("PutBucketEncryption").

use crate::engine::permission::{
    CREATE, Permission, READ, Side, Task, allow, for_changes, request_tags,
};
use crate::kinds::s3::bucket::S3Bucket;

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

pub(crate) fn bucket(bucket: &S3Bucket, task: Task<'_>) -> Vec<Permission> {
    let arn = bucket.arn.as_str();
    match task {
        Task::Observe => allow(
            READ,
            &[arn],
            &[],
            &[
                "s3:GetBucketOwnershipControls",
                "s3:GetBucketPolicy",
                "s3:GetBucketPublicAccessBlock",
                "s3:GetBucketTagging",
                "s3:GetBucketVersioning",
                "s3:GetEncryptionConfiguration",
                "s3:GetLifecycleConfiguration",
                "s3:ListBucket",
            ],
        ),
        Task::Create => {
            let tagged = request_tags(&bucket.tags);
            let create = ["s3:CreateBucket", "s3:TagResource"];
            let mut all = allow(CREATE, &[arn], &tagged, &create);
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
        Task::Update(changes) => {
            let actions = for_changes(changes, &CHANGES);
            allow("ChangeBucket", &[arn], &[], &actions)
        }
        Task::Delete(consent) => {
            let delete = ["s3:DeleteBucket", "s3:ListBucketVersions"];
            let mut all = allow("DeleteBucket", &[arn], &[], &delete);
            if consent.empty_bucket {
                let objects = format!("{arn}/*");
                let empty = ["s3:DeleteObject", "s3:DeleteObjectVersion"];
                all.extend(allow("EmptyBucket", &[&objects], &[], &empty));
            }
            all
        }
    }
}
