//! AWS's operations, and what is known of each beyond its name.

use std::fmt;

use crate::names::Region;

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
    /// The IAM actions that AWS checks for it, of which a denied call lacks at least one.
    ///
    /// On which resources and conditions they are needed stands with the kinds, in
    /// [`permissions`](crate::checks::permissions). The tests map every recorded call by this table and
    /// hold it against the policies made of that one, so that neither can miss what the other has.
    ///
    /// Most operations are actions of the same name. S3's are not (Service Authorization
    /// Reference, "Actions, resources, and condition keys for Amazon S3"), and what hands a role
    /// to a service or tags what it creates needs more than its own.
    pub fn iam_actions(&self) -> Vec<String> {
        let names: &[&str] = match (self.service, self.name) {
            ("s3", "HeadBucket") => &["s3:ListBucket"],
            ("s3", "CreateBucket") => &[
                "s3:CreateBucket",
                "s3:PutBucketOwnershipControls",
                "s3:TagResource",
            ],
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

    /// Whether it only reads, by AWS's own naming.
    pub fn reads(&self) -> bool {
        ["Describe", "Get", "Head", "List", "Simulate"]
            .iter()
            .any(|verb| self.name.starts_with(verb))
    }

    /// Whether the SDK must not send the request again by itself.
    ///
    /// `kms:CreateKey` takes no idempotency token, so that a request whose answer was lost would,
    /// sent again, leave a second key.
    pub(super) fn sent_once(&self) -> bool {
        self.service == "kms" && self.name == "CreateKey"
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.service, self.name)
    }
}
