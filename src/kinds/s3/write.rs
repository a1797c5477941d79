//! The calls that write a bucket, one for each setting.

use aws_sdk_s3::types::{
    BucketVersioningStatus, ObjectOwnership, OwnershipControls, OwnershipControlsRule,
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration,
    ServerSideEncryptionRule, Tagging, VersioningConfiguration,
};

use super::bucket::{S3Bucket, all_blocked};
use super::read::optional;
use super::s3_operation;
use crate::aws::{Aws, AwsError, ErrorKind};
use crate::kinds::s3::lifecycle;
use crate::kinds::tags::{from_service, to_service};
use iam_policy::Policy;

impl S3Bucket {
    pub(super) async fn put_public_access_block(&self, aws: &Aws) -> Result<(), AwsError> {
        let client = aws.s3(&self.region);
        aws.call(s3_operation("PutPublicAccessBlock", &self.region), || {
            let request = client.put_public_access_block().bucket(&self.identity.name);
            let request = request.expected_bucket_owner(self.account.to_string());
            request
                .public_access_block_configuration(all_blocked())
                .send()
        })
        .await?;
        Ok(())
    }

    pub(super) async fn put_ownership(&self, aws: &Aws) -> Result<(), AwsError> {
        let client = aws.s3(&self.region);
        let operation = s3_operation("PutBucketOwnershipControls", &self.region);
        let rule = OwnershipControlsRule::builder()
            .object_ownership(ObjectOwnership::BucketOwnerPreferred)
            .build();
        let rule = aws.built(&operation, rule)?;
        let controls = OwnershipControls::builder().rules(rule).build();
        let controls = aws.built(&operation, controls)?;
        aws.call(operation, || {
            let request = client
                .put_bucket_ownership_controls()
                .bucket(&self.identity.name);
            let request = request.expected_bucket_owner(self.account.to_string());
            request.ownership_controls(controls.clone()).send()
        })
        .await?;
        Ok(())
    }

    pub(super) async fn put_policy(&self, aws: &Aws, policy: &Policy) -> Result<(), AwsError> {
        let client = aws.s3(&self.region);
        let policy = policy.compact();
        aws.call(s3_operation("PutBucketPolicy", &self.region), || {
            let request = client.put_bucket_policy().bucket(&self.identity.name);
            let request = request.expected_bucket_owner(self.account.to_string());
            request.policy(&policy).send()
        })
        .await?;
        Ok(())
    }

    pub(super) async fn put_encryption(
        &self,
        aws: &Aws,
        key: Option<&String>,
    ) -> Result<(), AwsError> {
        let client = aws.s3(&self.region);
        let algorithm = match key {
            Some(_) => ServerSideEncryption::AwsKms,
            None => ServerSideEncryption::Aes256,
        };
        let operation = s3_operation("PutBucketEncryption", &self.region);
        let default = ServerSideEncryptionByDefault::builder()
            .sse_algorithm(algorithm)
            .set_kms_master_key_id(key.cloned())
            .build();
        let rule = ServerSideEncryptionRule::builder()
            .apply_server_side_encryption_by_default(aws.built(&operation, default)?)
            .bucket_key_enabled(key.is_some())
            .build();
        let configuration = ServerSideEncryptionConfiguration::builder()
            .rules(rule)
            .build();
        let configuration = aws.built(&operation, configuration)?;
        aws.call(operation, || {
            let request = client.put_bucket_encryption().bucket(&self.identity.name);
            let request = request.expected_bucket_owner(self.account.to_string());
            request
                .server_side_encryption_configuration(configuration.clone())
                .send()
        })
        .await?;
        Ok(())
    }

    pub(super) async fn put_versioning(&self, aws: &Aws) -> Result<(), AwsError> {
        let client = aws.s3(&self.region);
        let enabled = VersioningConfiguration::builder()
            .status(BucketVersioningStatus::Enabled)
            .build();
        aws.call(s3_operation("PutBucketVersioning", &self.region), || {
            let request = client.put_bucket_versioning().bucket(&self.identity.name);
            let request = request.expected_bucket_owner(self.account.to_string());
            request.versioning_configuration(enabled.clone()).send()
        })
        .await?;
        Ok(())
    }

    pub(super) async fn put_lifecycle(&self, aws: &Aws) -> Result<(), AwsError> {
        let client = aws.s3(&self.region);
        let operation = s3_operation("PutBucketLifecycleConfiguration", &self.region);
        let configuration = aws.built(&operation, lifecycle::wanted())?;
        aws.call(operation, || {
            let request = client
                .put_bucket_lifecycle_configuration()
                .bucket(&self.identity.name);
            let request = request.expected_bucket_owner(self.account.to_string());
            request
                .lifecycle_configuration(configuration.clone())
                .send()
        })
        .await?;
        Ok(())
    }

    /// Writes our tags together with those of others, since S3 replaces the whole set. S3 also
    /// refuses a set without the `aws:` tags of a CloudFormation stack ("System Tags cannot be
    /// removed").
    pub(super) async fn put_tags(&self, aws: &Aws) -> Result<(), AwsError> {
        let client = aws.s3(&self.region);
        let owner = self.account.to_string();
        let present = optional(
            aws.call(s3_operation("GetBucketTagging", &self.region), || {
                let request = client.get_bucket_tagging().bucket(&self.identity.name);
                request.expected_bucket_owner(&owner).send()
            }),
        );
        let present = present.await?.map(|answer| answer.tag_set);
        let mut tags = from_service(&present.unwrap_or_default());
        let own = self.identity.tags.iter();
        tags.extend(own.map(|(k, v)| (k.to_owned(), v.to_owned())));
        let tags = to_service(tags.iter().map(|(k, v)| (k.as_str(), v.as_str())));
        let operation = s3_operation("PutBucketTagging", &self.region);
        let tagging = Tagging::builder().set_tag_set(Some(tags)).build();
        let tagging = aws.built(&operation, tagging)?;
        let answer = aws.call(operation, || {
            let request = client.put_bucket_tagging().bucket(&self.identity.name);
            let request = request.expected_bucket_owner(&owner);
            request.tagging(tagging.clone()).send()
        });
        answer.await.map_err(|error| self.refused_tags(error))?;
        Ok(())
    }

    /// Tags the bucket that the run made without tags. It is not ours before that, so no other run goes
    /// on from there.
    pub(super) async fn put_first_tags(&self, aws: &Aws) -> Result<(), AwsError> {
        let tagged = self.put_tags(aws).await;
        tagged.map_err(|error| AwsError {
            // A run that is stopped here has written something, and must say so.
            kind: match error.kind {
                ErrorKind::Interrupted => ErrorKind::Refused,
                kind => kind,
            },
            ..error.hinted(
                "S3 made the bucket without tags: if the next run is blocked because provision \
                 does not manage the bucket, `--adopt` takes it over",
            )
        })
    }

    /// The error with the way out for a bucket with attribute-based access control, whose tags only
    /// S3's control API writes (API Reference, "PutBucketTagging"). No document names S3's answer.
    /// `AccessDenied` is the answer to whoever lacks the permission.
    fn refused_tags(&self, error: AwsError) -> AwsError {
        let may_be = matches!(error.kind, ErrorKind::Refused | ErrorKind::Denied);
        if !may_be || error.is("AccessDenied") {
            return error;
        }
        let tags = self.identity.tags.iter();
        let tags: Vec<String> = tags.map(|(k, v)| format!("'Key={k},Value={v}'")).collect();
        error.hinted(&format!(
            "If attribute-based access control is enabled on the bucket, S3 takes no tags this way: \
             write them with `aws s3control tag-resource --account-id {} --resource-arn {} --tags {}`, \
             then run again",
            self.account,
            self.identity.as_resource(),
            tags.join(" ")
        ))
    }
}
