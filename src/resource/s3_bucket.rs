//! An S3 bucket for logs, with every setting that the blueprint asks for.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration, ObjectOwnership,
    OwnershipControls, OwnershipControlsRule, PublicAccessBlockConfiguration, ServerSideEncryption,
    ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
    Tag, Tagging, VersioningConfiguration,
};
use futures_util::future::{join, join5, try_join4};
use serde_json::json;

use crate::address::Address;
use crate::attributes::{Attributes, Change, Value, changed_tags, touches};
use crate::aws::{Aws, AwsError, ErrorKind, Operation};
use crate::names::{AccountId, Region};
use crate::permissions::{self, Permission, Task};
use crate::policy::{self, Policy, Statement};
use crate::resource::{
    Consent, Created, Known, Observed, Phase, Present, Resource, Tags, empty_bucket, lifecycle,
    policy_value, reference,
};

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
    fn operation(&self, name: &'static str, region: &Region) -> Operation {
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

    fn s3_tags<'a>(tags: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<Tag> {
        // Building fails only without key or value, and both are given.
        tags.filter_map(|(key, value)| Tag::builder().key(key).value(value).build().ok())
            .collect()
    }

    /// Where the bucket is; `Err` in the answer gives the reason why that cannot be told.
    async fn locate(&self, aws: &Aws) -> Result<Result<Option<Region>, String>, AwsError> {
        let client = aws.s3(&self.region);
        let answer = aws
            .call(self.operation("HeadBucket", &self.region), || {
                let request = client.head_bucket().bucket(&self.name);
                request
                    .expected_bucket_owner(self.account.to_string())
                    .send()
            })
            .await;
        match answer {
            Ok(answer) => {
                let region = answer
                    .bucket_region()
                    .and_then(|region| region.parse().ok());
                Ok(Ok(Some(region.unwrap_or_else(|| self.region.clone()))))
            }
            Err(error) if error.kind == ErrorKind::NotFound => Ok(Ok(None)),
            Err(error) if error.kind == ErrorKind::Denied => Ok(Err(format!(
                "the bucket name {} is taken and access to it is denied (request id {}): it \
                 belongs to another account, or these credentials lack s3:ListBucket on it; if it \
                 is another account's, choose another `postfix`",
                self.name,
                error.request_id.as_deref().unwrap_or("unknown")
            ))),
            Err(error) => match &error.bucket_region {
                Some(region) if *region != self.region => Ok(Ok(Some(region.clone()))),
                _ => Err(error),
            },
        }
    }

    /// Reads every setting, all at once.
    async fn settings(&self, aws: &Aws, region: &Region) -> Result<Settings, AwsError> {
        let client = aws.s3(region);
        let owner = self.account.to_string();
        let tags = optional(aws.call(self.operation("GetBucketTagging", region), || {
            let request = client.get_bucket_tagging().bucket(&self.name);
            request.expected_bucket_owner(&owner).send()
        }));
        let versioning = aws.call(self.operation("GetBucketVersioning", region), || {
            let request = client.get_bucket_versioning().bucket(&self.name);
            request.expected_bucket_owner(&owner).send()
        });
        let encryption = optional(aws.call(self.operation("GetBucketEncryption", region), || {
            let request = client.get_bucket_encryption().bucket(&self.name);
            request.expected_bucket_owner(&owner).send()
        }));
        let operation = self.operation("GetBucketOwnershipControls", region);
        let ownership = optional(aws.call(operation, || {
            let request = client.get_bucket_ownership_controls().bucket(&self.name);
            request.expected_bucket_owner(&owner).send()
        }));
        let access_block = optional(aws.call(
            self.operation("GetPublicAccessBlock", region),
            || {
                let request = client.get_public_access_block().bucket(&self.name);
                request.expected_bucket_owner(&owner).send()
            },
        ));
        let operation = self.operation("GetBucketLifecycleConfiguration", region);
        let rules = optional(aws.call(operation, || {
            let request = client
                .get_bucket_lifecycle_configuration()
                .bucket(&self.name);
            request.expected_bucket_owner(&owner).send()
        }));
        let policy = optional(aws.call(self.operation("GetBucketPolicy", region), || {
            let request = client.get_bucket_policy().bucket(&self.name);
            request.expected_bucket_owner(&owner).send()
        }));
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
        let policy = policy?.and_then(|answer| answer.policy);
        let tags: BTreeMap<String, String> = tags?
            .map(|answer| answer.tag_set)
            .unwrap_or_default()
            .iter()
            .map(|tag| (tag.key().to_owned(), tag.value().to_owned()))
            .collect();
        Ok(Settings {
            attributes,
            policy: policy.as_deref().map(policy_value),
            tags,
        })
    }

    async fn put_public_access_block(&self, aws: &Aws) -> Result<(), AwsError> {
        let client = aws.s3(&self.region);
        aws.call(self.operation("PutPublicAccessBlock", &self.region), || {
            let request = client.put_public_access_block().bucket(&self.name);
            let request = request.expected_bucket_owner(self.account.to_string());
            request
                .public_access_block_configuration(all_blocked())
                .send()
        })
        .await?;
        Ok(())
    }

    async fn put_ownership(&self, aws: &Aws) -> Result<(), AwsError> {
        let client = aws.s3(&self.region);
        // Building fails only without the parts that are given here.
        let rule = OwnershipControlsRule::builder()
            .object_ownership(ObjectOwnership::BucketOwnerPreferred)
            .build()
            .ok();
        let controls = OwnershipControls::builder()
            .set_rules(Some(rule.into_iter().collect()))
            .build()
            .ok();
        aws.call(
            self.operation("PutBucketOwnershipControls", &self.region),
            || {
                let request = client.put_bucket_ownership_controls().bucket(&self.name);
                let request = request.expected_bucket_owner(self.account.to_string());
                request.set_ownership_controls(controls.clone()).send()
            },
        )
        .await?;
        Ok(())
    }

    async fn put_policy(&self, aws: &Aws, carried: &[Statement]) -> Result<(), AwsError> {
        let client = aws.s3(&self.region);
        let policy = self.policy.join(carried).compact();
        aws.call(self.operation("PutBucketPolicy", &self.region), || {
            let request = client.put_bucket_policy().bucket(&self.name);
            let request = request.expected_bucket_owner(self.account.to_string());
            request.policy(&policy).send()
        })
        .await?;
        Ok(())
    }

    async fn put_encryption(&self, aws: &Aws, known: &Known) -> Result<(), AwsError> {
        let client = aws.s3(&self.region);
        let key = self.key.as_ref().and_then(|key| known.get(key));
        let algorithm = match key {
            Some(_) => ServerSideEncryption::AwsKms,
            None => ServerSideEncryption::Aes256,
        };
        // Building fails only without the parts that are given here.
        let default = ServerSideEncryptionByDefault::builder()
            .sse_algorithm(algorithm)
            .set_kms_master_key_id(key.cloned())
            .build()
            .ok();
        let rule = ServerSideEncryptionRule::builder()
            .set_apply_server_side_encryption_by_default(default)
            .bucket_key_enabled(key.is_some())
            .build();
        let configuration = ServerSideEncryptionConfiguration::builder()
            .rules(rule)
            .build()
            .ok();
        aws.call(self.operation("PutBucketEncryption", &self.region), || {
            let request = client.put_bucket_encryption().bucket(&self.name);
            let request = request.expected_bucket_owner(self.account.to_string());
            request
                .set_server_side_encryption_configuration(configuration.clone())
                .send()
        })
        .await?;
        Ok(())
    }

    async fn put_versioning(&self, aws: &Aws) -> Result<(), AwsError> {
        let client = aws.s3(&self.region);
        let enabled = VersioningConfiguration::builder()
            .status(BucketVersioningStatus::Enabled)
            .build();
        aws.call(self.operation("PutBucketVersioning", &self.region), || {
            let request = client.put_bucket_versioning().bucket(&self.name);
            let request = request.expected_bucket_owner(self.account.to_string());
            request.versioning_configuration(enabled.clone()).send()
        })
        .await?;
        Ok(())
    }

    async fn put_lifecycle(&self, aws: &Aws) -> Result<(), AwsError> {
        let client = aws.s3(&self.region);
        let operation = self.operation("PutBucketLifecycleConfiguration", &self.region);
        aws.call(operation, || {
            let request = client
                .put_bucket_lifecycle_configuration()
                .bucket(&self.name);
            let request = request.expected_bucket_owner(self.account.to_string());
            request
                .set_lifecycle_configuration(lifecycle::wanted())
                .send()
        })
        .await?;
        Ok(())
    }

    /// Writes our tags beside those of others: S3 replaces the whole set, and refuses a set without
    /// the `aws:` tags that a CloudFormation stack left ("System Tags cannot be removed").
    async fn put_tags(&self, aws: &Aws) -> Result<(), AwsError> {
        let client = aws.s3(&self.region);
        let owner = self.account.to_string();
        let present = optional(
            aws.call(self.operation("GetBucketTagging", &self.region), || {
                let request = client.get_bucket_tagging().bucket(&self.name);
                request.expected_bucket_owner(&owner).send()
            }),
        );
        let mut tags: BTreeMap<String, String> = present
            .await?
            .map(|answer| answer.tag_set)
            .unwrap_or_default()
            .iter()
            .map(|tag| (tag.key().to_owned(), tag.value().to_owned()))
            .collect();
        tags.extend(self.tags.iter().map(|(k, v)| (k.to_owned(), v.to_owned())));
        let tags = Self::s3_tags(tags.iter().map(|(k, v)| (k.as_str(), v.as_str())));
        let tagging = Tagging::builder().set_tag_set(Some(tags)).build().ok();
        aws.call(self.operation("PutBucketTagging", &self.region), || {
            let request = client.put_bucket_tagging().bucket(&self.name);
            let request = request.expected_bucket_owner(&owner);
            request.set_tagging(tagging.clone()).send()
        })
        .await?;
        Ok(())
    }
}

struct Settings {
    attributes: Attributes,
    policy: Option<Value>,
    tags: BTreeMap<String, String>,
}

/// The answer, or nothing where that part of the bucket was never set.
async fn optional<T>(
    answer: impl Future<Output = Result<T, AwsError>>,
) -> Result<Option<T>, AwsError> {
    match answer.await {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn all_blocked() -> PublicAccessBlockConfiguration {
    PublicAccessBlockConfiguration::builder()
        .block_public_acls(true)
        .ignore_public_acls(true)
        .block_public_policy(true)
        .restrict_public_buckets(true)
        .build()
}

fn lower_access_block(block: &PublicAccessBlockConfiguration) -> Value {
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
            ("bucket_policy".to_owned(), Value::from(&self.policy)),
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

    fn permissions(&self, task: Task<'_>) -> Vec<Permission> {
        permissions::s3::bucket(self, task)
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
                (rest, carried) = policy.split(|statement| {
                    policy::is_log_delivery(statement) && !self.is_own(statement)
                });
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
        let bucket = empty_bucket::Bucket {
            name: &self.name,
            account: &self.account,
            region: &region.unwrap_or_else(|| self.region.clone()),
        };
        bucket.delete(aws, consent.empty_bucket).await
    }
}
