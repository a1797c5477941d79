//! A Firehose stream that writes its records into a bucket.

#[cfg(test)]
mod tests;
mod wanted;

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_firehose::types::{
    DeliveryStreamDescription, DeliveryStreamStatus, ProcessingConfiguration,
    ProcessorParameterName, S3BackupMode,
};
use futures_util::future::join;

use crate::aws::{Aws, AwsError, ErrorKind, Operation};
use crate::engine::address::Address;
use crate::engine::attributes::{Attributes, Value};
use crate::engine::identity::Identity;
use crate::engine::observed::{Consent, Observed, Phase, Present};
use crate::engine::ownership::Owner;
use crate::engine::permission::Permission;
use crate::engine::resource::{Resource, Specified, Wanted, gone_is_fine};
use crate::names::Region;

/// The kind, as addresses name it.
pub const KIND: &str = "firehose_stream";

/// A stream under one name.
#[derive(Debug)]
pub struct FirehoseStream {
    /// The identity of the stream. The ARN follows from partition, region, account and name.
    pub identity: Identity,
    /// The region of the stream.
    pub region: Region,
    /// The specification of the stream, if it is wanted.
    pub spec: Option<StreamSpec>,
}

/// A stream of the type DirectPut with an extended S3 destination.
#[derive(Debug)]
pub struct StreamSpec {
    /// The ARN of the role that the stream writes with.
    pub role_arn: String,
    /// The ARN of the bucket that the stream writes to.
    pub bucket_arn: String,
    /// The prefix of the keys of its objects.
    pub prefix: String,
    /// The prefix of the keys of failed records.
    pub error_prefix: String,
    /// The KMS key that encrypts its objects.
    pub key: Option<Address>,
}

impl FirehoseStream {
    fn operation(&self, name: &'static str) -> Operation {
        Operation {
            service: "firehose",
            name,
            region: Some(self.region.clone()),
        }
    }

    async fn describe(&self, aws: &Aws) -> Result<DeliveryStreamDescription, AwsError> {
        let client = aws.firehose(&self.region);
        let answer = aws
            .call(self.operation("DescribeDeliveryStream"), || {
                client
                    .describe_delivery_stream()
                    .delivery_stream_name(&self.identity.name)
                    .send()
            })
            .await?;
        answer.delivery_stream_description.ok_or_else(|| {
            let operation = self.operation("DescribeDeliveryStream");
            aws.name(AwsError::incomplete(operation, "the stream's description"))
        })
    }

    /// The stream as the description and the tags tell.
    fn present(
        &self,
        stream: &DeliveryStreamDescription,
        tags: &BTreeMap<String, String>,
    ) -> Observed {
        let mut attributes = lower(stream);
        let owner = self.identity.tags.lower_observed(tags, &mut attributes);
        Observed::Present(Present::new(attributes, owner, phase(stream)))
    }

    async fn tags_of(&self, aws: &Aws) -> Result<BTreeMap<String, String>, AwsError> {
        let client = aws.firehose(&self.region);
        let tags = aws.list(
            self.operation("ListTagsForDeliveryStream"),
            |token| {
                let request = client.list_tags_for_delivery_stream();
                let request = request.delivery_stream_name(&self.identity.name).limit(50);
                request.set_exclusive_start_tag_key(token).send()
            },
            |answer| {
                let last = answer.tags.last().filter(|_| answer.has_more_tags);
                let next = last.map(|tag| tag.key.clone());
                let tags = answer.tags.into_iter();
                (
                    tags.map(|tag| (tag.key, tag.value.unwrap_or_default())),
                    next,
                )
            },
        );
        Ok(tags.await?.into_iter().collect())
    }
}

fn phase(stream: &DeliveryStreamDescription) -> Phase {
    match stream.delivery_stream_status() {
        DeliveryStreamStatus::Creating => Phase::Creating,
        DeliveryStreamStatus::Deleting => Phase::Deleting,
        _ => Phase::Stable,
    }
}

/// Lowers a stream to attributes.
fn lower(stream: &DeliveryStreamDescription) -> Attributes {
    let mut attributes = Attributes::from([(
        "type".to_owned(),
        stream.delivery_stream_type().as_str().into(),
    )]);
    let mut add = |name: &str, value: Value| attributes.insert(name.to_owned(), value);
    // The statuses of a running creation or deletion become the phase. Every other status lasts.
    let status = match stream.delivery_stream_status() {
        DeliveryStreamStatus::Creating | DeliveryStreamStatus::Deleting => {
            &DeliveryStreamStatus::Active
        }
        lasting => lasting,
    };
    add("status", status.as_str().into());
    let destinations = stream.destinations();
    let Some(s3) = destinations
        .first()
        .and_then(|d| d.extended_s3_destination_description())
    else {
        add("destination", "another kind".into());
        return attributes;
    };
    add("destination", "extended S3".into());
    add("role", s3.role_arn().into());
    add("bucket", s3.bucket_arn().into());
    add("prefix", s3.prefix().unwrap_or_default().into());
    add(
        "error_prefix",
        s3.error_output_prefix().unwrap_or_default().into(),
    );
    add("compression", s3.compression_format().as_str().into());
    if let Some(hints) = s3.buffering_hints() {
        add(
            "buffer_seconds",
            hints.interval_in_seconds().unwrap_or_default().into(),
        );
        add(
            "buffer_mebibytes",
            hints.size_in_mbs().unwrap_or_default().into(),
        );
    }
    let encryption = s3.encryption_configuration();
    if let Some(key) = encryption.and_then(|e| e.kms_encryption_config()) {
        add("key", key.awskms_key_arn().into());
    }
    // Any processor, such as the newline delimiter, changes the data that the agent reads, and a
    // function also receives it.
    let processing = s3.processing_configuration();
    if let Some(processing) = processing.filter(|it| it.enabled() == Some(true)) {
        add("processing", processors(processing).into());
    }
    let conversion = s3.data_format_conversion_configuration();
    if conversion.and_then(|it| it.enabled()) == Some(true) {
        add("format_conversion", true.into());
    }
    // The backup receives every record as well.
    if s3.s3_backup_mode() == Some(&S3BackupMode::Enabled) {
        let backup = s3.s3_backup_description();
        let bucket = backup.map_or("an unknown bucket", |it| it.bucket_arn());
        add("backup", bucket.into());
    }
    attributes
}

/// The processors by name: a function by its ARN, any other by its type.
fn processors(processing: &ProcessingConfiguration) -> String {
    let names = processing.processors().iter().map(|processor| {
        let mut parameters = processor.parameters().iter();
        let function =
            parameters.find(|it| *it.parameter_name() == ProcessorParameterName::LambdaArn);
        function.map_or(processor.r#type().as_str(), |it| it.parameter_value())
    });
    let names: Vec<&str> = names.collect();
    match names[..] {
        [] => "enabled".to_owned(),
        _ => names.join(", "),
    }
}

#[async_trait]
impl Resource for FirehoseStream {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn wanted(&self) -> Option<Box<dyn Wanted + '_>> {
        Specified::of(self, self.spec.as_ref())
    }

    /// Firehose names no bound. It retries for a while before it gives a creation up, and other tools
    /// wait half an hour (terraform-provider-aws, `aws_kinesis_firehose_delivery_stream`).
    fn patience(&self) -> Duration {
        Duration::from_secs(1800)
    }

    fn permissions_to_observe(&self) -> Vec<Permission> {
        self.observing()
    }

    fn permissions_to_delete(&self, _consent: Consent) -> Vec<Permission> {
        self.deleting()
    }

    async fn observe(&self, aws: &Aws) -> Result<Observed, AwsError> {
        match join(self.describe(aws), self.tags_of(aws)).await {
            (Ok(stream), tags) => Ok(self.present(&stream, &tags?)),
            (Err(error), _) if error.kind == ErrorKind::NotFound => Ok(Observed::Missing),
            (Err(error), _) => Err(error),
        }
    }

    /// The ARN is known of a stream that the run has created, with our tags in the same call. AWS creates
    /// it for minutes, in every region, and answers 5 calls a second about tags (API Reference,
    /// "ListTagsForDeliveryStream"), so they are not listed in every look.
    async fn observe_known(&self, aws: &Aws, _arn: &str) -> Result<Observed, AwsError> {
        let stream = self.describe(aws).await?;
        let tags = self.identity.tags.iter();
        let tags = tags.map(|(key, value)| (key.to_owned(), value.to_owned()));
        Ok(self.present(&stream, &tags.collect()))
    }

    /// What of our own stream leads elsewhere is compared.
    async fn exposures(&self, _aws: &Aws, present: &Present) -> Result<Vec<String>, AwsError> {
        let processing = present.attributes.get("processing");
        let processing = processing.filter(|_| present.owner != Owner::Ours);
        let processors = processing.and_then(Value::as_text).into_iter();
        Ok(processors
            .map(|it| format!("its records also go to the processors {it}"))
            .collect())
    }

    async fn delete(
        &self,
        aws: &Aws,
        _present: &Present,
        _consent: Consent,
    ) -> Result<(), AwsError> {
        let client = aws.firehose(&self.region);
        let answer = aws
            .call(self.operation("DeleteDeliveryStream"), || {
                client
                    .delete_delivery_stream()
                    .delivery_stream_name(&self.identity.name)
                    .send()
            })
            .await;
        gone_is_fine(answer)
    }
}
