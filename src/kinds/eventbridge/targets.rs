//! Helpers that the rule and its target share: EventBridge's operations, and the list of a rule's
//! targets.

use aws_sdk_eventbridge::types::Target;

use crate::aws::{Aws, AwsError, Operation};
use crate::engine::resource::gone_is_fine;
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

/// Removes the targets with these ids from a rule. A rule that is gone has no targets.
///
/// # Errors
/// Those of `events:RemoveTargets`, and the first target that EventBridge did not remove.
pub(super) async fn remove_targets(
    aws: &Aws,
    region: &Region,
    rule: &str,
    ids: Vec<String>,
) -> Result<(), AwsError> {
    let client = aws.eventbridge(region);
    let remove = || {
        let request = client.remove_targets().rule(rule);
        request.set_ids(Some(ids.clone())).send()
    };
    let operation = events_operation("RemoveTargets", region);
    let answer = aws.call_checked(operation, remove, |answer| {
        let first = answer.failed_entries().first();
        let first = first.map(|entry| (entry.error_code(), entry.error_message()));
        failed_entry(first, answer.failed_entry_count())
    });
    gone_is_fine(answer.await)
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
