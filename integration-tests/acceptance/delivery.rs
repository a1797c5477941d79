//! Whether what is sent to a stream arrives in the bucket, and whether a stream takes an alias as its key.

use std::time::{Duration, Instant};

use aws_sdk_firehose::primitives::Blob;
use aws_sdk_firehose::types::{
    BufferingHints, CompressionFormat, DeliveryStreamStatus, EncryptionConfiguration,
    ExtendedS3DestinationConfiguration, KmsEncryptionConfig, Record, Tag,
};
use provision::names::Region;
use serde_json::json;

use crate::drift::TAG;
use crate::names::{Thing, failed};
use crate::record::say;
use crate::stage::Stage;

/// The end of the prefix that the stream with the alias writes to.
const ALIAS_FOLDER: &str = "alias/";

/// What is to arrive in the bucket.
struct Wanted {
    what: String,
    region: Region,
    folder: &'static str,
    sent: Result<(), String>,
}

/// How a question about Firehose is named in the record, with the answer.
pub const EVENT: &str = "event";

impl Stage {
    fn prefix(&self, region: &Region, folder: &str) -> String {
        format!(
            "AWSLogs/{}/EventBridge/{region}/{folder}",
            self.names.account
        )
    }

    /// Sends a record to the deployment's stream in each of `regions`, and waits until an object of each
    /// is in the bucket. With `questions` the main region gets an event of AWS instead, and a stream
    /// with the alias as its key gets a record too.
    ///
    /// What does not arrive is an answer, and no failure.
    pub async fn deliver(&self, deployment: &str, regions: &[Region], questions: bool) {
        let main = self.names.main();
        let stream = self.names.stream(deployment);
        let mut wanted = Vec::new();
        for region in regions {
            let with_event = questions && *region == main;
            let (what, sent) = match with_event {
                true => (EVENT.to_owned(), self.cause_event(&stream).await),
                false => {
                    let to = if *region == main { "main" } else { "other" };
                    (
                        format!("record to the stream in the {to} region"),
                        self.put_record(region, &stream).await,
                    )
                }
            };
            wanted.push(Wanted {
                what,
                region: region.clone(),
                folder: "",
                sent,
            });
        }
        if questions {
            let sent = match self.make_alias_stream(deployment).await {
                Ok(()) => self.put_record(&main, &self.names.alias_stream()).await,
                Err(error) => Err(error),
            };
            let what = "record to the stream with the alias as its key".to_owned();
            wanted.push(Wanted {
                what,
                region: main,
                folder: ALIAS_FOLDER,
                sent,
            });
        }
        let waits = wanted.iter().map(|it| self.until_delivered(deployment, it));
        futures_util::future::join_all(waits).await;
    }

    async fn put_record(&self, region: &Region, stream: &str) -> Result<(), String> {
        let record = Record::builder().data(Blob::new(r#"{"source":"acceptance"}"#));
        let record = record.build().map_err(|error| error.to_string())?;
        let put = self.aws.firehose(region).put_record();
        let put = put.delivery_stream_name(stream).record(record);
        put.send().await.map(|_| ()).map_err(failed)
    }

    /// Makes a harmless call of Firehose, which a trail of the account logs and the rule matches.
    async fn cause_event(&self, stream: &str) -> Result<(), String> {
        let tag = Tag::builder().key(TAG).value("1").build();
        let tag = tag.map_err(|error| error.to_string())?;
        let firehose = self.aws.firehose(&self.names.main());
        let write = firehose.tag_delivery_stream().delivery_stream_name(stream);
        write.tags(tag).send().await.map(|_| ()).map_err(failed)
    }

    async fn until_delivered(&self, deployment: &str, wanted: &Wanted) {
        let s3 = self.aws.s3(&self.names.main());
        let bucket = self.names.bucket(deployment);
        let prefix = self.prefix(&wanted.region, wanted.folder);
        let list = s3.list_objects_v2().bucket(&bucket).prefix(&prefix);
        let of_alias = self.prefix(&wanted.region, ALIAS_FOLDER);
        let since = Instant::now();
        let mut arrived = None;
        let mut unanswered = wanted.sent.clone().err();
        while wanted.sent.is_ok() && since.elapsed() < self.delivery {
            match list.clone().send().await.map_err(failed) {
                Ok(objects) => {
                    let mut keys = objects.contents().iter().filter_map(|object| object.key());
                    let is_own =
                        |key: &&str| wanted.folder == ALIAS_FOLDER || !key.starts_with(&of_alias);
                    arrived = keys.find(is_own).map(str::to_owned);
                }
                Err(error) => unanswered = Some(error),
            }
            if arrived.is_some() || !self.pause(self.delivery / 120).await {
                break;
            }
        }
        if arrived.is_none() && self.stopped() {
            unanswered = Some("Stopped by the person.".to_owned());
        }
        let after = since.elapsed().as_secs();
        let key = match &arrived {
            Some(object) => {
                let head = s3.head_object().bucket(&bucket).key(object).send().await;
                head.map_err(failed).map(|head| head.ssekms_key_id)
            }
            None => Ok(None),
        };
        let (key, problem) = match key {
            Ok(key) => (key, unanswered),
            Err(error) => (None, Some(error)),
        };
        let shown = if arrived.is_some() {
            "seen"
        } else {
            "not seen"
        };
        say(format_args!(
            "{deployment}: {} in {}: {shown} after {after} s\n",
            wanted.what, wanted.region
        ));
        self.record.add(
            "delivery",
            json!({"deployment": deployment, "what": wanted.what, "region": wanted.region.name(),
                "main": self.names.main().name(), "object": arrived, "after_seconds": after,
                "key": key, "problem": problem}),
        );
    }

    /// Makes a stream that names the key by its alias, and records which key AWS reads back.
    async fn make_alias_stream(&self, deployment: &str) -> Result<(), String> {
        let main = self.names.main();
        let alias = self
            .names
            .arn("kms", Some(&main), &self.names.alias(deployment));
        let role = format!("role/{}", self.names.firehose_role(&main, deployment));
        let key = KmsEncryptionConfig::builder()
            .awskms_key_arn(&alias)
            .build();
        let key = key.map_err(|error| error.to_string())?;
        let prefix = self.prefix(&main, ALIAS_FOLDER);
        let destination = ExtendedS3DestinationConfiguration::builder()
            .role_arn(self.names.arn("iam", None, &role))
            .bucket_arn(format!(
                "arn:{}:s3:::{}",
                self.names.partition,
                self.names.bucket(deployment)
            ))
            .prefix(&prefix)
            .error_output_prefix(prefix)
            .buffering_hints(
                BufferingHints::builder()
                    .interval_in_seconds(60)
                    .size_in_mbs(1)
                    .build(),
            )
            .compression_format(CompressionFormat::Gzip)
            .encryption_configuration(
                EncryptionConfiguration::builder()
                    .kms_encryption_config(key)
                    .build(),
            )
            .build();
        let destination = destination.map_err(|error| error.to_string())?;
        let firehose = self.aws.firehose(&main);
        let since = Instant::now();
        let create = firehose
            .create_delivery_stream()
            .delivery_stream_name(self.names.alias_stream())
            .extended_s3_destination_configuration(destination);
        let created = create.send().await.map(|_| ()).map_err(failed);
        let (mut read_back, mut status) = (None, None);
        while created.is_ok() && since.elapsed() < self.delivery {
            let describe = firehose.describe_delivery_stream();
            let described = describe
                .delivery_stream_name(self.names.alias_stream())
                .send()
                .await;
            let stream = described.ok().and_then(|it| it.delivery_stream_description);
            status = stream.as_ref().map(|it| it.delivery_stream_status.clone());
            let destination = stream.and_then(|it| it.destinations.into_iter().next());
            read_back = destination
                .and_then(|it| it.extended_s3_destination_description)
                .and_then(|it| it.encryption_configuration)
                .and_then(|it| it.kms_encryption_config)
                .map(|it| it.awskms_key_arn);
            let waiting = matches!(status, None | Some(DeliveryStreamStatus::Creating));
            if !waiting || !self.pause(Duration::from_secs(2)).await {
                break;
            }
        }
        self.record.add(
            "alias",
            json!({"alias": alias, "refused": created.as_ref().err(), "status": status.map(|it| it.to_string()),
                "after_seconds": since.elapsed().as_secs(), "read_back": read_back}),
        );
        created
    }

    /// Deletes the stream with the alias, and returns once AWS no longer has it.
    pub async fn delete_alias_stream(&self) -> Result<(), String> {
        let stream = Thing::Stream(self.names.main(), self.names.alias_stream());
        let firehose = self.aws.firehose(&self.names.main());
        let since = Instant::now();
        while stream.exists(&self.aws).await? {
            // A stream that is being created or deleted refuses it.
            let delete = firehose.delete_delivery_stream();
            let delete = delete.delivery_stream_name(self.names.alias_stream());
            let refused = delete.send().await.map_err(failed).err();
            if since.elapsed() >= Duration::from_secs(600) {
                return Err(refused.unwrap_or_else(|| "the stream is still there".to_owned()));
            }
            if !self.pause(Duration::from_secs(2)).await {
                return Err("stopped by the person".to_owned());
            }
        }
        Ok(())
    }
}
