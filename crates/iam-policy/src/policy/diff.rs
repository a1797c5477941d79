//! What differs between two policies, in lines for a person.

use std::collections::BTreeSet;

use super::canonical::{Atom, Canonical};
use super::compare::Comparison;
use super::document::Policy;
use super::elements::{Element, GROUPS, elements, shown_value};
use super::moves::with_moves;
use super::pairing::{Side, pair};
use super::reading::Reading;
use super::secret::SENSITIVE;
use super::statement::Statement;
use crate::printable::printable;

/// How a line came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// Only the new policy has it.
    Added,
    /// Only the old policy has it.
    Removed,
    /// Both have it, differently. The lines below a heading show what differs.
    Changed,
}

/// One line of a [`diff()`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffLine {
    /// Whether the line is an addition, a removal or a change.
    pub sign: Sign,
    /// 0 for a statement or the whole policy, 1 for what is within a statement.
    pub depth: u8,
    /// The text: no sign, no indentation, safe to print on a terminal, and without the external ID.
    pub text: String,
}

/// How many items of a list are shown for a statement that was added or removed as a whole. Whoever
/// approves a change wants to see every action; the number only bounds what a hostile document prints.
const SHOWN_ITEMS: usize = 100;

/// The differences in meaning, statement by statement and action by action.
///
/// Empty exactly if both policies are absent or [`same_meaning`](super::same_meaning) is true. If it is
/// false, statements that are merely written differently are left out.
#[must_use]
pub fn diff(before: Option<&Policy>, after: Option<&Policy>) -> Vec<DiffLine> {
    match (before, after) {
        (None, None) => Vec::new(),
        (Some(policy), None) => whole_policy(Sign::Removed, policy),
        (None, Some(policy)) => whole_policy(Sign::Added, policy),
        (Some(before), Some(after)) => changes(before, after),
    }
}

fn whole_policy(sign: Sign, policy: &Policy) -> Vec<DiffLine> {
    if policy.statements().is_empty() {
        return vec![line(sign, 0, "policy without statements".to_owned())];
    }
    let mut lines = Vec::new();
    for (index, statement) in policy.statements().iter().enumerate() {
        lines.push(whole_statement(sign, index, statement));
    }
    lines
}

fn changes(before: &Policy, after: &Policy) -> Vec<DiffLine> {
    let comparison = Comparison::of(before, after);
    let atoms = comparison.effective(comparison.atoms());
    if atoms.before == atoms.after {
        return Vec::new();
    }
    let apart = comparison.apart;
    let (old, new) = (&comparison.before, &comparison.after);
    let lost = touched(old, &atoms.before, &atoms.after, apart);
    let gained = touched(new, &atoms.after, &atoms.before, apart);
    // Of a variable in two versions only the version differs, which has a line of its own.
    let version = before.version().max(after.version());
    let [reading, _] = comparison.readings;
    let reading = Reading { version, ..reading };
    let side = |policy, canonical, differs| Side {
        policy,
        canonical,
        differs,
        reading,
    };
    let partners = pair(&side(before, old, &lost), &side(after, new, &gained));

    let mut lines = Vec::new();
    let version_matters = old.iter().chain(new).any(Canonical::has_variables);
    if before.version() != after.version() && version_matters {
        let (from, to) = (before.version(), after.version());
        let text =
            format!("version {from} -> {to} (only 2012-10-17 makes policy variables of ${{…}})");
        lines.push(line(Sign::Changed, 0, text));
    }
    let [lost, gained] = with_moves(&comparison, &partners, lost, gained);
    for (index, statement) in after.statements().iter().enumerate() {
        match partners[index] {
            Some(partner) if lost[partner] || gained[index] => {
                let details = statement_changes(&before.statements()[partner], statement, reading);
                if !details.is_empty() {
                    lines.push(line(Sign::Changed, 0, heading(index, statement)));
                    lines.extend(details);
                }
            }
            None if gained[index] => lines.push(whole_statement(Sign::Added, index, statement)),
            _ => {}
        }
    }
    for (index, statement) in before.statements().iter().enumerate() {
        if lost[index] && !partners.contains(&Some(index)) {
            lines.push(whole_statement(Sign::Removed, index, statement));
        }
    }
    lines
}

/// For each statement, whether it has an atom that makes a difference in its own policy and that the other
/// policy does not have.
///
/// What the other policy merely covers counts: a narrower atom is what is left of the wider one, whose
/// removal is shown.
fn touched(
    statements: &[Canonical],
    own: &BTreeSet<Atom<'_>>,
    others: &BTreeSet<Atom<'_>>,
    apart: bool,
) -> Vec<bool> {
    let makes_the_difference = |atom: &Atom| own.contains(atom) && !others.contains(atom);
    let statements = statements.iter();
    statements
        .map(|statement| statement.atoms(apart).iter().any(makes_the_difference))
        .collect()
}

/// The parts that differ, group by group, the removed ones first. A secret with another value would be
/// the same text on both sides, so it is one line.
fn statement_changes(before: &Statement, after: &Statement, reading: Reading) -> Vec<DiffLine> {
    let (old, new) = (elements(before, reading), elements(after, reading));
    let (removed, added) = (without(&old, &new), without(&new, &old));
    let (old_secrets, new_secrets) = (secrets(&removed), secrets(&added));
    let changed_secrets: BTreeSet<_> = old_secrets.intersection(&new_secrets).copied().collect();
    let mut lines = Vec::new();
    for group in GROUPS {
        for (sign, elements) in [(Sign::Removed, &removed), (Sign::Added, &added)] {
            let shown = elements.iter().filter(|element| {
                element.group == group
                    && !(element.is_secret && changed_secrets.contains(element.text.as_str()))
            });
            lines.extend(shown.map(|element| line(sign, 1, element.text.clone())));
        }
    }
    for text in changed_secrets {
        let text = text.replace(SENSITIVE, "(sensitive, changed)");
        lines.push(line(Sign::Changed, 1, text));
    }
    lines
}

fn without<'a>(elements: &'a [Element], others: &[Element]) -> Vec<&'a Element> {
    let others: BTreeSet<&Vec<String>> = others.iter().map(|element| &element.key).collect();
    let missing = |element: &&Element| !others.contains(&element.key);
    elements.iter().filter(missing).collect()
}

fn secrets<'a>(elements: &[&'a Element]) -> BTreeSet<&'a str> {
    let secrets = elements.iter().filter(|element| element.is_secret);
    secrets.map(|element| element.text.as_str()).collect()
}

/// A statement in one sentence: its effect, actions, principals, resources and conditions.
fn whole_statement(sign: Sign, index: usize, statement: &Statement) -> DiffLine {
    let mut text = format!("{}: {}", name(index, statement), statement.effect);
    let lists = [
        ("", Some(&statement.actions)),
        ("to ", statement.principals.as_ref()),
        ("on ", statement.resources.as_ref()),
    ];
    for (preposition, selector) in lists {
        if let Some(selector) = selector {
            let except = if selector.negated { "all but " } else { "" };
            let items = shortened(&selector.items, |item| printable(item));
            text.push_str(&format!(" {preposition}{except}{items}"));
        }
    }
    for (index, condition) in statement.conditions.iter().enumerate() {
        let conjunction = if index == 0 { "if" } else { "and" };
        let (operator, key) = (printable(&condition.operator), printable(&condition.key));
        let values = shortened(&condition.values, |value| {
            shown_value(statement, &condition.key, &value.text)
        });
        text.push_str(&format!(" {conjunction} {operator} {key} = {values}"));
    }
    line(sign, 0, text)
}

fn shortened<T>(items: &[T], show: impl Fn(&T) -> String) -> String {
    if items.is_empty() {
        return "(none)".to_owned();
    }
    let shown: Vec<String> = items.iter().take(SHOWN_ITEMS).map(show).collect();
    let shown = shown.join(", ");
    match items.len().saturating_sub(SHOWN_ITEMS) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// The statement's Sid, or its place and what it is about.
fn heading(index: usize, statement: &Statement) -> String {
    if statement.sid().is_some() {
        return name(index, statement);
    }
    let actions = &statement.actions;
    let first = actions.items.first().map_or("nothing", String::as_str);
    let except = if actions.negated { "all but " } else { "" };
    let more = if actions.items.len() > 1 { " …" } else { "" };
    format!(
        "{} ({} {except}{}{more})",
        name(index, statement),
        statement.effect,
        printable(first)
    )
}

/// The statement's Sid, or its place in the policy.
pub(super) fn name(index: usize, statement: &Statement) -> String {
    match statement.sid() {
        Some(sid) => format!("statement \"{}\"", printable(sid)),
        None => format!("statement {}", index + 1),
    }
}

fn line(sign: Sign, depth: u8, text: String) -> DiffLine {
    DiffLine { sign, depth, text }
}
