//! The bucket that the settings ask for: what it is to be, and how it is created and changed.

use async_trait::async_trait;
use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration, ObjectOwnership,
    ServerSideEncryption,
};
use futures_util::future::{join, join4};
use iam_policy::Policy;
use tokio::time::Instant;

use super::{BucketSpec, S3Bucket, all_blocked, lower_access_block};
use crate::aws::{Aws, AwsError, ErrorKind, RETRY_LIMIT};
use crate::engine::attributes::{Attributes, Change, Value, changed_tags, reference, touches};
use crate::engine::known::Known;
use crate::engine::observed::{Created, Present};
use crate::engine::ownership::{Owner, SYSTEM_TAG};
use crate::engine::permission::Permission;
use crate::engine::resource::{Specified, Wanted};
use crate::engine::restriction;
use crate::kinds::s3::{lifecycle, s3_operation};
use crate::kinds::summary::{statements, text};
use crate::kinds::tags::to_service;

impl Specified<'_, S3Bucket, BucketSpec> {
    /// The wanted bucket policy: ours, with the statements that AWS's log delivery added to the
    /// policy that was found.
    fn policy(&self, found: Option<&Value>) -> Policy {
        self.spec.policy.join(&self.of_log_delivery(found))
    }

    /// Fails if `policy` would take the place of a denial that was not there when the `changes` were
    /// decided. They are decided again then.
    fn no_further_denial(
        &self,
        aws: &Aws,
        found: Option<Value>,
        policy: &Policy,
        changes: &[Change],
    ) -> Result<(), AwsError> {
        let now = Change {
            attribute: "bucket_policy".to_owned(),
            before: found,
            after: Some(Value::Policy(policy.clone())),
        };
        let decided = changes.iter().find(|it| it.attribute == now.attribute);
        if restriction::denials(&now) == decided.and_then(restriction::denials) {
            return Ok(());
        }
        let operation = s3_operation("PutBucketPolicy", &self.resource.region);
        let message = "somebody changed what the bucket policy denies".to_owned();
        Err(aws.name(AwsError {
            kind: ErrorKind::Outdated,
            ..AwsError::unusable(operation, message)
        }))
    }

    /// The region in the form of a request; us-east-1 is the default and must not be named.
    fn location(&self) -> Option<BucketLocationConstraint> {
        let region = self.resource.region.name();
        (region != "us-east-1").then(|| BucketLocationConstraint::from(region))
    }

    async fn create_bucket(&self, aws: &Aws, with_tags: bool) -> Result<(), AwsError> {
        let client = aws.s3(&self.resource.region);
        let tags = with_tags.then(|| to_service(self.resource.identity.tags.iter()));
        let configuration = CreateBucketConfiguration::builder()
            .set_location_constraint(self.location())
            .set_tags(tags)
            .build();
        aws.call(s3_operation("CreateBucket", &self.resource.region), || {
            client
                .create_bucket()
                .bucket(&self.resource.identity.name)
                .object_ownership(ObjectOwnership::BucketOwnerPreferred)
                .create_bucket_configuration(configuration.clone())
                .send()
        })
        .await?;
        Ok(())
    }

    /// The policy to write, if the `changes` have one. S3 takes no condition for a policy. So what AWS's
    /// log delivery may have added since the plan is read right before the policy is replaced.
    async fn policy_to_put(
        &self,
        aws: &Aws,
        changes: &[Change],
    ) -> Result<Option<Policy>, AwsError> {
        if !touches(changes, "bucket_policy") {
            return Ok(None);
        }
        let region = &self.resource.region;
        let found = self.resource.bucket_policy(aws, region).await?;
        let policy = self.policy(found.as_ref());
        self.no_further_denial(aws, found, &policy, changes)?;
        Ok(Some(policy))
    }

    /// Writes the policy. Where S3 does not take it for some seconds, it is read and made again before
    /// the next attempt, since somebody may have denied something meanwhile.
    async fn put_policy(
        &self,
        aws: &Aws,
        mut policy: Policy,
        changes: &[Change],
    ) -> Result<(), AwsError> {
        let begun = Instant::now();
        loop {
            let error = match self.resource.put_policy(&aws.impatient(), &policy).await {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            let passes = matches!(error.kind, ErrorKind::Conflict | ErrorKind::Throttled);
            if !passes || begun.elapsed() >= RETRY_LIMIT {
                return Err(error);
            }
            match self.policy_to_put(aws, changes).await? {
                Some(now) => policy = now,
                None => return Err(error),
            }
        }
    }

    /// The ARN of the key of the default encryption. A wanted key whose ARN is unknown is an error,
    /// and never another encryption.
    fn key<'a>(&self, aws: &Aws, known: &'a Known) -> Result<Option<&'a String>, AwsError> {
        let Some(key) = &self.spec.key else {
            return Ok(None);
        };
        let arn = known.get(key).ok_or_else(|| {
            let region = &self.resource.region;
            let operation = s3_operation("PutBucketEncryption", region);
            aws.name(AwsError::unusable(
                operation,
                format!("the ARN of {key} is not known"),
            ))
        });
        arn.map(Some)
    }
}

#[async_trait]
impl Wanted for Specified<'_, S3Bucket, BucketSpec> {
    fn desired(&self, found: Option<&Present>, known: &Known) -> Attributes {
        let mut attributes = Attributes::from([
            ("region".to_owned(), self.resource.region.name().into()),
            (
                "versioning".to_owned(),
                BucketVersioningStatus::Enabled.as_str().into(),
            ),
            (
                "ownership".to_owned(),
                ObjectOwnership::BucketOwnerPreferred.as_str().into(),
            ),
            (
                "public_access_block".to_owned(),
                lower_access_block(&all_blocked()),
            ),
            (
                "bucket_policy".to_owned(),
                Value::Policy(
                    self.policy(found.and_then(|found| found.attributes.get("bucket_policy"))),
                ),
            ),
        ]);
        // What cannot be built equals no lifecycle, so the update reports the failure.
        let lifecycle = match lifecycle::wanted() {
            Ok(wanted) => lifecycle::lower(wanted.rules()).into(),
            Err(error) => error.to_string().into(),
        };
        attributes.insert("lifecycle".to_owned(), lifecycle);
        let algorithm = match &self.spec.key {
            None => ServerSideEncryption::Aes256,
            Some(key) => {
                attributes.insert("encryption.key".to_owned(), reference(known, key));
                attributes.insert("encryption.bucket_key".to_owned(), true.into());
                ServerSideEncryption::AwsKms
            }
        };
        attributes.insert("encryption.algorithm".to_owned(), algorithm.as_str().into());
        self.resource.identity.tags.lower_desired(&mut attributes);
        attributes
    }

    fn summary(&self, desired: &Attributes) -> String {
        let encryption = match text(desired, "encryption.algorithm") {
            "aws:kms" => "encrypted with KMS",
            _ => "encrypted by S3",
        };
        let versioning = match text(desired, "versioning") {
            "Enabled" => "versioned",
            _ => "not versioned",
        };
        let block = desired.get("public_access_block");
        let access = match block {
            Some(block) if block.same(&lower_access_block(&all_blocked())) => "not public",
            _ => "may be public",
        };
        let statements = statements(desired, |name| name == "bucket_policy");
        let expiry = lifecycle::in_words();
        format!("{encryption}, {versioning}, {expiry}, {access}; {statements}")
    }

    fn immutable(&self, change: &Change) -> Option<String> {
        let Some(Value::Plain(before)) = &change.before else {
            return None;
        };
        (change.attribute == "region").then(|| {
            format!(
                "the bucket is in {}, and a bucket cannot move: name {0} as the first region, or \
                 run `provision destroy` with {0} first and then apply again",
                before.as_str().unwrap_or_default()
            )
        })
    }

    fn expires(&self, changes: &[Change]) -> Option<&'static str> {
        let change = changes.iter().find(|it| it.attribute == "lifecycle")?;
        let shortens = lifecycle::shortens(change.before.as_ref());
        shortens.then_some("its objects expire a day after they were written")
    }

    fn permissions_to_create(&self) -> Vec<Permission> {
        self.creating()
    }

    fn permissions_to_update(&self, changes: Option<&[Change]>) -> Vec<Permission> {
        self.updating(changes)
    }

    async fn create(&self, aws: &Aws, _known: &Known) -> Result<Created, AwsError> {
        let mut attributes = Attributes::from([
            ("region".to_owned(), self.resource.region.name().into()),
            (
                "ownership".to_owned(),
                ObjectOwnership::BucketOwnerPreferred.as_str().into(),
            ),
        ]);
        match self.create_bucket(aws, true).await {
            // Outside of the partition `aws`, S3 was seen to refuse tags here (issues 45566 and 45684
            // of hashicorp/terraform-provider-aws). In us-east-1 S3 would answer a second request well
            // for a bucket that somebody else in this account made meanwhile, and the tags would take
            // it over.
            Err(error) if error.is("UnsupportedArgument") && self.location().is_some() => {
                self.create_bucket(aws, false).await?;
                match self.resource.put_first_tags(aws).await {
                    Ok(()) => {}
                    // Not all of S3 knows the bucket yet. The update tags it, once that is so.
                    Err(error) if error.kind == ErrorKind::NotFound => {
                        return Ok(Created {
                            attributes,
                            arn: None,
                        });
                    }
                    // To create it again, or to look whose it is, would find it not ours.
                    Err(error) => {
                        return Err(AwsError {
                            kind: ErrorKind::Refused,
                            ..error
                        });
                    }
                }
            }
            answer => answer?,
        }
        self.resource.identity.tags.lower_desired(&mut attributes);
        Ok(Created {
            attributes,
            arn: None,
        })
    }

    async fn update(
        &self,
        aws: &Aws,
        present: &Present,
        changes: &[Change],
        known: &Known,
    ) -> Result<(), AwsError> {
        // The ownership tags are written first, so a bucket that is taken over is ours before it is
        // changed.
        if changed_tags(changes).next().is_some() {
            // A bucket that was found as ours has the tag.
            let is_first = changed_tags(changes).any(|(key, _)| key == SYSTEM_TAG);
            match is_first && present.owner == Owner::Ours {
                true => self.resource.put_first_tags(aws).await?,
                false => self.resource.put_tags(aws).await?,
            }
        }
        // S3 refuses these three calls if they are made at the same time.
        let access = async {
            if touches(changes, "public_access_block") {
                self.resource.put_public_access_block(aws).await?;
            }
            if touches(changes, "ownership") {
                self.resource.put_ownership(aws).await?;
            }
            Ok(())
        };
        let access = async {
            let (access, policy) = join(access, self.policy_to_put(aws, changes)).await;
            access?;
            match policy? {
                Some(policy) => self.put_policy(aws, policy, changes).await,
                None => Ok(()),
            }
        };
        let encryption = async {
            if changes
                .iter()
                .any(|change| change.attribute.starts_with("encryption."))
            {
                let key = self.key(aws, known)?;
                self.resource.put_encryption(aws, key).await?;
            }
            Ok(())
        };
        let versioning = async {
            if touches(changes, "versioning") {
                self.resource.put_versioning(aws).await?;
            }
            Ok(())
        };
        let lifecycle = async {
            if touches(changes, "lifecycle") {
                self.resource.put_lifecycle(aws).await?;
            }
            Ok(())
        };
        // A call that was left half-way could meet its own repetition, which S3 then aborts.
        let (access, encryption, versioning, lifecycle) =
            join4(access, encryption, versioning, lifecycle).await;
        access.and(encryption).and(versioning).and(lifecycle)
    }
}
