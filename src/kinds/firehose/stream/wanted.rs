//! The stream that the settings ask for: what it is to be, and how it is created and changed.

use async_trait::async_trait;
use aws_sdk_firehose::error::BuildError;
use aws_sdk_firehose::types::{
    BufferingHints, CompressionFormat, DataFormatConversionConfiguration, DeliveryStreamStatus,
    DeliveryStreamType, EncryptionConfiguration, ExtendedS3DestinationConfiguration,
    ExtendedS3DestinationUpdate, KmsEncryptionConfig, NoEncryptionConfig, ProcessingConfiguration,
};

use super::{FirehoseStream, StreamSpec};
use crate::aws::{Aws, AwsError};
use crate::engine::attributes::{Attributes, Change, Value, changed_tags, reference};
use crate::engine::known::Known;
use crate::engine::observed::{Created, Phase, Present};
use crate::engine::permission::Permission;
use crate::engine::resource::{Specified, Wanted};
use crate::kinds::summary::{name_in, text};
use crate::kinds::tags::to_service;

const BUFFER_SECONDS: i32 = 60;
const BUFFER_MEBIBYTES: i32 = 8;

/// What the description says of a stream that AWS still creates. The stream is not judged by it: AWS
/// does not document that it is complete by then, and takes no change of the stream.
fn not_judged_yet(found: &Present) -> Attributes {
    let described = found.attributes.iter();
    let described = described.filter(|(name, _)| !name.starts_with("tags["));
    let described = described.map(|(name, value)| (name.clone(), value.clone()));
    described.collect()
}

impl Specified<'_, FirehoseStream, StreamSpec> {
    fn buffering() -> BufferingHints {
        BufferingHints::builder()
            .interval_in_seconds(BUFFER_SECONDS)
            .size_in_mbs(BUFFER_MEBIBYTES)
            .build()
    }

    /// The encryption of the objects. A wanted key whose ARN is unknown is an error, and never no
    /// encryption.
    fn encryption(&self, known: &Known) -> Result<EncryptionConfiguration, BuildError> {
        let Some(key) = &self.spec.key else {
            return Ok(EncryptionConfiguration::builder()
                .no_encryption_config(NoEncryptionConfig::NoEncryption)
                .build());
        };
        let arn = known.get(key).cloned();
        let key = KmsEncryptionConfig::builder().set_awskms_key_arn(arn);
        Ok(EncryptionConfiguration::builder()
            .kms_encryption_config(key.build()?)
            .build())
    }

    /// What the description of the stream is to say.
    fn described(&self, known: &Known) -> Attributes {
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
        attributes
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
    /// emulator may replace it. Processing and conversion are turned off explicitly, since records
    /// must arrive as they were sent.
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
            .data_format_conversion_configuration(
                DataFormatConversionConfiguration::builder()
                    .enabled(false)
                    .build(),
            )
            .build())
    }
}

#[async_trait]
impl Wanted for Specified<'_, FirehoseStream, StreamSpec> {
    fn desired(&self, found: Option<&Present>, known: &Known) -> Attributes {
        let mut attributes = match found {
            Some(found) if found.phase == Phase::Creating => not_judged_yet(found),
            _ => self.described(known),
        };
        self.resource.identity.tags.lower_desired(&mut attributes);
        attributes
    }

    fn summary(&self, desired: &Attributes) -> String {
        let text = |name| text(desired, name);
        let encryption = match desired.get("key") {
            Some(_) => ", encrypted with KMS",
            None => "",
        };
        format!(
            "{} to {}, {}{encryption}",
            text("type"),
            name_in(text("bucket")),
            text("compression"),
        )
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
            // "Back up source records" in the Firehose guide: a backup cannot be disabled.
            "backup" => Some(format!(
                "the stream also writes every record to {}, and AWS cannot switch such a backup \
                 off; delete the stream `{}`, then apply again",
                change
                    .before
                    .as_ref()
                    .and_then(Value::as_text)
                    .unwrap_or_default(),
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
        let operation = self.resource.operation("CreateDeliveryStream");
        let destination = aws.built(&operation, self.destination(known))?;
        aws.call(operation, || {
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
            arn: self.resource.identity.arn.clone(),
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
        let operation = self.resource.operation("UpdateDestination");
        let update = aws.built(&operation, self.destination_update(known))?;
        let destination = stream.destinations().first().map(|d| d.destination_id());
        aws.call(operation, || {
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
