//! Which entries of a document's lists another entry covers.

use std::collections::BTreeMap;

use crate::lint::named::has_wildcard;

/// So many entries are held against each other at most, which takes a fraction of a second. Only a document
/// of a thousand similar wildcards has more.
const MOST_COMPARISONS: usize = 1_000_000;

/// The entries that another one covers.
pub(super) struct Covered {
    /// Each with the first one that covers it.
    pub(super) entries: Vec<(usize, usize)>,
    /// Whether every entry was looked at.
    pub(super) is_complete: bool,
}

impl Covered {
    /// Of entries, each with the class within which one may cover another. `covers` has to be true only of
    /// the same texts and of a wildcard of which the letters before its first `*` or `?` begin the other
    /// text. So long lists need not be compared each with each.
    pub(super) fn of(list: Vec<(usize, &str)>, covers: fn(&str, &str) -> bool) -> Self {
        let mut first_of_text = BTreeMap::new();
        let mut by_start = BTreeMap::<_, Vec<usize>>::new();
        for (index, &(class, text)) in list.iter().enumerate() {
            first_of_text.entry((class, text)).or_insert(index);
            if has_wildcard(text) {
                by_start
                    .entry((class, start(text)))
                    .or_default()
                    .push(index);
            }
        }
        let mut left = MOST_COMPARISONS;
        let mut entries = Vec::new();
        for (index, &(class, text)) in list.iter().enumerate() {
            let same_text = first_of_text.get(&(class, text));
            let start = start(text);
            let ends = start.char_indices().map(|(at, _)| at).chain([start.len()]);
            let wildcards = ends.filter_map(|end| by_start.get(&(class, &start[..end])));
            let mut covering: Option<usize> = None;
            for &other in same_text.into_iter().chain(wildcards.flatten()) {
                if left == 0 {
                    break;
                }
                left -= 1;
                // Of two entries for the same, the second is redundant.
                if index != other
                    && covering.is_none_or(|found| other < found)
                    && covers(list[other].1, text)
                    && (other < index || !covers(text, list[other].1))
                {
                    covering = Some(other);
                }
            }
            entries.extend(covering.map(|other| (index, other)));
        }
        Covered {
            entries,
            is_complete: left > 0,
        }
    }
}

/// The letters before the first wildcard.
fn start(text: &str) -> &str {
    &text[..text.find(['*', '?']).unwrap_or(text.len())]
}
