//! A Firehose stream that writes its records into a bucket.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_firehose::error::BuildError;
use aws_sdk_firehose::types::{
    BufferingHints, CompressionFormat, DeliveryStreamDescription, DeliveryStreamStatus,
    DeliveryStreamType, EncryptionConfiguration, ExtendedS3DestinationConfiguration,
    ExtendedS3DestinationUpdate, KmsEncryptionConfig, NoEncryptionConfig, ProcessingConfiguration,
};
use futures_util::future::join;

use crate::aws::{Aws, AwsError, ErrorKind, Operation};
use crate::engine::address::Address;
use crate::engine::attributes::{Attributes, Change, Value, changed_tags, reference};
use crate::engine::identity::Identity;
use crate::engine::known::Known;
use crate::engine::observed::{Consent, Created, Observed, Phase, Present};
use crate::engine::permission::Permission;
use crate::engine::resource::{Resource, Specified, Wanted, gone_is_fine};
use crate::kinds::tags::to_service;
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

const BUFFER_SECONDS: i32 = 60;
const BUFFER_MEBIBYTES: i32 = 8;

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
    // Any processor, such as the newline delimiter, changes the data that the agent reads.
    if s3.processing_configuration().and_then(|p| p.enabled()) == Some(true) {
        add("processing", true.into());
    }
    attributes
}

#[async_trait]
impl Resource for FirehoseStream {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn wanted(&self) -> Option<Box<dyn Wanted + '_>> {
        Specified::of(self, self.spec.as_ref())
    }

    fn permissions_to_observe(&self) -> Vec<Permission> {
        self.observing()
    }

    fn permissions_to_delete(&self, _consent: Consent) -> Vec<Permission> {
        self.deleting()
    }

    async fn observe(&self, aws: &Aws) -> Result<Observed, AwsError> {
        let (stream, tags) = join(self.describe(aws), self.tags_of(aws)).await;
        let stream = match stream {
            Ok(stream) => stream,
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(Observed::Missing),
            Err(error) => return Err(error),
        };
        let mut attributes = lower(&stream);
        let owner = self.identity.tags.lower_observed(&tags?, &mut attributes);
        let phase = match stream.delivery_stream_status() {
            DeliveryStreamStatus::Creating => Phase::Creating,
            DeliveryStreamStatus::Deleting => Phase::Deleting,
            _ => Phase::Stable,
        };
        Ok(Observed::Present(Present::new(attributes, owner, phase)))
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

impl Specified<'_, FirehoseStream, StreamSpec> {
    fn buffering() -> BufferingHints {
        BufferingHints::builder()
            .interval_in_seconds(BUFFER_SECONDS)
            .size_in_mbs(BUFFER_MEBIBYTES)
            .build()
    }

    fn encryption(&self, known: &Known) -> Result<EncryptionConfiguration, BuildError> {
        let none = EncryptionConfiguration::builder()
            .no_encryption_config(NoEncryptionConfig::NoEncryption)
            .build();
        match self.spec.key.as_ref().and_then(|key| known.get(key)) {
            None => Ok(none),
            Some(arn) => {
                let key = KmsEncryptionConfig::builder().awskms_key_arn(arn).build()?;
                Ok(EncryptionConfiguration::builder()
                    .kms_encryption_config(key)
                    .build())
            }
        }
    }

    fn destination(&self, known: &Known) -> Result<ExtendedS3DestinationConfiguration, BuildError> {
        ExtendedS3DestinationConfiguration::builder()
            .role_arn(&self.spec.role_arn)
            .bucket_arn(&self.spec.bucket_arn)
            .prefix(&self.spec.prefix)
            .error_output_prefix(&self.spec.error_prefix)
            .buffering_hints(Self::buffering())
            .compression_format(CompressionFormat::Gzip)
            .encryption_configuration(self.encryption(known)?)
            .build()
    }

    /// The whole destination, since AWS merges an update into the present destination while an
    /// emulator may replace it. Processing is turned off explicitly, since records must arrive as
    /// they were sent.
    fn destination_update(&self, known: &Known) -> Result<ExtendedS3DestinationUpdate, BuildError> {
        Ok(ExtendedS3DestinationUpdate::builder()
            .role_arn(&self.spec.role_arn)
            .bucket_arn(&self.spec.bucket_arn)
            .prefix(&self.spec.prefix)
            .error_output_prefix(&self.spec.error_prefix)
            .buffering_hints(Self::buffering())
            .compression_format(CompressionFormat::Gzip)
            .encryption_configuration(self.encryption(known)?)
            .processing_configuration(ProcessingConfiguration::builder().enabled(false).build())
            .build())
    }

    fn unbuildable(&self, aws: &Aws, name: &'static str, error: &BuildError) -> AwsError {
        let code = Some("the request could not be built");
        aws.name(AwsError::in_answer(
            self.resource.operation(name),
            code,
            Some(&error.to_string()),
        ))
    }
}

#[async_trait]
impl Wanted for Specified<'_, FirehoseStream, StreamSpec> {
    fn desired(&self, _found: Option<&Present>, known: &Known) -> Attributes {
        let mut attributes = Attributes::from([
            (
                "type".to_owned(),
                DeliveryStreamType::DirectPut.as_str().into(),
            ),
            (
                "status".to_owned(),
                DeliveryStreamStatus::Active.as_str().into(),
            ),
            ("destination".to_owned(), "extended S3".into()),
            ("role".to_owned(), self.spec.role_arn.as_str().into()),
            ("bucket".to_owned(), self.spec.bucket_arn.as_str().into()),
            ("prefix".to_owned(), self.spec.prefix.as_str().into()),
            (
                "error_prefix".to_owned(),
                self.spec.error_prefix.as_str().into(),
            ),
            (
                "compression".to_owned(),
                CompressionFormat::Gzip.as_str().into(),
            ),
            ("buffer_seconds".to_owned(), BUFFER_SECONDS.into()),
            ("buffer_mebibytes".to_owned(), BUFFER_MEBIBYTES.into()),
        ]);
        if let Some(key) = &self.spec.key {
            attributes.insert("key".to_owned(), reference(known, key));
        }
        self.resource.identity.tags.lower_desired(&mut attributes);
        attributes
    }

    fn immutable(&self, change: &Change) -> Option<String> {
        match change.attribute.as_str() {
            "type" => Some(format!(
                "the source of a stream cannot be changed; delete the stream `{}` or choose \
                 another `postfix`",
                self.resource.identity.name
            )),
            "status" => Some(format!(
                "AWS could not create or delete the stream; delete `{}` (aws firehose \
                 delete-delivery-stream --allow-force-delete), then apply again",
                self.resource.identity.name
            )),
            "destination" => Some(format!(
                "the stream delivers to something else than S3, which cannot be changed; delete \
                 the stream `{}` or choose another `postfix`",
                self.resource.identity.name
            )),
            _ => None,
        }
    }

    fn permissions_to_create(&self) -> Vec<Permission> {
        self.creating()
    }

    fn permissions_to_update(&self, changes: Option<&[Change]>) -> Vec<Permission> {
        self.updating(changes)
    }

    async fn create(&self, aws: &Aws, known: &Known) -> Result<Created, AwsError> {
        let client = aws.firehose(&self.resource.region);
        let tags = to_service(self.resource.identity.tags.iter());
        let destination = self
            .destination(known)
            .map_err(|error| self.unbuildable(aws, "CreateDeliveryStream", &error))?;
        aws.call(self.resource.operation("CreateDeliveryStream"), || {
            client
                .create_delivery_stream()
                .delivery_stream_name(&self.resource.identity.name)
                .delivery_stream_type(DeliveryStreamType::DirectPut)
                .extended_s3_destination_configuration(destination.clone())
                .set_tags(Some(tags.clone()))
                .send()
        })
        .await?;
        Ok(Created {
            attributes: self.desired(None, known),
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
        let client = aws.firehose(&self.resource.region);
        let tags = to_service(changed_tags(changes));
        if !tags.is_empty() {
            aws.call(self.resource.operation("TagDeliveryStream"), || {
                let request = client
                    .tag_delivery_stream()
                    .delivery_stream_name(&self.resource.identity.name);
                request.set_tags(Some(tags.clone())).send()
            })
            .await?;
        }
        if changes.len() == tags.len() {
            return Ok(());
        }
        // An update must name the newest version, or AWS answers ConcurrentModificationException.
        let stream = self.resource.describe(aws).await?;
        let update = self
            .destination_update(known)
            .map_err(|error| self.unbuildable(aws, "UpdateDestination", &error))?;
        let destination = stream.destinations().first().map(|d| d.destination_id());
        aws.call(self.resource.operation("UpdateDestination"), || {
            client
                .update_destination()
                .delivery_stream_name(&self.resource.identity.name)
                .current_delivery_stream_version_id(stream.version_id())
                .set_destination_id(destination.map(ToOwned::to_owned))
                .extended_s3_destination_update(update.clone())
                .send()
        })
        .await?;
        Ok(())
    }
}
