//! What a word means, however it is written, and what is near to a word that means nothing.

use super::topic::{Group, Topic};
use crate::failure::Failure;
use crate::names::Region;

/// How far a word may be from what it is taken for, as a share of its letters.
const NEAR: f64 = 0.55;
/// A word of so many letters is near to every name that has it in it.
const SHORTEST_PART: usize = 4;
/// How many near words are named.
const MOST_NEAR: usize = 3;

/// The topics that a word means: several, where attributes of several kinds have the same name. An
/// address whose name is of the settings means the one resource of its kind, or the kind.
pub(super) fn find<'a>(topics: &'a [Topic], word: &str) -> Vec<&'a Topic> {
    let means = |topic: &&Topic, word: &str| topic.words.iter().any(|it| normal(it) == word);
    let word = normal(word);
    let found: Vec<&Topic> = topics.iter().filter(|topic| means(topic, &word)).collect();
    let Some((kind, _)) = word.split_once('.').filter(|_| found.is_empty()) else {
        return found;
    };
    let is_of_kind = |topic: &&Topic| {
        topic.group == Group::Resource && topic.name().split('.').next() == Some(kind)
    };
    let of_kind: Vec<&Topic> = topics.iter().filter(is_of_kind).collect();
    match of_kind.len() {
        1 => of_kind,
        _ => {
            let kinds = topics.iter().filter(|topic| topic.group == Group::Kind);
            kinds.filter(|topic| topic.name() == kind).collect()
        }
    }
}

/// A word without what differs between deployments: regions, account numbers, the keys of attributes.
fn normal(word: &str) -> String {
    let mut word = family(word).replace("MAIN_REGION", "REGION");
    for region in Region::all() {
        word = word.replace(region.name(), "REGION");
    }
    let mut normal = String::new();
    for part in word.split_inclusive(|c: char| !c.is_ascii_digit()) {
        let digits = part.trim_end_matches(|c: char| !c.is_ascii_digit());
        let rest = &part[digits.len()..];
        normal.push_str(if digits.len() == 12 {
            "ACCOUNT"
        } else {
            digits
        });
        normal.push_str(rest);
    }
    let normal = normal.strip_suffix("@REGION").unwrap_or(&normal);
    normal.to_ascii_lowercase()
}

/// The name of an attribute without its key: `tags[]` for `tags[team]`.
pub(super) fn family(name: &str) -> String {
    match name.split_once('[') {
        Some((family, _)) if name.ends_with(']') => format!("{family}[]"),
        _ => name.to_owned(),
    }
}

pub(super) fn unknown(topics: &[Topic], word: &str) -> Failure {
    let failure = Failure::new(format!("nothing is called {word:?}"));
    let word = normal(word);
    let mut near: Vec<(f64, &str)> = topics
        .iter()
        .filter_map(|topic| {
            if word.len() >= SHORTEST_PART && normal(topic.name()).contains(&word) {
                return Some((1.0, topic.name()));
            }
            let words = topic.words.iter();
            let nearness = words.map(|it| strsim::normalized_levenshtein(&normal(it), &word));
            Some((nearness.max_by(f64::total_cmp)?, topic.name()))
        })
        .filter(|(nearness, _)| *nearness >= NEAR)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    near.dedup_by_key(|it| it.1);
    let near: Vec<&str> = near.iter().take(MOST_NEAR).map(|it| it.1).collect();
    failure.hint(match near[..] {
        [] => "`provision explain` lists what can be explained".to_owned(),
        _ => format!(
            "Near are {}; `provision explain` lists what can be explained",
            near.join(", ")
        ),
    })
}
