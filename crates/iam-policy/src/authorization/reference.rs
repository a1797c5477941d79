//! The committed data, and looking things up in it. Each section is parsed once, when it is first asked
//! for.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use super::condition_key::ConditionKey;
use super::section;
use super::service::Service;

pub(super) const REFERENCE: &str = include_str!("data/reference.txt");

/// The lines of each section by its prefix in lower case, and what they say.
static SECTIONS: LazyLock<BTreeMap<String, Section>> = LazyLock::new(|| {
    let sections = REFERENCE.split("\n@").skip(1);
    let sections = sections.map(|text| text.split_once('\n').unwrap_or((text, "")));
    sections
        .map(|(prefix, text)| {
            let service = OnceLock::new();
            let section = Section {
                prefix,
                text,
                service,
            };
            (prefix.to_ascii_lowercase(), section)
        })
        .collect()
});

/// The keys of services whose prefix is that of no service, such as those of federated sessions, by that
/// prefix in lower case; those whose prefix is open are by the empty one.
static KEYS_OF_NO_SERVICE: LazyLock<BTreeMap<String, Vec<&ConditionKey>>> = LazyLock::new(|| {
    let mut keys = BTreeMap::<_, Vec<&ConditionKey>>::new();
    for key in services().flat_map(|service| &service.condition_keys) {
        let prefix = prefix(key.name).filter(|it| !it.contains("${"));
        let prefix = prefix.unwrap_or_default().to_ascii_lowercase();
        if section(&prefix).is_none() {
            let known = keys.entry(prefix).or_default();
            if !known.contains(&key) {
                known.push(key);
            }
        }
    }
    keys
});

/// The part of a condition key before the first colon.
fn prefix(key: &str) -> Option<&str> {
    Some(key.split_once(':')?.0)
}

/// The section without a prefix is that of the global condition keys.
struct Section {
    prefix: &'static str,
    text: &'static str,
    service: OnceLock<Option<Service>>,
}

impl Section {
    fn service(&self) -> Option<&Service> {
        let read = || section::service(self.prefix, self.text);
        self.service.get_or_init(read).as_ref()
    }
}

fn section(prefix: &str) -> Option<&'static Section> {
    SECTIONS
        .get(&prefix.to_ascii_lowercase())
        .filter(|_| !prefix.is_empty())
}

/// The service whose actions have that prefix, whose case AWS ignores.
#[must_use]
pub fn service(prefix: &str) -> Option<&'static Service> {
    section(prefix)?.service()
}

/// All services, one after the other.
pub fn services() -> impl Iterator<Item = &'static Service> {
    let sections = SECTIONS.values().filter(|it| !it.prefix.is_empty());
    sections.filter_map(Section::service)
}

/// The prefixes of all services, sorted.
pub fn prefixes() -> impl Iterator<Item = &'static str> {
    let prefixes = SECTIONS.values().map(|section| section.prefix);
    prefixes.filter(|prefix| !prefix.is_empty())
}

/// The definition of a condition key that some service lists, whose case AWS ignores.
#[must_use]
pub fn condition_key(name: &str) -> Option<&'static ConditionKey> {
    let prefix = prefix(name)?;
    if let Some(service) = service(prefix) {
        return service.condition_key(name);
    }
    let prefixes = [prefix.to_ascii_lowercase(), String::new()];
    let mut keys = prefixes.iter().flat_map(|it| KEYS_OF_NO_SERVICE.get(it));
    keys.find_map(|keys| keys.iter().find(|key| key.matches(name)).copied())
}

/// The keys that requests to every service can have: those that begin with `aws:`, and those of the
/// session that some services set.
#[must_use]
pub fn global_keys() -> Vec<ConditionKey> {
    let section = SECTIONS.get("");
    section
        .and_then(|section| section::keys(section.text))
        .unwrap_or_default()
}
