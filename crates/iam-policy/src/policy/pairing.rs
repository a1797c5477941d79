//! Which statements of two policies a diff compares with each other.

use std::collections::{BTreeMap, BTreeSet};

use super::canonical::Canonical;
use super::document::Policy;
use super::elements::{Group, elements};
use super::reading::Reading;
use super::statement::Statement;

/// Above this number of pairs, statements without a common Sid are not paired by similarity. A hostile
/// policy of thousands of statements then costs no more than a long list.
const MAX_CANDIDATES: usize = 10_000;

/// One policy of a comparison.
pub(super) struct Side<'a> {
    pub(super) policy: &'a Policy,
    pub(super) canonical: &'a [Canonical],
    /// For each statement, whether it has a combination that the other policy does not have.
    pub(super) differs: &'a [bool],
    pub(super) reading: Reading,
}

/// For each new statement the old one that it is compared with: one that means the same, else one
/// of the same Sid, else the most similar one, preferably among those that make a difference. The
/// only statements of two policies, such as trust policies, are always compared with each other.
pub(super) fn pair(before: &Side<'_>, after: &Side<'_>) -> Vec<Option<usize>> {
    let mut pairs = Pairs {
        partners: vec![None; after.canonical.len()],
        taken: vec![false; before.canonical.len()],
    };
    pairs.by_key(
        before.canonical.iter().map(Some),
        after.canonical.iter().map(Some),
    );
    let (old, new) = (before.policy.statements(), after.policy.statements());
    pairs.by_key(
        old.iter().map(Statement::sid),
        new.iter().map(Statement::sid),
    );
    pairs.by_similarity(before, after, |i| before.differs[i], |i| after.differs[i]);
    pairs.by_similarity(before, after, |_| true, |_| true);
    if old.len() == 1 && new.len() == 1 {
        pairs.set(0, 0);
    }
    pairs.partners
}

struct Pairs {
    partners: Vec<Option<usize>>,
    taken: Vec<bool>,
}

impl Pairs {
    /// Pairs the statements that are still free and have equal keys, in order.
    fn by_key<K: Ord>(
        &mut self,
        old: impl Iterator<Item = Option<K>>,
        new: impl Iterator<Item = Option<K>>,
    ) {
        let mut free: BTreeMap<K, Vec<usize>> = BTreeMap::new();
        for (index, key) in old.enumerate() {
            if let Some(key) = key.filter(|_| !self.taken[index]) {
                free.entry(key).or_default().push(index);
            }
        }
        // The first is wanted, and the last of a list is the cheapest to take.
        for indices in free.values_mut() {
            indices.reverse();
        }
        for (index, key) in new.enumerate() {
            if let Some(key) = key.filter(|_| self.partners[index].is_none())
                && let Some(partner) = free.get_mut(&key).and_then(Vec::pop)
            {
                self.set(partner, index);
            }
        }
    }

    /// Pairs the statements that are still free, are eligible, and share at least half of their parts,
    /// the most similar first.
    fn by_similarity(
        &mut self,
        before: &Side<'_>,
        after: &Side<'_>,
        old_eligible: impl Fn(usize) -> bool,
        new_eligible: impl Fn(usize) -> bool,
    ) {
        let old: Vec<_> = (0..before.canonical.len())
            .filter(|&i| !self.taken[i] && old_eligible(i))
            .collect();
        let new: Vec<_> = (0..after.canonical.len())
            .filter(|&i| self.partners[i].is_none() && new_eligible(i))
            .collect();
        if old.len().saturating_mul(new.len()) > MAX_CANDIDATES {
            return;
        }
        let old: Vec<_> = old.iter().map(|&i| (i, before.keys(i))).collect();
        let new: Vec<_> = new.iter().map(|&i| (i, after.keys(i))).collect();
        let mut candidates = Vec::new();
        for (old_index, old_keys) in &old {
            for (new_index, new_keys) in &new {
                let shared = old_keys.intersection(new_keys).count();
                let total = old_keys.len() + new_keys.len();
                if 4 * shared >= total {
                    candidates.push((shared, total, *old_index, *new_index));
                }
            }
        }
        // The sort is stable: among equals the document's order decides.
        candidates.sort_by(|a, b| (b.0 * a.1).cmp(&(a.0 * b.1)));
        for (_, _, old_index, new_index) in candidates {
            if !self.taken[old_index] && self.partners[new_index].is_none() {
                self.set(old_index, new_index);
            }
        }
    }

    fn set(&mut self, old_index: usize, new_index: usize) {
        self.taken[old_index] = true;
        self.partners[new_index] = Some(old_index);
    }
}

impl Side<'_> {
    /// The parts by which a statement's similarity is measured: all but the effect, which most statements
    /// share.
    fn keys(&self, index: usize) -> BTreeSet<Vec<String>> {
        let parts = elements(&self.policy.statements()[index], self.reading).into_iter();
        let telling = parts.filter(|element| element.group != Group::Effect);
        telling.map(|element| element.key).collect()
    }
}
