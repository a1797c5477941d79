//! What of a stream's description becomes an attribute, beside its own destination, and what a stream
//! is judged by while AWS creates it.

use aws_sdk_firehose::types::builders::ExtendedS3DestinationDescriptionBuilder;
use aws_sdk_firehose::types::{
    BufferingHints, CompressionFormat, DataFormatConversionConfiguration,
    DeliveryStreamDescription, DeliveryStreamStatus, DeliveryStreamType, DestinationDescription,
    EncryptionConfiguration, ExtendedS3DestinationDescription, NoEncryptionConfig,
    ProcessingConfiguration, Processor, ProcessorParameter, ProcessorParameterName, ProcessorType,
    S3BackupMode, S3DestinationDescription,
};

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::watch;

use super::{FirehoseStream, KIND, StreamSpec, lower};
use crate::aws::{Aws, Connections};
use crate::engine::address::Address;
use crate::engine::attributes;
use crate::engine::identity::Identity;
use crate::engine::known::Known;
use crate::engine::observed::{Observed, Phase, Present};
use crate::engine::ownership::{Owner, Tags};
use crate::engine::resource::Resource;
use crate::fakes::http;

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

fn stream() -> FirehoseStream {
    let region = "eu-west-1".parse().unwrap();
    FirehoseStream {
        identity: Identity {
            address: Address::regional(KIND, "a", &region),
            name: "a".to_owned(),
            arn: Some("arn:aws:firehose:eu-west-1:123456789012:deliverystream/a".to_owned()),
            tags: Tags::new("stackstate", "default", &BTreeMap::new()),
        },
        region,
        spec: Some(StreamSpec {
            role_arn: ROLE.to_owned(),
            bucket_arn: "arn:aws:s3:::logs".to_owned(),
            prefix: String::new(),
            error_prefix: String::new(),
            key: None,
        }),
    }
}

/// An account with a stream of ours and no destination. AWS creates it until it was described `busy`
/// times. The lists of its tags are counted.
fn account(busy: usize, stop: watch::Receiver<bool>) -> (Aws, Arc<AtomicUsize>) {
    let lists = Arc::new(AtomicUsize::new(0));
    let (listed, described) = (Arc::clone(&lists), AtomicUsize::new(0));
    let session = http::session(move |request| {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        if target.ends_with("ListTagsForDeliveryStream") {
            listed.fetch_add(1, Ordering::Relaxed);
            let body = r#"{"HasMoreTags": false, "Tags": [
                {"Key": "provision:system", "Value": "stackstate"},
                {"Key": "provision:deployment", "Value": "default"}]}"#;
            return (200, body.to_owned());
        }
        if target.ends_with("CreateDeliveryStream") {
            return (200, r#"{"DeliveryStreamARN": "arn"}"#.to_owned());
        }
        let is_busy = described.fetch_add(1, Ordering::Relaxed) < busy;
        let status = if is_busy { "CREATING" } else { "ACTIVE" };
        let body = format!(
            r#"{{"DeliveryStreamDescription": {{"DeliveryStreamName": "a",
                "DeliveryStreamARN": "arn", "DeliveryStreamStatus": "{status}",
                "DeliveryStreamType": "DirectPut", "VersionId": "1", "Destinations": [],
                "HasMoreDestinations": false}}}}"#
        );
        (200, body)
    });
    let aws = Connections::new(8, stop).account(&session, None, &[]);
    (aws, lists)
}

fn present(observed: Observed) -> Present {
    match observed {
        Observed::Present(present) => present,
        other => panic!("{other:?}"),
    }
}

async fn observed(stream: &FirehoseStream, aws: &Aws) -> Present {
    present(stream.observe(aws).await.unwrap())
}

/// AWS answers 5 calls a second about tags (API Reference, "ListTagsForDeliveryStream").
#[tokio::test]
async fn the_tags_of_a_stream_that_the_run_has_created_are_not_listed() {
    let (_stop, stopped) = watch::channel(false);
    let (aws, lists) = account(1, stopped);
    let stream = stream();
    let known = Known::new();
    let created = stream.wanted().unwrap().create(&aws, &known).await.unwrap();
    let arn = created.arn.unwrap();
    for phase in [Phase::Creating, Phase::Stable] {
        let present = present(stream.observe_known(&aws, &arn).await.unwrap());
        assert_eq!((present.phase, present.owner), (phase, Owner::Ours));
        let tags = present
            .attributes
            .keys()
            .filter(|it| it.starts_with("tags["));
        assert_eq!(tags.count(), 2);
    }
    assert_eq!(lists.load(Ordering::Relaxed), 0);
}

/// It may be somebody else's, also while AWS creates it.
#[tokio::test]
async fn the_tags_of_any_other_stream_are_listed_in_every_look() {
    let (_stop, stopped) = watch::channel(false);
    let (aws, lists) = account(1, stopped);
    for (expected, phase) in [(1, Phase::Creating), (2, Phase::Stable)] {
        let present = observed(&stream(), &aws).await;
        assert_eq!((present.phase, present.owner), (phase, Owner::Ours));
        assert_eq!(lists.load(Ordering::Relaxed), expected);
    }
}

/// No document says that the description of a stream is complete while its status is CREATING.
#[tokio::test]
async fn a_stream_is_not_judged_before_it_is_made() {
    let (_stop, stopped) = watch::channel(false);
    let (aws, _) = account(1, stopped);
    let stream = stream();
    let wanted = stream.wanted().unwrap();
    let changes = |found: &Present| {
        let desired = wanted.desired(Some(found), &Known::new());
        attributes::diff(&found.attributes, &desired)
    };
    let found = observed(&stream, &aws).await;
    assert_eq!(changes(&found), []);
    let found = observed(&stream, &aws).await;
    let made = changes(&found);
    let reason = made.iter().find_map(|change| wanted.immutable(change));
    assert!(
        reason.is_some_and(|it| it.contains("delivers to something else than S3")),
        "{made:?}"
    );
}
