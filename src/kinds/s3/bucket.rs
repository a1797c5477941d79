//! An S3 bucket for logs.

use async_trait::async_trait;
use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration, ObjectOwnership,
    PublicAccessBlockConfiguration, ServerSideEncryption,
};
use futures_util::future::{join, try_join4};
use serde_json::json;

use crate::aws::{Aws, AwsError, Operation};
use crate::engine::address::Address;
use crate::engine::attributes::{Attributes, Change, Value, changed_tags, reference, touches};
use crate::engine::identity::Identity;
use crate::engine::known::Known;
use crate::engine::observed::{Consent, Created, Observed, Phase, Present};
use crate::engine::permission::Permission;
use crate::engine::resource::{Resource, Specified, Wanted};
use crate::kinds::s3::log_delivery::is_log_delivery;
use crate::kinds::s3::{empty, lifecycle};
use crate::kinds::tags::to_service;
use crate::names::{AccountId, Region};
use iam_policy::{Policy, Statement};

/// The kind, as addresses name it.
pub const KIND: &str = "s3_bucket";

/// A bucket under one name, which is unique among all accounts of a partition.
#[derive(Debug)]
pub struct S3Bucket {
    /// The identity of the bucket. The ARN follows from partition and name.
    pub identity: Identity,
    /// The account that must own the bucket. Every call names the account, so a bucket of someone
    /// else under the same name is never read or written.
    pub account: AccountId,
    /// The wanted region of the bucket.
    pub region: Region,
    /// The specification of the bucket, if it is wanted.
    pub spec: Option<BucketSpec>,
}

/// A bucket whose objects expire after a day.
#[derive(Debug)]
pub struct BucketSpec {
    /// The key of the default encryption; without a key the encryption is AES256.
    pub key: Option<Address>,
    /// The bucket policy.
    pub policy: Policy,
}

impl S3Bucket {
    pub(super) fn operation(&self, name: &'static str, region: &Region) -> Operation {
        Operation {
            service: "s3",
            name,
            region: Some(region.clone()),
        }
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

impl BucketSpec {
    /// Whether a statement is one of ours. Sids are unique in a policy, so a statement with the Sid
    /// of ours is an older form of ours.
    fn is_own(&self, statement: &Statement) -> bool {
        self.policy.statements().iter().any(|own| {
            own.document() == statement.document()
                || (own.sid().is_some() && own.sid() == statement.sid())
        })
    }

    /// The statements that AWS's log delivery added to the bucket policy that was found.
    fn of_log_delivery(&self, found: &Present) -> Vec<Statement> {
        match found.attributes.get("bucket_policy") {
            Some(Value::Policy(policy)) => {
                let added =
                    |statement: &Statement| is_log_delivery(statement) && !self.is_own(statement);
                policy.split(added).1
            }
            _ => Vec::new(),
        }
    }
}

fn note(statements: usize) -> Option<String> {
    let noun = match statements {
        0 => return None,
        1 => "statement",
        _ => "statements",
    };
    Some(format!(
        "{statements} {noun} of AWS's log delivery in the policy, kept"
    ))
}

/// The bucket policy to write, if it changes.
fn bucket_policy(changes: &[Change]) -> Option<&Policy> {
    changes.iter().find_map(|change| match &change.after {
        Some(Value::Policy(policy)) if change.attribute == "bucket_policy" => Some(policy),
        _ => None,
    })
}

#[async_trait]
impl Resource for S3Bucket {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn wanted(&self) -> Option<Box<dyn Wanted + '_>> {
        Specified::of(self, self.spec.as_ref())
    }

    /// S3 deletes no bucket that has objects, and answers once the bucket is gone (API Reference,
    /// "DeleteBucket").
    fn deletion_is_answered(&self) -> bool {
        true
    }

    fn deletion_note(&self, consent: Consent) -> Option<String> {
        let empties = "every version of its objects is deleted with it";
        consent.empty_bucket.then(|| empties.to_owned())
    }

    fn permissions_to_observe(&self) -> Vec<Permission> {
        self.observing()
    }

    fn permissions_to_delete(&self, consent: Consent) -> Vec<Permission> {
        self.deleting(consent)
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
        attributes.extend(
            settings
                .policy
                .map(|policy| ("bucket_policy".to_owned(), policy)),
        );
        let owner = self
            .identity
            .tags
            .lower_observed(&settings.tags, &mut attributes);
        let mut present = Present::new(attributes, owner, Phase::Stable);
        present.note = self
            .spec
            .as_ref()
            .and_then(|spec| note(spec.of_log_delivery(&present).len()));
        Ok(Observed::Present(present))
    }

    async fn delete(&self, aws: &Aws, present: &Present, consent: Consent) -> Result<(), AwsError> {
        let region = match present.attributes.get("region") {
            Some(Value::Plain(region)) => region.as_str().and_then(|region| region.parse().ok()),
            _ => None,
        };
        let bucket = empty::Bucket {
            name: &self.identity.name,
            account: &self.account,
            region: &region.unwrap_or_else(|| self.region.clone()),
        };
        bucket.delete(aws, consent.empty_bucket).await
    }
}

impl Specified<'_, S3Bucket, BucketSpec> {
    /// The wanted bucket policy: ours, with the statements that AWS's log delivery added to the
    /// policy that was found.
    fn policy(&self, found: Option<&Present>) -> Policy {
        let added = found.map(|found| self.spec.of_log_delivery(found));
        self.spec.policy.join(&added.unwrap_or_default())
    }

    fn key<'a>(&self, known: &'a Known) -> Option<&'a String> {
        self.spec.key.as_ref().and_then(|key| known.get(key))
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
                Value::Policy(self.policy(found)),
            ),
        ]);
        if let Some(configuration) = lifecycle::wanted() {
            let rules = lifecycle::lower(configuration.rules());
            attributes.insert("lifecycle".to_owned(), rules.into());
        }
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

    fn permissions_to_create(&self) -> Vec<Permission> {
        self.creating()
    }

    fn permissions_to_update(&self, changes: Option<&[Change]>) -> Vec<Permission> {
        self.updating(changes)
    }

    async fn create(&self, aws: &Aws, _known: &Known) -> Result<Created, AwsError> {
        let client = aws.s3(&self.resource.region);
        let tags = to_service(self.resource.identity.tags.iter());
        // us-east-1 is the default location and must not be named.
        let location = (self.resource.region.name() != "us-east-1")
            .then(|| BucketLocationConstraint::from(self.resource.region.name()));
        let configuration = CreateBucketConfiguration::builder()
            .set_location_constraint(location)
            .set_tags(Some(tags))
            .build();
        aws.call(
            self.resource
                .operation("CreateBucket", &self.resource.region),
            || {
                client
                    .create_bucket()
                    .bucket(&self.resource.identity.name)
                    .object_ownership(ObjectOwnership::BucketOwnerPreferred)
                    .create_bucket_configuration(configuration.clone())
                    .send()
            },
        )
        .await?;
        let mut attributes = Attributes::from([
            ("region".to_owned(), self.resource.region.name().into()),
            (
                "ownership".to_owned(),
                ObjectOwnership::BucketOwnerPreferred.as_str().into(),
            ),
        ]);
        self.resource.identity.tags.lower_desired(&mut attributes);
        Ok(Created {
            attributes,
            arn: None,
        })
    }

    async fn update(
        &self,
        aws: &Aws,
        _present: &Present,
        changes: &[Change],
        known: &Known,
    ) -> Result<(), AwsError> {
        // The ownership tags are written first, so a bucket that is taken over is ours before it is
        // changed.
        if changed_tags(changes).next().is_some() {
            self.resource.put_tags(aws).await?;
        }
        // S3 refuses these three calls if they are made at the same time.
        let access = async {
            if touches(changes, "public_access_block") {
                self.resource.put_public_access_block(aws).await?;
            }
            if touches(changes, "ownership") {
                self.resource.put_ownership(aws).await?;
            }
            if let Some(policy) = bucket_policy(changes) {
                self.resource.put_policy(aws, policy).await?;
            }
            Ok(())
        };
        let encryption = async {
            if changes
                .iter()
                .any(|change| change.attribute.starts_with("encryption."))
            {
                self.resource.put_encryption(aws, self.key(known)).await?;
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
        try_join4(access, encryption, versioning, lifecycle).await?;
        Ok(())
    }
}
