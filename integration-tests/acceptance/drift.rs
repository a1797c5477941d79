//! Changes by hand to every kind of resource in the main region, each followed by reads.
//!
//! Services are changed at the same time, and the resources of one service one after the other, because
//! S3 refuses two changes of one bucket at once.

use aws_sdk_eventbridge::types::RuleState;
use aws_sdk_firehose::types::{BufferingHints, ExtendedS3DestinationUpdate};
use aws_sdk_s3::types::{BucketVersioningStatus, VersioningConfiguration};
use provision::names::Region;
use serde_json::{Value as Json, json};

use crate::names::failed;
use crate::probe::{OFTEN, SELDOM};
use crate::stage::Stage;

/// The key of a tag of others, which is no drift.
pub const TAG: &str = "acceptance-by-hand";
const POLICY: &str = "acceptance";
const DESCRIPTION: &str = "changed by the acceptance run";
const BUFFER_SECONDS: i32 = 120;

/// What the next plan must show.
pub fn expected(main: &Region) -> Vec<(String, &'static str)> {
    vec![
        ("iam_role.integration".to_owned(), "update"),
        (format!("kms_key.integration@{main}"), "update"),
        (format!("s3_bucket.logs@{main}"), "update"),
        (format!("event_rule.stackstate@{main}"), "update"),
        (format!("event_target.firehose@{main}"), "create"),
        (format!("firehose_stream.eventbridge@{main}"), "update"),
    ]
}

impl Stage {
    /// Makes every change to this deployment.
    pub async fn drift(&self, deployment: &str) -> Result<(), String> {
        let results = tokio::join!(
            self.drift_role(deployment),
            self.drift_key(deployment),
            self.drift_bucket(deployment),
            self.drift_rule(deployment),
            self.drift_stream(deployment),
        );
        let (role, key, bucket, rule, stream) = results;
        role.and(key).and(bucket).and(rule).and(stream)
    }

    async fn drift_role(&self, deployment: &str) -> Result<(), String> {
        let iam = self.aws.iam();
        let role = &self.names.integration_role(deployment);
        let tag = aws_sdk_iam::types::Tag::builder().key(TAG).value("1");
        let tag = tag.build().map_err(|error| error.to_string())?;
        let write = iam.tag_role().role_name(role).tags(tag).send().await;
        write.map_err(failed)?;
        self.probe("iam:TagRole", "iam:GetRole", OFTEN, async || {
            let read = iam.get_role().role_name(role).send().await;
            let read = read.map_err(failed)?.role;
            Ok(read.is_some_and(|role| role.tags().iter().any(|tag| tag.key() == TAG)))
        })
        .await?;

        let document = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
            "Action": "s3:GetBucketLocation", "Resource": "*"}]});
        let write = iam.put_role_policy().role_name(role).policy_name(POLICY);
        let write = write.policy_document(document.to_string()).send().await;
        write.map_err(failed)?;
        self.probe(
            "iam:PutRolePolicy",
            "iam:ListRolePolicies",
            OFTEN,
            async || {
                let read = iam.list_role_policies().role_name(role).send().await;
                let names = read.map_err(failed)?.policy_names;
                Ok(names.iter().any(|name| name == POLICY))
            },
        )
        .await
    }

    async fn drift_key(&self, deployment: &str) -> Result<(), String> {
        let kms = self.aws.kms(&self.names.main());
        let alias = &self.names.alias(deployment);
        let key = kms
            .describe_key()
            .key_id(alias)
            .send()
            .await
            .map_err(failed)?;
        let key = key.key_metadata.ok_or("KMS describes no key")?.key_id;
        let tag = aws_sdk_kms::types::Tag::builder()
            .tag_key(TAG)
            .tag_value("1");
        let tag = tag.build().map_err(|error| error.to_string())?;
        let write = kms.tag_resource().key_id(&key).tags(tag).send().await;
        write.map_err(failed)?;
        self.probe(
            "kms:TagResource",
            "kms:ListResourceTags",
            OFTEN,
            async || {
                let read = kms.list_resource_tags().key_id(&key).send().await;
                let tags = read.map_err(failed)?.tags.unwrap_or_default();
                Ok(tags.iter().any(|tag| tag.tag_key() == TAG))
            },
        )
        .await?;

        let write = kms.update_key_description().key_id(&key);
        let write = write.description(DESCRIPTION).send().await;
        write.map_err(failed)?;
        let read = "kms:DescribeKey by alias";
        self.probe("kms:UpdateKeyDescription", read, OFTEN, async || {
            let read = kms.describe_key().key_id(alias).send().await;
            let key = read.map_err(failed)?.key_metadata;
            Ok(key.is_some_and(|key| key.description() == Some(DESCRIPTION)))
        })
        .await
    }

    async fn drift_bucket(&self, deployment: &str) -> Result<(), String> {
        let s3 = self.aws.s3(&self.names.main());
        let bucket = &self.names.bucket(deployment);
        let suspended = VersioningConfiguration::builder()
            .status(BucketVersioningStatus::Suspended)
            .build();
        let write = s3.put_bucket_versioning().bucket(bucket);
        let write = write.versioning_configuration(suspended).send().await;
        write.map_err(failed)?;
        let (write, read) = ("s3:PutBucketVersioning", "s3:GetBucketVersioning");
        self.probe(write, read, OFTEN, async || {
            let read = s3.get_bucket_versioning().bucket(bucket).send().await;
            let status = read.map_err(failed)?.status;
            Ok(status == Some(BucketVersioningStatus::Suspended))
        })
        .await?;

        let policy = s3.get_bucket_policy().bucket(bucket).send().await;
        let policy = policy.map_err(failed)?.policy.unwrap_or_default();
        let mut policy: Json = serde_json::from_str(&policy).map_err(|error| error.to_string())?;
        let added = json!({"Sid": POLICY, "Effect": "Allow",
            "Principal": {"AWS": self.names.arn("iam", None, "root")},
            "Action": "s3:GetBucketLocation",
            "Resource": format!("arn:{}:s3:::{bucket}", self.names.partition)});
        policy["Statement"]
            .as_array_mut()
            .ok_or("the bucket policy has no list of statements")?
            .push(added);
        let write = s3.put_bucket_policy().bucket(bucket);
        let write = write.policy(policy.to_string()).send().await;
        write.map_err(failed)?;
        self.probe(
            "s3:PutBucketPolicy",
            "s3:GetBucketPolicy",
            OFTEN,
            async || {
                let read = s3.get_bucket_policy().bucket(bucket).send().await;
                let policy = read.map_err(failed)?.policy.unwrap_or_default();
                Ok(policy.contains(&format!("{POLICY:?}")))
            },
        )
        .await
    }

    async fn drift_rule(&self, deployment: &str) -> Result<(), String> {
        let events = self.aws.eventbridge(&self.names.main());
        let rule = &self.names.rule(deployment);
        let write = events.disable_rule().name(rule).send().await;
        write.map_err(failed)?;
        self.probe(
            "events:DisableRule",
            "events:DescribeRule",
            OFTEN,
            async || {
                let read = events.describe_rule().name(rule).send().await;
                Ok(read.map_err(failed)?.state == Some(RuleState::Disabled))
            },
        )
        .await?;

        let targets = events.list_targets_by_rule().rule(rule).send().await;
        let targets = targets.map_err(failed)?.targets.unwrap_or_default();
        let write = events.remove_targets().rule(rule);
        let ids = targets.into_iter().map(|target| target.id).collect();
        let write = write.set_ids(Some(ids)).send().await;
        write.map_err(failed)?;
        let (write, read) = ("events:RemoveTargets", "events:ListTargetsByRule");
        self.probe(write, read, OFTEN, async || {
            let read = events.list_targets_by_rule().rule(rule).send().await;
            Ok(read.map_err(failed)?.targets().is_empty())
        })
        .await
    }

    async fn drift_stream(&self, deployment: &str) -> Result<(), String> {
        let firehose = self.aws.firehose(&self.names.main());
        let describe = firehose.describe_delivery_stream();
        let describe = describe.delivery_stream_name(self.names.stream(deployment));
        let stream = describe.clone().send().await.map_err(failed)?;
        let stream = stream.delivery_stream_description;
        let stream = stream.ok_or("Firehose describes no stream")?;
        let destination = stream.destinations().first().ok_or("no destination")?;
        let own = destination.extended_s3_destination_description();
        let own = own.ok_or("no extended S3 destination")?;
        let hints = BufferingHints::builder();
        let hints = hints.interval_in_seconds(BUFFER_SECONDS).size_in_mbs(8);
        // The whole destination, since an emulator replaces it, where AWS merges the change into it.
        let update = ExtendedS3DestinationUpdate::builder()
            .role_arn(own.role_arn())
            .bucket_arn(own.bucket_arn())
            .set_prefix(own.prefix.clone())
            .set_error_output_prefix(own.error_output_prefix.clone())
            .compression_format(own.compression_format().clone())
            .set_encryption_configuration(own.encryption_configuration.clone())
            .buffering_hints(hints.build());
        let write = firehose
            .update_destination()
            .delivery_stream_name(stream.delivery_stream_name())
            .current_delivery_stream_version_id(stream.version_id())
            .destination_id(destination.destination_id())
            .extended_s3_destination_update(update.build());
        write.send().await.map_err(failed)?;
        let read = "firehose:DescribeDeliveryStream";
        self.probe("firehose:UpdateDestination", read, SELDOM, async || {
            let read = describe.clone().send().await.map_err(failed)?;
            let stream = read.delivery_stream_description;
            let destination = stream.and_then(|stream| stream.destinations.into_iter().next());
            let own = destination.and_then(|it| it.extended_s3_destination_description);
            let hints = own.and_then(|own| own.buffering_hints);
            Ok(hints.and_then(|hints| hints.interval_in_seconds) == Some(BUFFER_SECONDS))
        })
        .await
    }
}
