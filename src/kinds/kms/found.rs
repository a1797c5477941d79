//! A key as it was read.

use aws_sdk_kms::primitives::{DateTime, DateTimeFormat};
use aws_sdk_kms::types::{KeyMetadata, KeyState};

use crate::engine::attributes::{Attributes, Value};
use crate::engine::observed::Present;

/// How many aliases or keys a text names.
pub(super) const MOST_NAMED: usize = 5;

const UNKNOWN_TIME: &str = "at an unknown time";

/// A key as it was read.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) key: KeyMetadata,
    pub(super) present: Present,
    /// Its aliases except ours, where they were read.
    pub(super) other_aliases: Option<Vec<String>>,
}

impl Found {
    pub(super) fn is_doomed(&self) -> bool {
        is_doomed(&self.key)
    }
}

/// Whether the key waits for its deletion, or for that of its replicas first (API Reference,
/// "ScheduleKeyDeletion").
pub(super) fn is_doomed(key: &KeyMetadata) -> bool {
    let doomed = [KeyState::PendingDeletion, KeyState::PendingReplicaDeletion];
    key.key_state().is_some_and(|state| doomed.contains(state))
}

/// Lowers a key to its attributes, without alias and tags.
pub(super) fn attributes_of(key: &KeyMetadata, (policy, rotation): (Value, Value)) -> Attributes {
    let text = |value: Option<&str>| Value::from(value.unwrap_or("unknown"));
    let spec = key.key_spec().map(|spec| spec.as_str());
    let origin = key.origin().map(|origin| origin.as_str());
    let state = key.key_state().map(KeyState::as_str);
    let description = key.description().unwrap_or_default();
    let is_multi_region = key.multi_region().unwrap_or_default();
    Attributes::from([
        ("description".to_owned(), description.into()),
        ("key_policy".to_owned(), policy),
        ("key_spec".to_owned(), text(spec)),
        ("multi_region".to_owned(), is_multi_region.into()),
        ("origin".to_owned(), text(origin)),
        ("rotation".to_owned(), rotation),
        ("state".to_owned(), text(state)),
    ])
}

/// The day in UTC, such as 2026-12-28.
pub(super) fn day(time: &DateTime) -> String {
    let text = time.fmt(DateTimeFormat::DateTime).ok();
    text.map_or_else(
        || UNKNOWN_TIME.to_owned(),
        |text| text.chars().take(10).collect(),
    )
}

/// Which key it is, for a person who decides about its change or deletion. Only what stays as it is
/// from day to day is in it, because a saved plan is compared with the plan of a later day.
pub(super) fn described(key: &KeyMetadata, other_aliases: &[String]) -> String {
    let created = key.creation_date();
    let created = created.map_or_else(|| UNKNOWN_TIME.to_owned(), day);
    let aliases = match other_aliases {
        [] => "no other alias".to_owned(),
        aliases => format!("also {}", named(aliases)),
    };
    // A quote in the description could end it early and tell lies about the aliases.
    let description = key.description().unwrap_or_default().replace('"', "'");
    format!(
        "the key {}, created {created}, \"{description}\", {aliases}",
        key.key_id()
    )
}

/// The first of `names`, and how many more there are.
pub(super) fn named(names: &[String]) -> String {
    let more = names.len().saturating_sub(MOST_NAMED);
    let first = names[..names.len() - more].join(", ");
    match more {
        0 => first,
        _ => format!("{first} and {more} more"),
    }
}
