//! What of a stream's description becomes an attribute, beside its own destination.

use aws_sdk_firehose::types::builders::ExtendedS3DestinationDescriptionBuilder;
use aws_sdk_firehose::types::{
    BufferingHints, CompressionFormat, DataFormatConversionConfiguration,
    DeliveryStreamDescription, DeliveryStreamStatus, DeliveryStreamType, DestinationDescription,
    EncryptionConfiguration, ExtendedS3DestinationDescription, NoEncryptionConfig,
    ProcessingConfiguration, Processor, ProcessorParameter, ProcessorParameterName, ProcessorType,
    S3BackupMode, S3DestinationDescription,
};

use super::lower;

const ROLE: &str = "arn:aws:iam::123456789012:role/firehose";
const FUNCTION: &str = "arn:aws:lambda:eu-west-1:210987654321:function:theirs";

fn no_encryption() -> EncryptionConfiguration {
    EncryptionConfiguration::builder()
        .no_encryption_config(NoEncryptionConfig::NoEncryption)
        .build()
}

fn destination() -> ExtendedS3DestinationDescriptionBuilder {
    ExtendedS3DestinationDescription::builder()
        .role_arn(ROLE)
        .bucket_arn("arn:aws:s3:::logs")
        .buffering_hints(BufferingHints::builder().build())
        .compression_format(CompressionFormat::Gzip)
        .encryption_configuration(no_encryption())
}

/// The attributes that the change adds to a stream.
fn added(
    change: impl Fn(ExtendedS3DestinationDescriptionBuilder) -> ExtendedS3DestinationDescriptionBuilder,
) -> Vec<(String, serde_json::Value)> {
    let attributes = |destination: ExtendedS3DestinationDescriptionBuilder| {
        let destination = DestinationDescription::builder()
            .destination_id("1")
            .extended_s3_destination_description(destination.build().unwrap());
        let stream = DeliveryStreamDescription::builder()
            .delivery_stream_name("it")
            .delivery_stream_arn("arn")
            .delivery_stream_status(DeliveryStreamStatus::Active)
            .delivery_stream_type(DeliveryStreamType::DirectPut)
            .version_id("1")
            .destinations(destination.build().unwrap())
            .has_more_destinations(false);
        lower(&stream.build().unwrap())
    };
    let plain = attributes(destination());
    let changed = attributes(change(destination())).into_iter();
    changed
        .filter(|(name, _)| !plain.contains_key(name))
        .map(|(name, value)| (name, value.to_json()))
        .collect()
}

fn processing(enabled: bool) -> ProcessingConfiguration {
    let function = ProcessorParameter::builder()
        .parameter_name(ProcessorParameterName::LambdaArn)
        .parameter_value(FUNCTION);
    let function = Processor::builder()
        .r#type(ProcessorType::Lambda)
        .parameters(function.build().unwrap());
    let lines = Processor::builder().r#type(ProcessorType::AppendDelimiterToRecord);
    ProcessingConfiguration::builder()
        .enabled(enabled)
        .processors(function.build().unwrap())
        .processors(lines.build().unwrap())
        .build()
}

fn backup() -> S3DestinationDescription {
    S3DestinationDescription::builder()
        .role_arn(ROLE)
        .bucket_arn("arn:aws:s3:::theirs")
        .buffering_hints(BufferingHints::builder().build())
        .compression_format(CompressionFormat::Gzip)
        .encryption_configuration(no_encryption())
        .build()
        .unwrap()
}

#[test]
fn whatever_else_receives_the_records_is_an_attribute() {
    let processors = format!("{FUNCTION}, AppendDelimiterToRecord");
    let found = added(|it| it.processing_configuration(processing(true)));
    assert_eq!(found, [("processing".to_owned(), processors.into())]);

    let found = added(|it| {
        it.s3_backup_mode(S3BackupMode::Enabled)
            .s3_backup_description(backup())
    });
    assert_eq!(found, [("backup".to_owned(), "arn:aws:s3:::theirs".into())]);

    let conversion = DataFormatConversionConfiguration::builder().enabled(true);
    let conversion = conversion.build();
    let found = added(|it| it.data_format_conversion_configuration(conversion.clone()));
    assert_eq!(found, [("format_conversion".to_owned(), true.into())]);
}

#[test]
fn what_is_switched_off_is_no_attribute() {
    let off = DataFormatConversionConfiguration::builder().enabled(false);
    let off = off.build();
    let found = added(|it| {
        it.processing_configuration(processing(false))
            .data_format_conversion_configuration(off.clone())
            .s3_backup_mode(S3BackupMode::Disabled)
            .s3_backup_description(backup())
    });
    assert_eq!(found, []);
}
