//! Which denials of a policy are lost when another policy takes its place.

use super::canonical::{Atom, Canonical};
use super::compare::Comparison;
use super::diff::name;
use super::document::Policy;
use crate::reading::Effect;

/// The statements of `before` that deny something that no statement of `after` denies, by name:
/// `statement "Sid"`, or `statement 2` without a Sid.
///
/// A denial is kept if one of `after` denies at least the same: the same principal or everyone, an
/// action and a resource that are the same or a wildcard of it, and no condition beside those of
/// the denial before. In doubt a denial counts as lost.
#[must_use]
pub fn lost_denials(before: &Policy, after: Option<&Policy>) -> Vec<String> {
    let named = before.statements().iter().enumerate();
    let denials = named.filter(|(_, statement)| statement.effect() == Effect::Deny);
    let Some(after) = after else {
        return denials.map(|(index, it)| name(index, it)).collect();
    };
    let comparison = Comparison::of(before, after);
    let kept = comparison.after.iter();
    let kept: Vec<Atom> = kept.flat_map(|statement| statement.atoms(false)).collect();
    let is_lost = |statement: &Canonical| {
        let mut atoms = statement.atoms(comparison.apart).into_iter();
        atoms.any(|atom| !kept.iter().any(|kept| kept.denies(&atom)))
    };
    denials
        .filter(|(index, _)| is_lost(&comparison.before[*index]))
        .map(|(index, it)| name(index, it))
        .collect()
}

#[cfg(test)]
#[path = "denials_tests.rs"]
mod tests;
