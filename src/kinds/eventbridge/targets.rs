//! Helpers that the rule and its target share: EventBridge's operations, and the list of a rule's
//! targets.

use aws_sdk_eventbridge::types::Target;

use crate::aws::{Aws, AwsError, Operation};
use crate::names::Region;

/// An operation of EventBridge.
pub(super) fn events_operation(name: &'static str, region: &Region) -> Operation {
    Operation {
        service: "events",
        name,
        region: Some(region.clone()),
    }
}

/// Every target of a rule, those of others included.
///
/// # Errors
/// Those of `events:ListTargetsByRule`, [`ErrorKind::NotFound`](crate::aws::ErrorKind::NotFound) if
/// there is no such rule among them.
pub(super) async fn targets(
    aws: &Aws,
    region: &Region,
    rule: &str,
) -> Result<Vec<Target>, AwsError> {
    let client = aws.eventbridge(region);
    aws.list(
        events_operation("ListTargetsByRule", region),
        |token| {
            let request = client.list_targets_by_rule().rule(rule);
            request.set_next_token(token).send()
        },
        |answer| (answer.targets.unwrap_or_default(), answer.next_token),
    )
    .await
}

/// The code and the message of an entry that failed.
type Failed<'a> = (Option<&'a str>, Option<&'a str>);

/// The failure for an entry that EventBridge counts as failed and does not list.
const UNLISTED: Failed<'static> = (
    None,
    Some("an entry failed, and EventBridge does not say why"),
);

/// The first failure in an answer that lists and counts failed entries.
pub(super) fn failed_entry(first: Option<Failed<'_>>, count: i32) -> Option<Failed<'_>> {
    first.or((count > 0).then_some(UNLISTED))
}
