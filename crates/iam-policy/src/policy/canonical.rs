//! A statement in the form in which equal meaning is equal text.
//!
//! It is canonical in what evaluation ignores:
//! - the Sid, the order and the repetition of everything, a list or a single value;
//! - the case of actions and of condition keys;
//! - an account's ID or the ARN of its root (an account exists in one partition only, so the ARN's
//!   partition adds nothing), and `"*"` or `{"AWS": "*"}`;
//! - a condition's boolean or number or the same as a string, the form of decimals under `Numeric…`
//!   operators, ASCII case under `…IgnoreCase` operators, and `ArnEquals` or `ArnLike`, which AWS
//!   documents as identical.
//!
//! The version decides only whether `${…}` in a resource or a condition's value is a variable, so
//! it counts only for the statements that have one.

use std::collections::BTreeSet;

use super::statement::{Condition, Selector, Statement};
use crate::names::is_account_id;
use crate::reading::{Effect, Version};

/// Whether two statements mean the same in policies of the same version.
pub(super) fn same_statement(a: &Statement, b: &Statement) -> bool {
    Canonical::of(a, Version::V2012) == Canonical::of(b, Version::V2012)
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

#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CanonicalCondition {
    pub(super) operator: String,
    pub(super) key: String,
    pub(super) values: Vec<String>,
}

/// One combination of a statement's principals, actions and resources.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
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
    /// The canonical form of a statement in a policy of that version.
    pub(crate) fn of(statement: &Statement, version: Version) -> Self {
        let resources = statement.resources.as_ref();
        let mut conditions: Vec<_> = statement.conditions.iter().map(condition).collect();
        conditions.sort();
        conditions.dedup();
        let with_variables = resources
            .is_some_and(|resources| resources.items.iter().any(|item| has_variable(item)))
            || in_conditions(&conditions);
        Canonical {
            effect: statement.effect,
            principals: statement
                .principals
                .as_ref()
                .map(|principals| CanonicalSelector::of(principals, principal)),
            actions: CanonicalSelector::of(&statement.actions, action),
            resources: resources.map(|list| CanonicalSelector::of(list, str::to_owned)),
            conditions,
            version: with_variables.then_some(version),
        }
    }

    /// Whether both statements do the same to the same requests, apart from the actions.
    pub(crate) fn differs_in_actions_at_most(&self, other: &Self) -> bool {
        self.effect == other.effect
            && self.principals == other.principals
            && self.resources == other.resources
            && self.conditions == other.conditions
            && self.version == other.version
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

impl CanonicalSelector {
    fn of(selector: &Selector, canonical: fn(&str) -> String) -> Self {
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

/// AWS ignores the case of actions.
pub(super) fn action(action: &str) -> String {
    action.to_ascii_lowercase()
}

/// AWS takes an account's id for the ARN of the account's root.
pub(super) fn principal(principal: &str) -> String {
    let account = principal
        .strip_prefix("AWS arn:")
        .and_then(|rest| rest.split_once(":iam::"))
        .filter(|(partition, _)| !partition.is_empty() && !partition.contains(':'))
        .and_then(|(_, rest)| rest.strip_suffix(":root"))
        .filter(|account| is_account_id(account));
    match account {
        Some(account) => format!("AWS {account}"),
        None => principal.to_owned(),
    }
}

/// A condition in canonical form.
pub(super) fn condition(condition: &Condition) -> CanonicalCondition {
    let operator = canonical_operator(&condition.operator);
    let values = condition.values.iter();
    CanonicalCondition {
        values: sorted(values.map(|value| canonical_value(&operator, value))),
        key: condition.key.to_ascii_lowercase(),
        operator,
    }
}

fn canonical_operator(operator: &str) -> String {
    operator
        .replace("ArnEquals", "ArnLike")
        .replace("ArnNotEquals", "ArnNotLike")
}

/// A condition's value in the form in which the operator compares it.
pub(super) fn canonical_value(operator: &str, value: &str) -> String {
    let base = operator
        .split_once(':')
        .map_or(operator, |(_set_operator, base)| base);
    if base.starts_with("Numeric") {
        plain_decimal(value).unwrap_or_else(|| value.to_owned())
    } else if base.contains("EqualsIgnoreCase") {
        value.to_ascii_lowercase()
    } else {
        value.to_owned()
    }
}

/// A decimal without superfluous zeros, or nothing if the value is not a plain decimal. The digits
/// are never converted, so no precision is lost.
fn plain_decimal(value: &str) -> Option<String> {
    let (sign, digits) = match value.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", value),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        trimmed => trimmed,
    };
    Some(match fraction.trim_end_matches('0') {
        "" if whole == "0" => "0".to_owned(),
        "" => format!("{sign}{whole}"),
        fraction => format!("{sign}{whole}.{fraction}"),
    })
}

fn in_conditions(conditions: &[CanonicalCondition]) -> bool {
    let mut values = conditions.iter().flat_map(|condition| &condition.values);
    values.any(|value| has_variable(value))
}

fn has_variable(text: &str) -> bool {
    text.split_once("${")
        .is_some_and(|(_, rest)| rest.contains('}'))
}
