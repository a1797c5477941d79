//! Whether two policies mean the same to AWS.
//!
//! AWS evaluates a policy as a set of statements, and a statement with several actions, resources
//! or principals as if each combination had a statement of its own. So each policy is lowered to
//! the set of those combinations, here called atoms. A `Not…` list stays whole, because "everything
//! except a and b" is no union. A statement that can match nothing, because its list of actions,
//! resources or principals is empty, has no atoms. Atoms that never make a difference beside the others
//! are left out, and the sets are compared.
//!
//! Two policies may mean the same in ways that are not looked for. The answer "different" is then wrong,
//! and the answer "the same" never is.

use std::collections::BTreeSet;

use super::canonical::{Atom, Canonical};
use super::document::Policy;
use super::reading::Reading;

/// The most atoms into which one policy is taken apart. Real policies have far fewer. A hostile policy,
/// whose lists multiply to billions, must not cost memory.
const MAX_ATOMS: usize = 20_000;

/// The most atoms of one policy each of which is held against each other one.
const MAX_COMPARED: usize = 600;

/// Whether AWS evaluates both policies in the same way for every request, as far as the texts show.
///
/// "Yes" is always right. Policies that multiply to more than 20,000 combinations of principal,
/// action and resource are compared statement by statement: one that is merely split differently
/// then counts as different. Combinations that others cover are looked for up to
/// 600.
#[must_use]
pub fn same_meaning(a: &Policy, b: &Policy) -> bool {
    let comparison = Comparison::of(a, b);
    let all = comparison.atoms();
    all.before == all.after || {
        let effective = comparison.effective(all);
        effective.before == effective.after
    }
}

/// Two policies in canonical form, statement by statement in each document's order.
pub(super) struct Comparison {
    pub(super) before: Vec<Canonical>,
    pub(super) after: Vec<Canonical>,
    pub(super) readings: [Reading; 2],
    /// Whether the statements can be taken apart into atoms within the limit.
    pub(super) apart: bool,
}

/// The atoms of two policies.
pub(super) struct Atoms<'a> {
    pub(super) before: BTreeSet<Atom<'a>>,
    pub(super) after: BTreeSet<Atom<'a>>,
}

impl Comparison {
    pub(super) fn of(before: &Policy, after: &Policy) -> Self {
        let together = || before.statements().iter().chain(after.statements());
        let readings = [before, after].map(|it| Reading::of(it.version(), together()));
        let canonical = |policy: &Policy, reading: Reading| {
            let statements = policy.statements().iter();
            let canonical = statements.map(|statement| Canonical::read(statement, reading));
            canonical.collect::<Vec<_>>()
        };
        let before = canonical(before, readings[0]);
        let after = canonical(after, readings[1]);
        let apart = fits(&before) && fits(&after);
        Comparison {
            before,
            after,
            readings,
            apart,
        }
    }

    /// All atoms, or the statements themselves if they are not to be taken apart.
    pub(super) fn atoms(&self) -> Atoms<'_> {
        Atoms {
            before: self
                .before
                .iter()
                .flat_map(|s| s.atoms(self.apart))
                .collect(),
            after: self
                .after
                .iter()
                .flat_map(|s| s.atoms(self.apart))
                .collect(),
        }
    }

    /// The atoms that make a difference beside the others of their policy. All of them, if they are too
    /// many to be held against each other.
    pub(super) fn effective<'a>(&self, all: Atoms<'a>) -> Atoms<'a> {
        if !self.apart || all.before.len().max(all.after.len()) > MAX_COMPARED {
            return all;
        }
        Atoms {
            before: effective(&all.before),
            after: effective(&all.after),
        }
    }
}

fn fits(statements: &[Canonical]) -> bool {
    let total = statements.iter().map(Canonical::combinations);
    total.fold(0, usize::saturating_add) <= MAX_ATOMS
}

fn effective<'a>(atoms: &BTreeSet<Atom<'a>>) -> BTreeSet<Atom<'a>> {
    let makes_idle = |other: &Atom, atom: &Atom| {
        other.shadows(atom) || other.covers(atom) && !atom.covers(other)
    };
    let is_idle = |atom: &Atom| atoms.iter().any(|other| makes_idle(other, atom));
    atoms
        .iter()
        .filter(|atom| !is_idle(atom))
        .copied()
        .collect()
}
