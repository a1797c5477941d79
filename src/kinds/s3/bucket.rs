//! An S3 bucket for logs.

#[cfg(test)]
mod tests;
mod wanted;

use std::collections::BTreeSet;
use std::time::SystemTime;

use async_trait::async_trait;
use aws_sdk_s3::types::PublicAccessBlockConfiguration;
use futures_util::future::{join, join3};
use serde_json::json;

use crate::aws::{Aws, AwsError, ErrorKind};
use crate::engine::address::Address;
use crate::engine::attributes::Value;
use crate::engine::identity::Identity;
use crate::engine::observed::{Consent, Observed, Phase, Present};
use crate::engine::permission::Permission;
use crate::engine::resource::{Resource, Specified, Wanted};
use crate::kinds::s3::empty;
use crate::kinds::s3::log_delivery::{Receiver, renamed, same_resources};
use crate::names::{AccountId, Region};
use iam_policy::{Effect, Policy, Statement};

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
        let mut own = self.policy.statements().iter();
        own.any(|own| is_form_of(statement, own))
    }
}

/// Whether a statement is this one of ours, or another form of it.
fn is_form_of(statement: &Statement, own: &Statement) -> bool {
    own.document() == statement.document()
        || (own.sid().is_some() && own.sid() == statement.sid() && same_resources(own, statement))
}

/// The statement's name, for a person.
fn named(statement: &Statement) -> String {
    let name = match statement.sid() {
        Some(sid) => format!("the statement \"{sid}\""),
        None => "a statement without a Sid".to_owned(),
    };
    match statement.effect() {
        Effect::Allow => name,
        Effect::Deny => format!("{name}, a Deny"),
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

impl S3Bucket {
    /// What is in the bucket, in words, as far as one page tells.
    async fn content_in(&self, aws: &Aws, region: &Region) -> Result<Option<String>, AwsError> {
        let bucket = empty::Bucket {
            name: &self.identity.name,
            account: &self.account,
            region,
        };
        bucket.holds(aws, 1).await
    }

    /// The same for a bucket that is to go. Where that may not be read, S3 tells it at the deletion.
    async fn content_to_delete(
        &self,
        aws: &Aws,
        region: &Region,
    ) -> Result<Option<String>, AwsError> {
        if self.spec.is_some() {
            return Ok(None);
        }
        match self.content_in(aws, region).await {
            Err(error) if error.kind == ErrorKind::Denied => Ok(None),
            content => content,
        }
    }
}

impl Specified<'_, S3Bucket, BucketSpec> {
    /// Whether AWS itself writes the statement for its log delivery to this bucket.
    fn is_of_log_delivery(&self, statement: &Statement, names_source: bool) -> bool {
        let receiver = Receiver {
            arn: self.resource.identity.as_resource(),
            account: &self.resource.account,
            names_source,
        };
        receiver.is_written_by_aws(statement)
    }

    /// The statements that AWS's log delivery added to a bucket policy that was found, under Sids
    /// that ours do not have.
    fn of_log_delivery(&self, found: Option<&Value>) -> Vec<Statement> {
        let Some(Value::Policy(found)) = found else {
            return Vec::new();
        };
        let added = |it: &Statement| {
            self.is_of_log_delivery(it, self.spec.names_source) && !self.spec.is_own(it)
        };
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

    /// What a person should know about a bucket policy that was found.
    fn note(&self, found: Option<&Value>) -> Option<String> {
        let kept = match self.of_log_delivery(found).len() {
            0 => None,
            1 => Some("1 statement of AWS's log delivery in the policy, kept".to_owned()),
            n => Some(format!(
                "{n} statements of AWS's log delivery in the policy, kept"
            )),
        };
        let notes: Vec<String> = self.replaced(found).into_iter().chain(kept).collect();
        (!notes.is_empty()).then(|| notes.join("; "))
    }

    /// Says which of our statements are gone, if AWS's log delivery wrote the whole policy.
    fn replaced(&self, found: Option<&Value>) -> Option<String> {
        let Some(Value::Policy(found)) = found else {
            return None;
        };
        let found = found.statements();
        let own = self.spec.policy.statements().iter();
        let gone = own.filter(|own| !found.iter().any(|it| is_form_of(it, own)));
        let gone: Vec<String> = gone.map(named).collect();
        let by_aws = found.iter().all(|it| self.is_of_log_delivery(it, false));
        (by_aws && !found.is_empty() && !gone.is_empty()).then(|| {
            format!(
                "AWS's log delivery has replaced the bucket policy, as it does for a new VPC flow \
                 log: without {}",
                gone.join(", ")
            )
        })
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

    fn deletion_warning(
        &self,
        present: &Present,
        _consent: Consent,
        _now: SystemTime,
    ) -> Option<String> {
        let holds = present.holds.as_ref()?;
        Some(format!(
            "all that the bucket {} holds is deleted with it, for good: {holds}",
            self.identity.name
        ))
    }

    fn permissions_to_observe(&self) -> Vec<Permission> {
        self.observing()
    }

    fn permissions_to_delete(&self, consent: Consent) -> Vec<Permission> {
        self.deleting(consent)
    }

    async fn observe(&self, aws: &Aws) -> Result<Observed, AwsError> {
        let (located, here, content) = join3(
            self.locate(aws),
            self.settings(aws, &self.region),
            self.content_to_delete(aws, &self.region),
        )
        .await;
        let region = match located {
            Err(error) => return self.refused(aws, error).await,
            Ok(Err(reason)) => return Ok(Observed::Obstructed(reason)),
            Ok(Ok(None)) => return Ok(Observed::Missing),
            Ok(Ok(Some(region))) => region,
        };
        let (settings, holds) = if region == self.region {
            (here?, content?)
        } else {
            // The region was named in an error, which tells nothing about the owner.
            let content = self.content_to_delete(aws, &region);
            match join(self.settings(aws, &region), content).await {
                (Err(error), _) => return self.refused(aws, error).await,
                (Ok(settings), content) => (settings, content?),
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
        present.holds = holds;
        present.note = self.spec.as_ref().and_then(|spec| {
            let bucket = Specified {
                resource: self,
                spec,
            };
            bucket.note(present.attributes.get("bucket_policy"))
        });
        Ok(Observed::Present(present))
    }

    async fn content(&self, aws: &Aws, present: &Present) -> Result<Option<String>, AwsError> {
        self.content_in(aws, &self.region_of(present)).await
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
