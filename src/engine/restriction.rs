//! What restricts access and would be gone after a change.
//!
//! Others restrict a resource of ours on purpose, to contain somebody who misuses it: with a Deny, a
//! permissions boundary, a disabled key. Such a restriction looks like drift, so a person has to
//! agree before it is removed.

use iam_policy::lost_denials;

use crate::engine::attributes::{Change, Value};

/// The denials of a policy that are gone after `change`, in words. A document that AWS has and that
/// cannot be read may deny something too.
pub fn denials(change: &Change) -> Option<String> {
    let before = change.before.as_ref()?;
    let after = change.after.as_ref().and_then(Value::as_policy);
    match before.as_policy() {
        Some(before) => {
            let lost = lost_denials(&before, after.as_deref());
            let lost = (!lost.is_empty()).then(|| lost.join(" and "))?;
            Some(format!("the Deny of {} in {}", lost, change.attribute))
        }
        None => after.map(|_| unread(change)),
    }
}

/// A document that is gone after `change` and cannot be read, in words.
pub fn unread(change: &Change) -> String {
    format!("{}, which cannot be read and may deny", change.attribute)
}

/// Whether a policy denies something, or may do so because it cannot be read.
pub fn restricts(policy: &Value) -> bool {
    let policy = policy.as_policy();
    policy.is_none_or(|policy| !lost_denials(&policy, None).is_empty())
}
