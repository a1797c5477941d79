//! Reads and changes the stream through the SDK, as others do.

use aws_sdk_firehose::types::{
    DeliveryStreamDescription, ExtendedS3DestinationDescription, ExtendedS3DestinationUpdate,
};

use crate::harness::{Account, MAIN};

pub const STREAM: &str = "stackstate-eventbridge-stream";

pub async fn describe(account: &Account) -> DeliveryStreamDescription {
    let firehose = account.firehose(MAIN);
    let stream = firehose.describe_delivery_stream();
    let stream = stream.delivery_stream_name(STREAM).send().await.unwrap();
    stream.delivery_stream_description.unwrap()
}

pub fn destination(stream: &DeliveryStreamDescription) -> &ExtendedS3DestinationDescription {
    let destination = stream.destinations()[0].extended_s3_destination_description();
    destination.unwrap()
}

/// Changes the settings in `update` by hand; the merge keeps the others.
pub async fn change(account: &Account, update: ExtendedS3DestinationUpdate) {
    let stream = describe(account).await;
    let firehose = account.firehose(MAIN);
    let request = firehose
        .update_destination()
        .delivery_stream_name(STREAM)
        .current_delivery_stream_version_id(stream.version_id())
        .destination_id(stream.destinations()[0].destination_id())
        .extended_s3_destination_update(update);
    request.send().await.unwrap();
}
