//! An S3 bucket for logs, with every setting that the blueprint asks for.

use async_trait::async_trait;
use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration, ObjectOwnership,
    PublicAccessBlockConfiguration, ServerSideEncryption, Tag,
};
use futures_util::future::{join, try_join4};
use serde_json::json;

use crate::aws::{Aws, AwsError, Operation};
use crate::engine::address::Address;
use crate::engine::attributes::{Attributes, Change, Value, changed_tags, touches};
use crate::engine::ownership::Tags;
use crate::engine::permission::{Permission, Task};
use crate::engine::resource::{
    Consent, Created, Known, Observed, Phase, Present, Resource, reference,
};
use crate::kinds::s3::log_delivery::is_log_delivery;
use crate::kinds::s3::{empty, lifecycle, permissions};
use crate::names::{AccountId, Region};
use iam_policy::{Policy, Statement};

/// A bucket whose objects live for a day.
#[derive(Debug)]
pub struct S3Bucket {
    /// How it is called.
    pub address: Address,
    /// Its name, which is unique among all accounts of a partition.
    pub name: String,
    /// Its ARN, which follows from partition and name.
    pub arn: String,
    /// The account that must own it: every call names it, so that a bucket of someone else's under
    /// the same name is never read or written.
    pub account: AccountId,
    /// Where it is.
    pub region: Region,
    /// The key of its default encryption; without one it is AES256.
    pub key: Option<Address>,
    /// Its policy.
    pub policy: Policy,
    /// Its tags.
    pub tags: Tags,
}

impl S3Bucket {
    pub(super) fn operation(&self, name: &'static str, region: &Region) -> Operation {
        Operation {
            service: "s3",
            name,
            region: Some(region.clone()),
        }
    }

    /// Whether a statement stands for one of ours. Sids are unique in a policy, so that one with a
    /// Sid of ours is ours in an older form.
    fn is_own(&self, statement: &Statement) -> bool {
        self.policy.statements().iter().any(|own| {
            own.document() == statement.document()
                || (own.sid().is_some() && own.sid() == statement.sid())
        })
    }

    pub(super) fn s3_tags<'a>(tags: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<Tag> {
        // Building fails only without key or value, and both are given.
        tags.filter_map(|(key, value)| Tag::builder().key(key).value(value).build().ok())
            .collect()
    }
}

pub(super) fn all_blocked() -> PublicAccessBlockConfiguration {
    PublicAccessBlockConfiguration::builder()
        .block_public_acls(true)
        .ignore_public_acls(true)
        .block_public_policy(true)
        .restrict_public_buckets(true)
        .build()
}

pub(super) fn lower_access_block(block: &PublicAccessBlockConfiguration) -> Value {
    json!({
        "block_public_acls": block.block_public_acls().unwrap_or(false),
        "ignore_public_acls": block.ignore_public_acls().unwrap_or(false),
        "block_public_policy": block.block_public_policy().unwrap_or(false),
        "restrict_public_buckets": block.restrict_public_buckets().unwrap_or(false),
    })
    .into()
}

#[async_trait]
impl Resource for S3Bucket {
    fn address(&self) -> &Address {
        &self.address
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn arn(&self) -> Option<String> {
        Some(self.arn.clone())
    }

    fn desired(&self, known: &Known) -> Attributes {
        let mut attributes = Attributes::from([
            ("region".to_owned(), self.region.name().into()),
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
                Value::Policy(self.policy.clone()),
            ),
        ]);
        if let Some(configuration) = lifecycle::wanted() {
            let rules = lifecycle::lower(configuration.rules());
            attributes.insert("lifecycle".to_owned(), rules.into());
        }
        let algorithm = match &self.key {
            None => ServerSideEncryption::Aes256,
            Some(key) => {
                attributes.insert("encryption.key".to_owned(), reference(known, key));
                attributes.insert("encryption.bucket_key".to_owned(), true.into());
                ServerSideEncryption::AwsKms
            }
        };
        attributes.insert("encryption.algorithm".to_owned(), algorithm.as_str().into());
        self.tags.lower_desired(&mut attributes);
        attributes
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

    /// S3 deletes no bucket that has objects, and answers once it is gone (API Reference,
    /// "DeleteBucket").
    fn deletion_is_answered(&self) -> bool {
        true
    }

    fn deletion_note(&self, consent: Consent) -> Option<String> {
        let empties = "every version of its objects is deleted with it";
        consent.empty_bucket.then(|| empties.to_owned())
    }

    fn permissions(&self, task: Task<'_>) -> Vec<Permission> {
        permissions::bucket(self, task)
    }

    async fn observe(&self, aws: &Aws) -> Result<Observed, AwsError> {
        let (located, here) = join(self.locate(aws), self.settings(aws, &self.region)).await;
        let region = match located? {
            Err(reason) => return Ok(Observed::Obstructed(reason)),
            Ok(None) => return Ok(Observed::Missing),
            Ok(Some(region)) => region,
        };
        let settings = if region == self.region {
            here?
        } else {
            self.settings(aws, &region).await?
        };
        let mut attributes = settings.attributes;
        attributes.insert("region".to_owned(), region.name().into());
        let mut carried = Vec::new();
        match settings.policy {
            Some(Value::Policy(policy)) => {
                let rest;
                (rest, carried) =
                    policy.split(|statement| is_log_delivery(statement) && !self.is_own(statement));
                attributes.insert("bucket_policy".to_owned(), Value::Policy(rest));
            }
            Some(other) => {
                attributes.insert("bucket_policy".to_owned(), other);
            }
            None => {}
        }
        let owner = self.tags.lower_observed(&settings.tags, &mut attributes);
        let mut present = Present::new(attributes, owner, Phase::Stable);
        present.carried = carried;
        Ok(Observed::Present(present))
    }

    async fn create(&self, aws: &Aws, _known: &Known) -> Result<Created, AwsError> {
        let client = aws.s3(&self.region);
        let tags = Self::s3_tags(self.tags.iter());
        // us-east-1 is the default location and must not be named.
        let location = (self.region.name() != "us-east-1")
            .then(|| BucketLocationConstraint::from(self.region.name()));
        let configuration = CreateBucketConfiguration::builder()
            .set_location_constraint(location)
            .set_tags(Some(tags))
            .build();
        aws.call(self.operation("CreateBucket", &self.region), || {
            client
                .create_bucket()
                .bucket(&self.name)
                .object_ownership(ObjectOwnership::BucketOwnerPreferred)
                .create_bucket_configuration(configuration.clone())
                .send()
        })
        .await?;
        let mut attributes = Attributes::from([
            ("region".to_owned(), self.region.name().into()),
            (
                "ownership".to_owned(),
                ObjectOwnership::BucketOwnerPreferred.as_str().into(),
            ),
        ]);
        self.tags.lower_desired(&mut attributes);
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
        // The ownership tags go first, so that a bucket taken over is ours before it is changed.
        if changed_tags(changes).next().is_some() {
            self.put_tags(aws).await?;
        }
        // S3 refuses these three beside each other.
        let access = async {
            if touches(changes, "public_access_block") {
                self.put_public_access_block(aws).await?;
            }
            if touches(changes, "ownership") {
                self.put_ownership(aws).await?;
            }
            if touches(changes, "bucket_policy") {
                self.put_policy(aws, &present.carried).await?;
            }
            Ok(())
        };
        let encryption = async {
            if changes
                .iter()
                .any(|change| change.attribute.starts_with("encryption."))
            {
                self.put_encryption(aws, known).await?;
            }
            Ok(())
        };
        let versioning = async {
            if touches(changes, "versioning") {
                self.put_versioning(aws).await?;
            }
            Ok(())
        };
        let lifecycle = async {
            if touches(changes, "lifecycle") {
                self.put_lifecycle(aws).await?;
            }
            Ok(())
        };
        try_join4(access, encryption, versioning, lifecycle).await?;
        Ok(())
    }

    async fn delete(&self, aws: &Aws, present: &Present, consent: Consent) -> Result<(), AwsError> {
        let region = match present.attributes.get("region") {
            Some(Value::Plain(region)) => region.as_str().and_then(|region| region.parse().ok()),
            _ => None,
        };
        let bucket = empty::Bucket {
            name: &self.name,
            account: &self.account,
            region: &region.unwrap_or_else(|| self.region.clone()),
        };
        bucket.delete(aws, consent.empty_bucket).await
    }
}
