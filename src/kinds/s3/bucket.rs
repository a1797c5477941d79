//! An S3 bucket for logs.

mod wanted;

use std::collections::BTreeSet;

use async_trait::async_trait;
use aws_sdk_s3::types::PublicAccessBlockConfiguration;
use futures_util::future::join;
use serde_json::json;

use crate::aws::{Aws, AwsError};
use crate::engine::address::Address;
use crate::engine::attributes::Value;
use crate::engine::identity::Identity;
use crate::engine::observed::{Consent, Observed, Phase, Present};
use crate::engine::permission::Permission;
use crate::engine::resource::{Resource, Specified, Wanted};
use crate::kinds::s3::empty;
use crate::kinds::s3::log_delivery::{Receiver, renamed, same_resources};
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
    /// Whether a statement that AWS's log delivery added is kept only if it names this account as
    /// the source of the logs.
    pub names_source: bool,
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
    /// Whether a statement is one of ours: the same, or an older form, which has the Sid of ours and
    /// the same resources. AWS's log delivery uses the vendor's Sids too, for other folders.
    fn is_own(&self, statement: &Statement) -> bool {
        self.policy.statements().iter().any(|own| {
            own.document() == statement.document()
                || (own.sid().is_some()
                    && own.sid() == statement.sid()
                    && same_resources(own, statement))
        })
    }
}

impl S3Bucket {
    /// The region in which the bucket was found.
    pub(super) fn region_of(&self, present: &Present) -> Region {
        let region = present.attributes.get("region").and_then(Value::as_text);
        let region = region.and_then(|region| region.parse().ok());
        region.unwrap_or_else(|| self.region.clone())
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

impl Specified<'_, S3Bucket, BucketSpec> {
    /// The statements that AWS's log delivery added to a bucket policy that was found, under Sids
    /// that ours do not have.
    fn of_log_delivery(&self, found: Option<&Value>) -> Vec<Statement> {
        let Some(Value::Policy(found)) = found else {
            return Vec::new();
        };
        let receiver = Receiver {
            arn: self.resource.identity.as_resource(),
            account: &self.resource.account,
            names_source: self.spec.names_source,
        };
        let added = |it: &Statement| receiver.is_written_by_aws(it) && !self.spec.is_own(it);
        let mut added = found.split(added).1;
        let own = self.spec.policy.statements().iter();
        let own = own.filter_map(|it| it.sid().map(ToOwned::to_owned));
        let mut taken: BTreeSet<String> = own.collect();
        for statement in &mut added {
            *statement = renamed(statement, &taken);
            taken.extend(statement.sid().map(ToOwned::to_owned));
        }
        added
    }
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

    fn deletion_note(&self, _present: &Present, consent: Consent) -> Option<String> {
        let empties = "every version of its objects is deleted with it";
        consent.delete_content.then(|| empties.to_owned())
    }

    fn permissions_to_observe(&self) -> Vec<Permission> {
        self.observing()
    }

    fn permissions_to_delete(&self, consent: Consent) -> Vec<Permission> {
        self.deleting(consent)
    }

    async fn observe(&self, aws: &Aws) -> Result<Observed, AwsError> {
        let (located, here) = join(self.locate(aws), self.settings(aws, &self.region)).await;
        let region = match located {
            Err(error) => return self.refused(aws, error).await,
            Ok(Err(reason)) => return Ok(Observed::Obstructed(reason)),
            Ok(Ok(None)) => return Ok(Observed::Missing),
            Ok(Ok(Some(region))) => region,
        };
        let settings = if region == self.region {
            here?
        } else {
            // The region was named in an error, which tells nothing about the owner.
            match self.settings(aws, &region).await {
                Err(error) => return self.refused(aws, error).await,
                Ok(settings) => settings,
            }
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
        present.note = self.spec.as_ref().and_then(|spec| {
            let bucket = Specified {
                resource: self,
                spec,
            };
            let found = present.attributes.get("bucket_policy");
            note(bucket.of_log_delivery(found).len())
        });
        Ok(Observed::Present(present))
    }

    async fn exposures(&self, aws: &Aws, present: &Present) -> Result<Vec<String>, AwsError> {
        self.read_exposures(aws, present).await
    }

    fn permissions_for_exposures(&self) -> Vec<Permission> {
        self.exposing()
    }

    async fn delete(&self, aws: &Aws, present: &Present, consent: Consent) -> Result<(), AwsError> {
        let bucket = empty::Bucket {
            name: &self.identity.name,
            account: &self.account,
            region: &self.region_of(present),
        };
        bucket.delete(aws, consent.delete_content).await
    }
}
