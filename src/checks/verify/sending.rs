//! Sends what is to arrive.

use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use aws_sdk_firehose::operation::RequestId;
use aws_sdk_firehose::primitives::Blob;
use aws_sdk_firehose::types::{Record, Tag};
use serde_json::json;

use super::event::{Event, of_our_own, selects_a_call};
use crate::aws::{Aws, AwsError, ErrorKind, Operation};
use crate::engine::ownership::{DEPLOYMENT_TAG, SYSTEM_TAG};
use crate::names::Region;
use crate::systems::Delivery;

/// What was sent.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    /// What it is, in words.
    pub(super) what: String,
    /// The text by which it is known again.
    pub(super) mark: String,
}

fn operation(service: &'static str, name: &'static str, region: &Region) -> Operation {
    Operation {
        service,
        name,
        region: Some(region.clone()),
    }
}

/// Sends a record to the stream itself.
///
/// The agent reads nothing but the member `detail` of what a rule delivers (`cloudtrail.py` of its check
/// `aws_topology`), so that a record without one changes nothing for it.
pub(super) async fn record(aws: &Aws, to: &Delivery, mark: &str) -> Result<Sent, AwsError> {
    let put = operation("firehose", "PutRecord", &to.region);
    let data = json!({"provision-verify": mark, "note": "a test record, and no event"});
    let record = Record::builder().data(Blob::new(data.to_string()));
    let record = aws.built(&put, record.build())?;
    let client = aws.firehose(&to.region);
    aws.call(put, || {
        let request = client.put_record().delivery_stream_name(&to.stream);
        request.record(record.clone()).send()
    })
    .await?;
    Ok(Sent {
        what: format!("sent a test record to the stream {}", to.stream),
        mark: mark.to_owned(),
    })
}

/// Sends what the rule selects; `None` if nothing can be sent that it does.
///
/// An event of our own comes first. EventBridge takes none with a source of AWS, and answers
/// `NotAuthorizedForSourceException` (seen by users, aws-samples/serverless-patterns #3089), which is
/// the only source that the documented pattern has. Then a change that changes nothing is made of the
/// stream, which a trail logs.
pub(super) async fn event(aws: &Aws, to: &Delivery, mark: &str) -> Result<Option<Sent>, AwsError> {
    let mut refused = None;
    if let Some(event) = of_our_own(&to.pattern) {
        match put(aws, to, &event, mark).await {
            Ok(sent) => return Ok(Some(sent)),
            Err(error)
                if error.is("NotAuthorizedForSourceException")
                    || error.kind == ErrorKind::Denied =>
            {
                refused = Some(error);
            }
            Err(error) => return Err(error),
        }
    }
    match (selects_a_call(&to.pattern), refused) {
        (true, _) => tag(aws, to).await.map(Some),
        (false, Some(error)) => Err(error),
        (false, None) => Ok(None),
    }
}

/// Puts an event on the default bus. Its detail names a source that no collector of the agent listens
/// to.
async fn put(aws: &Aws, to: &Delivery, event: &Event, mark: &str) -> Result<Sent, AwsError> {
    let detail = json!({
        "eventSource": "provision.verify",
        "eventName": "Test",
        "provision-verify": mark,
    });
    let entry = PutEventsRequestEntry::builder()
        .source(&event.source)
        .detail_type(&event.detail_type)
        .detail(detail.to_string())
        .build();
    let client = aws.eventbridge(&to.region);
    aws.call_checked(
        operation("events", "PutEvents", &to.region),
        || client.put_events().entries(entry.clone()).send(),
        |answer| {
            let mut entries = answer.entries().iter();
            let failed = entries.find(|it| it.error_code().is_some())?;
            Some((failed.error_code(), failed.error_message()))
        },
    )
    .await?;
    Ok(Sent {
        what: format!(
            "sent a test event of the source {} to the default bus",
            event.source
        ),
        mark: mark.to_owned(),
    })
}

/// Gives the stream the ownership tags that it has. The event is known again by the id of this request
/// (CloudTrail User Guide, "CloudTrail record contents", `requestID`).
async fn tag(aws: &Aws, to: &Delivery) -> Result<Sent, AwsError> {
    let call = operation("firehose", "TagDeliveryStream", &to.region);
    let ours = to.tags.iter();
    let ours = ours.filter(|(key, _)| [SYSTEM_TAG, DEPLOYMENT_TAG].contains(key));
    let tags =
        ours.map(|(key, value)| aws.built(&call, Tag::builder().key(key).value(value).build()));
    let tags: Vec<Tag> = tags.collect::<Result<_, _>>()?;
    let client = aws.firehose(&to.region);
    let answer = aws
        .call(call.clone(), || {
            let request = client.tag_delivery_stream();
            let request = request.delivery_stream_name(&to.stream);
            request.set_tags(Some(tags.clone())).send()
        })
        .await?;
    let id = answer.request_id().map(str::to_owned);
    Ok(Sent {
        what: format!(
            "gave the stream {} the ownership tags that it has (firehose:TagDeliveryStream), which a \
             trail logs and the rule selects",
            to.stream
        ),
        mark: id.ok_or_else(|| aws.name(AwsError::incomplete(call, "the id of the request")))?,
    })
}
