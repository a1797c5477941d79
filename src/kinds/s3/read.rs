//! Reads a bucket: its region, and each of its settings.

use std::collections::BTreeMap;

use aws_sdk_s3::types::{BucketVersioningStatus, ServerSideEncryption};
use futures_util::future::{join, join5};

use super::bucket::{S3Bucket, lower_access_block};
use crate::aws::{Aws, AwsError, ErrorKind};
use crate::engine::attributes::{Attributes, Value};
use crate::engine::observed::Observed;
use crate::kinds::policy_value::policy_value;
use crate::kinds::s3::{lifecycle, s3_operation};
use crate::kinds::tags::from_service;
use crate::names::Region;

/// The settings of a bucket, as S3 answers them.
pub(super) struct Settings {
    pub(super) attributes: Attributes,
    pub(super) policy: Option<Value>,
    pub(super) tags: BTreeMap<String, String>,
}

/// The answer, or `None` if that setting of the bucket was never made. That the bucket itself does not
/// exist stays an error: S3 may still answer another read of a bucket that is gone, and a bucket without
/// settings would be somebody else's.
pub(super) async fn optional<T>(
    answer: impl Future<Output = Result<T, AwsError>>,
) -> Result<Option<T>, AwsError> {
    match answer.await {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.kind == ErrorKind::NotFound && !error.is("NoSuchBucket") => Ok(None),
        Err(error) => Err(error),
    }
}

/// The region that S3 names for the bucket, or the region in which S3 was asked if it names none.
fn named_region(named: Option<&str>, asked: &Region) -> Result<Region, String> {
    let Some(named) = named else {
        return Ok(asked.clone());
    };
    let region = named.parse();
    region.map_err(|_| {
        format!("S3 says that the bucket is in {named:?}, which is not the code of an AWS region")
    })
}

/// The region that S3 names in an error because the bucket is not in the region that was asked.
fn redirected(error: AwsError, asked: &Region) -> Result<Result<Option<Region>, String>, AwsError> {
    match named_region(error.bucket_region.as_deref(), asked) {
        Ok(region) if region == *asked => Err(error),
        located => Ok(located.map(Some)),
    }
}

impl S3Bucket {
    /// The region of the bucket, if the name is taken by anybody. An inner `Err` is the reason why
    /// the program cannot tell the region.
    pub(super) async fn locate(
        &self,
        aws: &Aws,
    ) -> Result<Result<Option<Region>, String>, AwsError> {
        let client = aws.s3(&self.region);
        let answer = aws
            .call(s3_operation("HeadBucket", &self.region), || {
                let request = client.head_bucket().bucket(&self.identity.name);
                request
                    .expected_bucket_owner(self.account.to_string())
                    .send()
            })
            .await;
        match answer {
            Ok(answer) => Ok(named_region(answer.bucket_region(), &self.region).map(Some)),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(Ok(None)),
            Err(error) => redirected(error, &self.region),
        }
    }

    /// What stands under a name to which S3 refused access with `error`.
    ///
    /// S3 gives the same answer to whoever is not the owner and to whoever lacks a permission
    /// (API Reference, "HeadBucket"), so the list of the account's buckets decides. A request to a
    /// region that the account has not enabled fails for its credentials.
    pub(super) async fn refused(&self, aws: &Aws, error: AwsError) -> Result<Observed, AwsError> {
        let elsewhere = error.operation.region.as_ref() != Some(&self.region);
        match error.kind {
            ErrorKind::Denied => {}
            ErrorKind::Credentials if elsewhere => {}
            _ => return Err(error),
        }
        let name = &self.identity.name;
        let request = error.request_id.as_deref().unwrap_or("unknown");
        let denied = format!("access to the bucket {name} is denied (request id {request})");
        let action = error.operation.iam_actions().join(", ");
        match self.is_listed(aws).await? {
            Some(false) => Ok(Observed::Taken(format!(
                "the bucket name {name} belongs to another account (access to it is denied, and \
                 it is none of this account's buckets); remove what leads to it with `provision \
                 destroy`, and choose another `postfix`"
            ))),
            Some(true) if error.operation.name != "HeadBucket" => Err(error),
            Some(true) => Ok(Observed::Obstructed(format!(
                "{denied}: allow {action} on it to these credentials, in the policy of the bucket \
                 too"
            ))),
            None => Ok(Observed::Obstructed(format!(
                "{denied}: it belongs to another account, or these credentials lack {action} on \
                 it; allow s3:ListAllMyBuckets to them, which tells the two apart"
            ))),
        }
    }

    /// Whether the account has a bucket of this name; `None` if the caller may not list them.
    async fn is_listed(&self, aws: &Aws) -> Result<Option<bool>, AwsError> {
        let client = aws.s3(&self.region);
        let listed = aws.list(
            s3_operation("ListBuckets", &self.region),
            |token| {
                let request = client.list_buckets().prefix(&self.identity.name);
                request.set_continuation_token(token).send()
            },
            |answer| {
                (
                    answer.buckets.unwrap_or_default(),
                    answer.continuation_token,
                )
            },
        );
        match listed.await {
            Ok(buckets) => Ok(Some(
                buckets
                    .iter()
                    .any(|it| it.name() == Some(&self.identity.name)),
            )),
            Err(error) if error.kind == ErrorKind::Denied => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads the bucket policy, if there is one.
    pub(super) async fn bucket_policy(
        &self,
        aws: &Aws,
        region: &Region,
    ) -> Result<Option<Value>, AwsError> {
        let client = aws.s3(region);
        let answer = optional(aws.call(s3_operation("GetBucketPolicy", region), || {
            let request = client.get_bucket_policy().bucket(&self.identity.name);
            let request = request.expected_bucket_owner(self.account.to_string());
            request.send()
        }));
        let policy = answer.await?.and_then(|answer| answer.policy);
        Ok(policy.as_deref().map(policy_value))
    }

    /// Reads all settings at the same time.
    pub(super) async fn settings(&self, aws: &Aws, region: &Region) -> Result<Settings, AwsError> {
        let client = aws.s3(region);
        let owner = self.account.to_string();
        let tags = optional(aws.call(s3_operation("GetBucketTagging", region), || {
            let request = client.get_bucket_tagging().bucket(&self.identity.name);
            request.expected_bucket_owner(&owner).send()
        }));
        let versioning = aws.call(s3_operation("GetBucketVersioning", region), || {
            let request = client.get_bucket_versioning().bucket(&self.identity.name);
            request.expected_bucket_owner(&owner).send()
        });
        let encryption = optional(aws.call(s3_operation("GetBucketEncryption", region), || {
            let request = client.get_bucket_encryption().bucket(&self.identity.name);
            request.expected_bucket_owner(&owner).send()
        }));
        let operation = s3_operation("GetBucketOwnershipControls", region);
        let ownership = optional(aws.call(operation, || {
            let request = client
                .get_bucket_ownership_controls()
                .bucket(&self.identity.name);
            request.expected_bucket_owner(&owner).send()
        }));
        let access_block = optional(aws.call(s3_operation("GetPublicAccessBlock", region), || {
            let request = client.get_public_access_block().bucket(&self.identity.name);
            request.expected_bucket_owner(&owner).send()
        }));
        let operation = s3_operation("GetBucketLifecycleConfiguration", region);
        let rules = optional(aws.call(operation, || {
            let request = client
                .get_bucket_lifecycle_configuration()
                .bucket(&self.identity.name);
            request.expected_bucket_owner(&owner).send()
        }));
        let policy = self.bucket_policy(aws, region);
        let (first, (rules, policy)) = join(
            join5(tags, versioning, encryption, ownership, access_block),
            join(rules, policy),
        )
        .await;
        let (tags, versioning, encryption, ownership, access_block) = first;

        let mut attributes = Attributes::new();
        let mut add = |name: &str, value: Value| attributes.insert(name.to_owned(), value);
        let versioning = versioning?;
        let status = versioning
            .status()
            .map_or("Disabled", BucketVersioningStatus::as_str);
        add("versioning", status.into());
        let rule = encryption?.and_then(|answer| answer.server_side_encryption_configuration);
        let rule = rule.and_then(|configuration| configuration.rules.into_iter().next());
        if let Some(default) = rule
            .as_ref()
            .and_then(|rule| rule.apply_server_side_encryption_by_default())
        {
            add(
                "encryption.algorithm",
                default.sse_algorithm().as_str().into(),
            );
            if *default.sse_algorithm() != ServerSideEncryption::Aes256 {
                add(
                    "encryption.key",
                    default.kms_master_key_id().unwrap_or("aws/s3").into(),
                );
                let bucket_key = rule.as_ref().and_then(|rule| rule.bucket_key_enabled());
                add("encryption.bucket_key", bucket_key.unwrap_or(false).into());
            }
        }
        let controls = ownership?.and_then(|answer| answer.ownership_controls);
        let controls = controls.and_then(|controls| controls.rules.into_iter().next());
        if let Some(rule) = controls {
            add("ownership", rule.object_ownership().as_str().into());
        }
        if let Some(block) = access_block?.and_then(|a| a.public_access_block_configuration) {
            add("public_access_block", lower_access_block(&block));
        }
        if let Some(answer) = rules? {
            add("lifecycle", lifecycle::lower(answer.rules()).into());
        }
        let tags = tags?.map(|answer| answer.tag_set).unwrap_or_default();
        Ok(Settings {
            attributes,
            policy: policy?,
            tags: from_service(&tags),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::Operation;

    #[test]
    fn a_bucket_is_in_the_region_that_s3_names() {
        let cases = [
            (Some("eu-west-1"), Some("eu-west-1"), "the main region"),
            (Some("ap-south-2"), Some("ap-south-2"), "another region"),
            (
                Some("ap-southeast-9"),
                Some("ap-southeast-9"),
                "a region that is not in our list",
            ),
            (Some("moon"), None, "no code of a region"),
            (
                None,
                Some("eu-west-1"),
                "S3 names none: the region that was asked",
            ),
        ];
        let asked = "eu-west-1".parse().unwrap();
        for (named, expected, reason) in cases {
            let region = named_region(named, &asked);
            assert_eq!(region.as_ref().ok().map(Region::name), expected, "{reason}");
        }
    }

    #[test]
    fn an_error_that_names_another_region_says_where_the_bucket_is() {
        let cases = [
            (None, None, "another error"),
            (Some("eu-west-1"), None, "an error of the bucket's region"),
            (
                Some("ap-south-2"),
                Some("Ok(\"ap-south-2\")"),
                "another region",
            ),
            (
                Some("moon"),
                Some(
                    "Err(\"S3 says that the bucket is in \\\"moon\\\", which is not the code of an \
                     AWS region\")",
                ),
                "no code of a region",
            ),
        ];
        let asked = "eu-west-1".parse().unwrap();
        for (named, expected, reason) in cases {
            let operation = Operation {
                service: "s3",
                name: "HeadBucket",
                region: None,
            };
            let error = AwsError {
                bucket_region: named.map(str::to_owned),
                ..AwsError::unusable(operation, "moved".to_owned())
            };
            let located = redirected(error, &asked).ok();
            let located = located.map(|it| it.map(|region| region.unwrap().name().to_owned()));
            let shown = located.map(|it| format!("{it:?}"));
            assert_eq!(shown.as_deref(), expected, "{reason}");
        }
    }
}
