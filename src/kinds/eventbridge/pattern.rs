//! How long an event pattern may be.

use serde_json::Value as Json;

/// The characters that an event pattern may have at most (API Reference, "PutRule").
pub const LIMIT: usize = 4_096;
/// The characters that it may have in an account whose quota was not raised (EventBridge User Guide,
/// "Amazon EventBridge quotas").
pub const QUOTA: usize = 2_048;

/// The number of characters of a pattern as it is sent.
pub fn size(pattern: &Json) -> usize {
    pattern.to_string().chars().count()
}

/// What a person should know about a pattern that is longer than the quota of most accounts.
pub fn over_quota(pattern: &Json) -> Option<String> {
    let size = size(pattern);
    (size > QUOTA).then(|| {
        format!(
            "the event pattern has {size} characters, and AWS allows {QUOTA} unless the quota \
             \"Event pattern size\" of EventBridge was raised (Service Quotas)"
        )
    })
}
