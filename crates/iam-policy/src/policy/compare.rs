//! Whether two policies mean the same to AWS.
//!
//! AWS evaluates a policy as a set of statements, and a statement with several actions, resources
//! or principals as if each combination had a statement of its own. So each policy is lowered to
//! the set of those combinations, here called atoms, and the sets are compared. A `Not…` list stays
//! whole, because "everything except a and b" is no union. A statement that can match nothing,
//! because its list of actions, resources or principals is empty, has no atoms.
//!
//! Wildcards are compared as text: that `s3:*` makes `s3:Get*` redundant is not looked for. The
//! answer "different" is then wrong, and the answer "the same" never is.

use std::collections::BTreeSet;

use super::canonical::{Atom, Canonical};
use super::document::Policy;

/// The most atoms into which one policy is taken apart. Real policies have far fewer. A hostile policy,
/// whose lists multiply to billions, must not cost memory.
const MAX_ATOMS: usize = 20_000;

/// Whether AWS evaluates both policies in the same way for every request, as far as the texts show.
///
/// "Yes" is always right. Policies that multiply to more than 20,000 combinations of principal,
/// action and resource are compared statement by statement: one that is merely split differently
/// then counts as different.
#[must_use]
pub fn same_meaning(a: &Policy, b: &Policy) -> bool {
    let (a, b) = (canonical(a), canonical(b));
    let apart = fits(&a) && fits(&b);
    atoms(&a, apart) == atoms(&b, apart)
}

/// The policy's statements in canonical form, in the document's order.
pub(super) fn canonical(policy: &Policy) -> Vec<Canonical> {
    let statements = policy.statements().iter();
    statements
        .map(|statement| Canonical::of(statement, policy.version()))
        .collect()
}

/// Whether the policy can be taken apart into atoms within the limit.
pub(super) fn fits(statements: &[Canonical]) -> bool {
    let total = statements.iter().map(Canonical::combinations);
    total.fold(0, usize::saturating_add) <= MAX_ATOMS
}

/// The atoms of all statements, or the statements themselves if they are not to be taken apart.
pub(super) fn atoms(statements: &[Canonical], apart: bool) -> BTreeSet<Atom<'_>> {
    statements.iter().flat_map(|s| s.atoms(apart)).collect()
}
