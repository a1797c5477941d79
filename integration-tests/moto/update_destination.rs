//! Updates of the stream's destination (API Reference of Firehose, "UpdateDestination").

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_firehose::types::{
    BufferingHints, CloudWatchLoggingOptions, CompressionFormat, DataFormatConversionConfiguration,
    EncryptionConfiguration, ExtendedS3DestinationUpdate, KmsEncryptionConfig, NoEncryptionConfig,
    ProcessingConfiguration,
};
use tokio::runtime::Builder;

use super::stream::{change, describe, destination};
use crate::deployment::Deployment;
use crate::harness::{Account, MAIN, Moment};

const ADDRESS: &str = "firehose_stream.eventbridge@eu-west-1";

fn update() -> aws_sdk_firehose::types::builders::ExtendedS3DestinationUpdateBuilder {
    ExtendedS3DestinationUpdate::builder()
}

fn logging() -> CloudWatchLoggingOptions {
    CloudWatchLoggingOptions::builder()
        .enabled(true)
        .log_group_name("deliveries")
        .log_stream_name("failed")
        .build()
}

/// The settings of a destination that the program does not manage.
fn unmanaged() -> ExtendedS3DestinationUpdate {
    update()
        .cloud_watch_logging_options(logging())
        .file_extension(".json.gz")
        .custom_time_zone("Europe/Berlin")
        .build()
}

async fn has_unmanaged(account: &Account, reason: &str) {
    let stream = describe(account).await;
    let found = destination(&stream);
    let expected = unmanaged();
    assert_eq!(
        found.cloud_watch_logging_options(),
        expected.cloud_watch_logging_options(),
        "{reason}"
    );
    assert_eq!(
        found.file_extension(),
        expected.file_extension(),
        "{reason}"
    );
    assert_eq!(
        found.custom_time_zone(),
        expected.custom_time_zone(),
        "{reason}"
    );
}

#[tokio::test]
async fn each_setting_of_ours_is_corrected_and_the_others_are_kept() {
    let account = Account::applied_in_moto(&[MAIN]).await;
    change(&account, unmanaged()).await;
    account.plan(&[]).has_no_changes();

    let hints = BufferingHints::builder();
    let key = KmsEncryptionConfig::builder()
        .awskms_key_arn(format!("arn:aws:kms:{MAIN}:{}:key/other", account.id))
        .build();
    let encryption = EncryptionConfiguration::builder();
    let cases = [
        (
            "another role",
            update().role_arn(format!("arn:aws:iam::{}:role/other", account.id)),
            &["role"][..],
        ),
        (
            "another bucket",
            update().bucket_arn("arn:aws:s3:::other"),
            &["bucket"],
        ),
        ("another prefix", update().prefix("other/"), &["prefix"]),
        (
            "another prefix of failed records",
            update().error_output_prefix("failed/"),
            &["error_prefix"],
        ),
        (
            "no compression",
            update().compression_format(CompressionFormat::Uncompressed),
            &["compression"],
        ),
        (
            "a longer buffering interval",
            update().buffering_hints(
                hints
                    .clone()
                    .interval_in_seconds(900)
                    .size_in_mbs(8)
                    .build(),
            ),
            &["buffer_seconds"],
        ),
        (
            "a larger buffer",
            update().buffering_hints(hints.interval_in_seconds(60).size_in_mbs(128).build()),
            &["buffer_mebibytes"],
        ),
        (
            "another key",
            update().encryption_configuration(
                encryption
                    .clone()
                    .kms_encryption_config(key.unwrap())
                    .build(),
            ),
            &["key"],
        ),
        (
            "no encryption",
            update().encryption_configuration(
                encryption
                    .no_encryption_config(NoEncryptionConfig::NoEncryption)
                    .build(),
            ),
            &["key"],
        ),
        (
            "a transformation of records",
            update()
                .processing_configuration(ProcessingConfiguration::builder().enabled(true).build()),
            &["processing"],
        ),
        (
            "a conversion of records",
            update().data_format_conversion_configuration(
                DataFormatConversionConfiguration::builder()
                    .enabled(true)
                    .build(),
            ),
            &["format_conversion"],
        ),
        (
            "several settings at once",
            update().prefix("other/").error_output_prefix("failed/"),
            &["error_prefix", "prefix"],
        ),
    ];
    for (reason, update, attributes) in cases {
        change(&account, update.build()).await;
        let before = describe(&account).await;
        account.mends(reason, ADDRESS, "update", attributes);
        let after = describe(&account).await;
        let version = |id: &str| id.parse::<u32>().unwrap();
        assert_eq!(
            version(after.version_id()),
            version(before.version_id()) + 1,
            "{reason}: one update"
        );
        has_unmanaged(&account, reason).await;
        account.apply(&[]).writes_nothing();
    }
    Deployment::of(&account, &[MAIN]).check().await;
}

#[tokio::test]
async fn after_an_update_of_others_in_between_the_stream_is_read_again() {
    let account = Arc::new(Account::applied_in_moto(&[MAIN]).await);
    change(&account, update().prefix("other/").build()).await;

    let (first, other) = (AtomicBool::new(true), Arc::clone(&account));
    account.watch(move |call, moment| {
        let ours = call.operation == "UpdateDestination" && moment == Moment::Arrived;
        if ours && first.swap(false, Ordering::SeqCst) {
            // When moto receives our update, the update's version is no longer the newest.
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(change(&other, unmanaged()));
            let closer = update().compression_format(CompressionFormat::Uncompressed);
            runtime.block_on(change(&other, closer.build()));
        }
        true
    });
    let applied = account.apply(&[]).has_done(1);
    assert_eq!(
        applied.writes(),
        ["UpdateDestination", "UpdateDestination"],
        "{applied}"
    );
    let refused = applied
        .log
        .iter()
        .find(|it| it.contains("ConcurrentModificationException"));
    assert!(refused.is_some(), "{:#?}", applied.log);

    has_unmanaged(&account, "kept from the update in between").await;
    account.plan(&[]).has_no_changes();
    Deployment::of(&account, &[MAIN]).check().await;
}

#[tokio::test]
async fn if_the_stream_changes_at_every_attempt_the_last_refusal_is_reported() {
    let account = Arc::new(Account::applied_in_moto(&[MAIN]).await);
    change(&account, update().prefix("other/").build()).await;

    let other = Arc::clone(&account);
    account.watch(move |call, moment| {
        if call.operation == "UpdateDestination" && moment == Moment::Arrived {
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(change(&other, unmanaged()));
        }
        true
    });
    let failed = account.provision(&["apply", "--yes"]).exits(1);
    let failed = failed.says("ConcurrentModificationException");
    assert!(failed.writes().len() > 1, "tried again: {failed}");

    account.watch(|_, _| true);
    account.apply(&[]).has_done(1);
    has_unmanaged(&account, "no update of others was overwritten").await;
    Deployment::of(&account, &[MAIN]).check().await;
}
