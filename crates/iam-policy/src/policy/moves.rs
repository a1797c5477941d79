//! Which statements a diff shows because of others that it shows.
//!
//! Without this, an action that moved from a changed statement to a new one would be shown as removed, and
//! not where it is now.

use std::collections::{BTreeMap, BTreeSet};

use super::canonical::{Atom, Canonical};
use super::compare::Comparison;

/// The statements of one policy.
struct Side<'a> {
    statements: &'a [Canonical],
    /// The statement of the other policy with which each is compared.
    partners: Vec<Option<usize>>,
    /// By atom, the statements that have it and have changed.
    holders: BTreeMap<Atom<'a>, Vec<usize>>,
    shown: Vec<bool>,
}

/// For each statement of the two policies, whether it is shown: those that lost or gained something, and
/// those that have now, or had before, what these are shown to lose or to gain, and so on. A statement that
/// its partner equals has no line.
pub(super) fn with_moves(
    comparison: &Comparison,
    partners: &[Option<usize>],
    lost: Vec<bool>,
    gained: Vec<bool>,
) -> [Vec<bool>; 2] {
    let (old, new) = (&comparison.before, &comparison.after);
    let mut of_old = vec![None; old.len()];
    for (index, partner) in partners.iter().enumerate() {
        if let Some(partner) = *partner {
            of_old[partner] = Some(index);
        }
    }
    let apart = comparison.apart;
    let mut sides = [
        Side::of(old, new, of_old, lost, apart),
        Side::of(new, old, partners.to_vec(), gained, apart),
    ];
    let mut open: Vec<(usize, usize)> = Vec::new();
    for (side, statements) in sides.iter().enumerate() {
        let shown = (0..statements.shown.len()).filter(|&index| statements.shown[index]);
        open.extend(shown.map(|index| (side, index)));
    }
    while let Some((side, index)) = open.pop() {
        let other = 1 - side;
        let partner = sides[side].partners[index];
        let kept: BTreeSet<Atom> = partner
            .iter()
            .flat_map(|&it| sides[other].statements[it].atoms(apart))
            .collect();
        let moved = sides[side].statements[index].atoms(apart).into_iter();
        let moved = moved.filter(|atom| !kept.contains(atom));
        // What has been looked at once need not be looked at again.
        let holders = moved.filter_map(|atom| sides[other].holders.remove(&atom));
        let linked: Vec<usize> = holders.flatten().chain(partner).collect();
        for linked in linked {
            if !std::mem::replace(&mut sides[other].shown[linked], true) {
                open.push((other, linked));
            }
        }
    }
    sides.map(|side| side.shown)
}

impl<'a> Side<'a> {
    fn of(
        statements: &'a [Canonical],
        others: &[Canonical],
        partners: Vec<Option<usize>>,
        shown: Vec<bool>,
        apart: bool,
    ) -> Self {
        let mut holders: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (index, statement) in statements.iter().enumerate() {
            if partners[index].is_none_or(|partner| others[partner] != *statement) {
                for atom in statement.atoms(apart) {
                    holders.entry(atom).or_default().push(index);
                }
            }
        }
        Side {
            statements,
            partners,
            holders,
            shown,
        }
    }
}
