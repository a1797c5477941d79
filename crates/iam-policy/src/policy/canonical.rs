//! A statement in the form in which equal meaning is equal text.
//!
//! It is canonical in what evaluation ignores, as far as AWS documents that:
//! - the Sid, the order and the repetition of everything, a list or a single value;
//! - the case of actions, of condition keys and of the names of policy variables;
//! - the form of a run of wildcards, and `*:*` for `*` as an action;
//! - principals: see [`Reading`] and [`is_everybody`];
//! - conditions: see the module `conditions`.
//!
//! The version decides only whether `${…}` in a resource or a condition's value is a variable, so
//! it counts only for the statements that have one.

use std::collections::BTreeSet;

use super::conditions::{CanonicalCondition, conditions};
use super::cover::{action_covers, resource_covers, with_plain_wildcards};
use super::reading::{Reading, root};
use super::statement::{Selector, Statement};
use super::variables::{has_variable, with_plain_variables};
use crate::reading::{Effect, Version};

/// Whether two statements mean the same in policies of that version.
pub(super) fn same_statement(a: &Statement, b: &Statement, version: Version) -> bool {
    let reading = Reading::of(version, [a, b].into_iter());
    Canonical::read(a, reading) == Canonical::read(b, reading)
}

/// A statement in the form in which equal meaning is equal text. Every list is sorted and free of
/// repetition.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Canonical {
    effect: Effect,
    principals: Option<CanonicalSelector>,
    actions: CanonicalSelector,
    resources: Option<CanonicalSelector>,
    conditions: Vec<CanonicalCondition>,
    /// Whether the version makes variables of what looks like variables.
    version: Option<Version>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct CanonicalSelector {
    negated: bool,
    items: Vec<String>,
}

/// One combination of a statement's principals, actions and resources.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Atom<'a> {
    effect: Effect,
    principals: Option<Part<'a>>,
    actions: Part<'a>,
    resources: Option<Part<'a>>,
    conditions: &'a [CanonicalCondition],
    version: Option<Version>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Part<'a> {
    negated: bool,
    items: &'a [String],
}

impl Canonical {
    /// The canonical form of a statement in a policy of that version, by itself.
    pub(crate) fn of(statement: &Statement, version: Version) -> Self {
        Canonical::read(statement, Reading::of(version, std::iter::once(statement)))
    }

    /// The canonical form of a statement among those of a comparison.
    pub(super) fn read(statement: &Statement, reading: Reading) -> Self {
        let resources = statement.resources.as_ref();
        let conditions = conditions(statement, reading).into_iter();
        let conditions: Vec<_> = conditions.map(|(canonical, _)| canonical).collect();
        let with_variables = resources
            .is_some_and(|resources| resources.items.iter().any(|item| has_variable(item)))
            || in_conditions(&conditions);
        Canonical {
            effect: statement.effect,
            principals: statement.principals.as_ref().map(|principals| {
                CanonicalSelector::of(principals, |it| principal(it, statement, reading))
            }),
            actions: CanonicalSelector::of(&statement.actions, action),
            resources: resources
                .map(|list| CanonicalSelector::of(list, |it| resource(it, reading.version))),
            conditions,
            version: with_variables.then_some(reading.version),
        }
    }

    /// Everything but the actions: equal if two statements do the same to the same requests, apart from
    /// those.
    pub(crate) fn apart_from_actions(&self) -> impl Ord + use<'_> {
        (
            self.effect,
            &self.principals,
            &self.resources,
            &self.conditions,
            self.version,
        )
    }

    /// Whether the version of the policy matters to this statement.
    pub(super) fn has_variables(&self) -> bool {
        self.version.is_some()
    }

    /// The number of combinations of principal, action and resource.
    pub(super) fn combinations(&self) -> usize {
        let optional = |list: &Option<CanonicalSelector>| {
            list.as_ref().map_or(1, CanonicalSelector::combinations)
        };
        optional(&self.principals)
            .saturating_mul(self.actions.combinations())
            .saturating_mul(optional(&self.resources))
    }

    /// The statement's combinations, or the statement as a single one if it is not to be taken
    /// apart. A statement that can match nothing has none.
    pub(super) fn atoms(&self, apart: bool) -> Vec<Atom<'_>> {
        let mut atoms = Vec::new();
        let in_conditions = in_conditions(&self.conditions);
        for principals in optional_parts(self.principals.as_ref(), apart) {
            for resources in optional_parts(self.resources.as_ref(), apart) {
                let in_resources =
                    resources.is_some_and(|part| part.items.iter().any(|item| has_variable(item)));
                for actions in self.actions.parts(apart) {
                    atoms.push(Atom {
                        effect: self.effect,
                        principals,
                        actions,
                        resources,
                        conditions: &self.conditions,
                        version: self.version.filter(|_| in_conditions || in_resources),
                    });
                }
            }
        }
        atoms
    }
}

impl Atom<'_> {
    /// Whether the other atom adds nothing to this one, which does the same at least as often: it has no
    /// condition that the other has not, and all of a statement's conditions must hold.
    pub(super) fn covers(&self, other: &Self) -> bool {
        self.effect == other.effect
            && self.selects(other)
            && self.principals == other.principals
            && self.holds_whenever(other)
    }

    /// Whether this one denies every request that the other one denies. It may deny more.
    pub(super) fn denies(&self, other: &Self) -> bool {
        let principals = match (self.principals, other.principals) {
            (None, None) => true,
            // Whether `"*"` includes everyone whom a `NotPrincipal` means is left open.
            (Some(own), Some(others)) => {
                own.negated == others.negated && own.covers(others, principal_covers)
            }
            _ => false,
        };
        self.effect == Effect::Deny
            && principals
            && self.selects(other)
            && self.holds_whenever(other)
    }

    /// Whether its conditions hold wherever those of the other do.
    fn holds_whenever(&self, other: &Self) -> bool {
        // Variables of another version are other texts.
        (self.version.is_none() || self.version == other.version)
            && self
                .conditions
                .iter()
                .all(|it| other.conditions.binary_search(it).is_ok())
    }

    /// Whether the other atom, an Allow, never has an effect, because this one denies all of that in any
    /// case. Whom a principal includes differs between Allow and Deny, so this is certain only in the
    /// policy of an identity.
    pub(super) fn shadows(&self, other: &Self) -> bool {
        self.effect == Effect::Deny
            && other.effect == Effect::Allow
            && self.conditions.is_empty()
            && self.principals.is_none()
            && other.principals.is_none()
            && self.selects(other)
    }

    /// Whether its actions and resources include those of the other. Most actions differ.
    fn selects(&self, other: &Self) -> bool {
        self.actions.covers(other.actions, action_covers)
            && match (self.resources, other.resources) {
                (None, None) => true,
                (Some(own), Some(others)) => own.covers(others, resource_covers),
                _ => false,
            }
    }
}

impl Part<'_> {
    fn covers(self, other: Self, covers: fn(&str, &str) -> bool) -> bool {
        match (self.negated, other.negated) {
            (false, false) => {
                let is_covered = |item: &String| self.items.iter().any(|it| covers(it, item));
                other.items.iter().all(is_covered)
            }
            (true, true) => self
                .items
                .iter()
                .all(|it| other.items.binary_search(it).is_ok()),
            (false, true) => self.items.iter().any(|it| it == "*"),
            (true, false) => false,
        }
    }
}

impl CanonicalSelector {
    fn of(selector: &Selector, canonical: impl Fn(&str) -> String) -> Self {
        CanonicalSelector {
            negated: selector.negated,
            items: sorted(selector.items.iter().map(|item| canonical(item))),
        }
    }

    fn combinations(&self) -> usize {
        if self.negated { 1 } else { self.items.len() }
    }

    fn parts(&self, apart: bool) -> Vec<Part<'_>> {
        let part = |items| Part {
            negated: self.negated,
            items,
        };
        if self.negated {
            return vec![part(&self.items)];
        }
        let size = if apart { 1 } else { self.items.len().max(1) };
        self.items.chunks(size).map(part).collect()
    }
}

/// An element that is absent selects in its own way, which no list expresses: an identity policy
/// has no principal, and a trust policy no resource.
fn optional_parts(list: Option<&CanonicalSelector>, apart: bool) -> Vec<Option<Part<'_>>> {
    match list {
        None => vec![None],
        Some(list) => list.parts(apart).into_iter().map(Some).collect(),
    }
}

fn sorted(items: impl Iterator<Item = String>) -> Vec<String> {
    items.collect::<BTreeSet<_>>().into_iter().collect()
}

/// AWS ignores the case of actions, and an action is a service, a colon and a name, or `*` ("Grammar of
/// the IAM JSON policy language" in the IAM User Guide).
pub(super) fn action(action: &str) -> String {
    let plain = with_plain_wildcards(&action.to_ascii_lowercase());
    if plain == "*:*" {
        "*".to_owned()
    } else {
        plain
    }
}

/// A resource with its wildcards and variables in one form. A text with variables keeps its wildcards,
/// because `${*}` is none.
pub(super) fn resource(resource: &str, version: Version) -> String {
    if has_variable(resource) {
        with_plain_variables(resource, version)
    } else {
        with_plain_wildcards(resource)
    }
}

/// A principal in one form. AWS takes an account's ID for the ARN of the account's root.
pub(super) fn principal(principal: &str, statement: &Statement, reading: Reading) -> String {
    if principal == "*" && is_everybody(statement, reading) {
        return "AWS *".to_owned();
    }
    match root(principal).filter(|_| reading.roots_are_accounts) {
        Some((_, account)) => format!("AWS {account}"),
        None => principal.to_owned(),
    }
}

/// Whether the first principal is the second one, or every account, user and role.
fn principal_covers(wide: &str, narrow: &str) -> bool {
    wide == narrow || ["*", "AWS *"].contains(&wide) && narrow.starts_with("AWS ")
}

/// Whether `"*"` means what `{"AWS": "*"}` means.
///
/// AWS documents that for a resource's policy that allows ("AWS JSON policy elements: Principal" in the
/// IAM User Guide, under "All principals"), and neither for Deny nor for `NotPrincipal`: a Deny of a bucket
/// was seen to differ (issue 225 of aws/aws-sdk-net). A trust policy,
/// which has no resource, is no other resource's policy: only `"*"` includes federated principals there.
fn is_everybody(statement: &Statement, reading: Reading) -> bool {
    let principals = statement.principals.as_ref();
    statement.effect == Effect::Allow
        && principals.is_some_and(|it| !it.negated)
        && statement.resources.is_some()
        && !reading.may_assume_roles
}

fn in_conditions(conditions: &[CanonicalCondition]) -> bool {
    let mut values = conditions.iter().flat_map(|condition| &condition.values);
    values.any(|(value, _)| has_variable(value))
}
