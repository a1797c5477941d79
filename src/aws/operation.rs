//! An operation of AWS: which IAM actions it needs, whether it reads, and whether it may be repeated.

use std::fmt;

use crate::names::Region;

/// How the names of operations begin that only read.
pub(super) const READS: [&str; 5] = ["Describe", "Get", "Head", "List", "Simulate"];

/// One operation of one service, in one region unless the service is global.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// The service's prefix in IAM actions.
    pub service: &'static str,
    /// The operation's name in AWS's documentation.
    pub name: &'static str,
    /// The region that is called.
    pub region: Option<Region>,
}

impl Operation {
    /// The IAM actions that AWS checks for the operation, of which a denied call lacks at least one.
    ///
    /// Each kind states on which resources and under which conditions it needs its actions. The tests
    /// map every recorded call by this table and compare the actions with the printed policies, so
    /// an action that is missing on either side is found.
    ///
    /// Most operations need one action, of the same name. S3's actions have other names (Service
    /// Authorization Reference, "Actions, resources, and condition keys for Amazon S3"). An operation
    /// that passes a role to a service or tags what it creates needs further actions.
    pub fn iam_actions(&self) -> Vec<String> {
        let names: &[&str] = match (self.service, self.name) {
            ("s3", "GetBucketReplication") => &["s3:GetReplicationConfiguration"],
            ("s3", "GetBucketNotificationConfiguration") => &["s3:GetBucketNotification"],
            ("s3", "ListBucketInventoryConfigurations") => &["s3:GetInventoryConfiguration"],
            ("s3", "ListBuckets") => &["s3:ListAllMyBuckets"],
            ("s3", "HeadBucket") => &["s3:ListBucket"],
            ("s3", "CreateBucket") => &[
                "s3:CreateBucket",
                "s3:PutBucketOwnershipControls",
                "s3:TagResource",
            ],
            // Each object is read in the version that was listed.
            ("s3", "GetObject") => &["s3:GetObjectVersion"],
            ("s3", "DeleteObjects") => &["s3:DeleteObject", "s3:DeleteObjectVersion"],
            ("s3", "ListObjectVersions") => &["s3:ListBucketVersions"],
            ("s3", "GetBucketEncryption") => &["s3:GetEncryptionConfiguration"],
            ("s3", "PutBucketEncryption") => &["s3:PutEncryptionConfiguration"],
            ("s3", "GetBucketLifecycleConfiguration") => &["s3:GetLifecycleConfiguration"],
            ("s3", "PutBucketLifecycleConfiguration") => &["s3:PutLifecycleConfiguration"],
            ("s3", "GetPublicAccessBlock") => &["s3:GetBucketPublicAccessBlock"],
            ("s3", "PutPublicAccessBlock") => &["s3:PutBucketPublicAccessBlock"],
            ("iam", "CreateRole") => &["iam:CreateRole", "iam:TagRole"],
            ("iam", "CreatePolicy") => &["iam:CreatePolicy", "iam:TagPolicy"],
            ("iam", "CreateInstanceProfile") => {
                &["iam:CreateInstanceProfile", "iam:TagInstanceProfile"]
            }
            ("iam", "AddRoleToInstanceProfile") => {
                &["iam:AddRoleToInstanceProfile", "iam:PassRole"]
            }
            ("kms", "CreateKey") => &["kms:CreateKey", "kms:TagResource"],
            ("firehose", "CreateDeliveryStream") => &[
                "firehose:CreateDeliveryStream",
                "firehose:TagDeliveryStream",
                "iam:PassRole",
            ],
            ("firehose", "UpdateDestination") => &["firehose:UpdateDestination", "iam:PassRole"],
            ("events", "PutRule") => &["events:PutRule", "events:TagResource"],
            ("events", "PutTargets") => &["events:PutTargets", "iam:PassRole"],
            (service, name) => return vec![format!("{service}:{name}")],
        };
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    /// Whether the operation only reads.
    pub fn reads(&self) -> bool {
        Operation::is_read(self.name)
    }

    /// Whether an operation of that name only reads, by AWS's own naming.
    pub fn is_read(name: &str) -> bool {
        READS.iter().any(|verb| name.starts_with(verb))
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.service, self.name)
    }
}
