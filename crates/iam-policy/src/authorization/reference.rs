//! The committed data, and looking things up in it.

use super::condition_key::ConditionKey;
use super::section;
use super::service::Service;

pub(super) const REFERENCE: &str = include_str!("data/reference.txt");

/// The service whose actions have that prefix, whose case AWS ignores.
#[must_use]
pub fn service(prefix: &str) -> Option<Service> {
    let mut sections = sections();
    let (prefix, text) = sections.find(|(known, _)| known.eq_ignore_ascii_case(prefix))?;
    section::service(prefix, text)
}

/// All services, one after the other.
pub fn services() -> impl Iterator<Item = Service> {
    sections().filter_map(|(prefix, text)| section::service(prefix, text))
}

/// The prefixes of all services, sorted.
pub fn prefixes() -> impl Iterator<Item = &'static str> {
    sections().map(|(prefix, _)| prefix)
}

/// The keys that requests to every service can have: those that begin with `aws:`, and those of the
/// session that some services set.
#[must_use]
pub fn global_keys() -> Vec<ConditionKey> {
    let mut sections = all_sections();
    sections
        .find(|(prefix, _)| prefix.is_empty())
        .and_then(|(_, text)| section::keys(text))
        .unwrap_or_default()
}

/// The prefix and the lines of each service.
fn sections() -> impl Iterator<Item = (&'static str, &'static str)> {
    all_sections().filter(|(prefix, _)| !prefix.is_empty())
}

/// The section without a prefix is that of the global condition keys.
fn all_sections() -> impl Iterator<Item = (&'static str, &'static str)> {
    let sections = REFERENCE.split("\n@").skip(1);
    sections.map(|section| section.split_once('\n').unwrap_or((section, "")))
}
