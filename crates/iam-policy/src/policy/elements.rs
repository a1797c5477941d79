//! The parts of a statement, one action or one resource at a time, as a diff shows them.

use std::collections::{BTreeMap, BTreeSet};

use super::canonical;
use super::conditions::{self, canonical_scalar};
use super::reading::Reading;
use super::secret::{SENSITIVE, is_secret};
use super::statement::{Selector, Statement};
use crate::printable::printable;

/// What a part of a statement belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    Effect,
    Principal,
    Action,
    Resource,
    Condition,
}

/// The groups in the order in which they are shown.
pub(super) const GROUPS: [Group; 5] = [
    Group::Effect,
    Group::Principal,
    Group::Action,
    Group::Resource,
    Group::Condition,
];

/// One part of a statement, such as one action.
pub(super) struct Element {
    pub(super) group: Group,
    /// Equal exactly if the part means the same.
    pub(super) key: Vec<String>,
    /// What is printed, without the value if that is secret.
    pub(super) text: String,
    /// Whether the value is left out of the text.
    pub(super) is_secret: bool,
}

/// Every part of a statement. Two statements whose keys are the same mean the same in policies of
/// one version.
pub(super) fn elements(statement: &Statement, reading: Reading) -> Vec<Element> {
    let effect = format!("effect {}", statement.effect);
    let mut elements = vec![Element {
        group: Group::Effect,
        key: vec![effect.clone()],
        text: effect,
        is_secret: false,
    }];
    if let Some(principals) = &statement.principals {
        let parts = selected(Group::Principal, "principal", principals, |it| {
            canonical::principal(it, statement, reading)
        });
        elements.extend(parts);
    }
    let actions = &statement.actions;
    elements.extend(selected(
        Group::Action,
        "action",
        actions,
        canonical::action,
    ));
    if let Some(resources) = &statement.resources {
        let parts = selected(Group::Resource, "resource", resources, |it| {
            canonical::resource(it, reading.version)
        });
        elements.extend(parts);
    }
    elements.extend(of_conditions(statement, reading));
    let mut seen = BTreeSet::new();
    elements.retain(|element| seen.insert(element.key.clone()));
    elements
}

fn selected(
    group: Group,
    name: &str,
    selector: &Selector,
    canonical: impl Fn(&str) -> String,
) -> Vec<Element> {
    let name = if selector.negated {
        format!("not {name}")
    } else {
        name.to_owned()
    };
    if selector.items.is_empty() {
        let text = format!("{name} (none)");
        let key = vec![name];
        return vec![Element {
            group,
            key,
            text,
            is_secret: false,
        }];
    }
    let items = selector.items.iter();
    items
        .map(|item| Element {
            group,
            key: vec![name.clone(), canonical(item)],
            text: format!("{name} {}", printable(item)),
            is_secret: false,
        })
        .collect()
}

/// One element for each value. All values of a condition are alternatives. A key that is given twice
/// under one operator must match twice, so the element's key has the number of the occurrence.
fn of_conditions(statement: &Statement, reading: Reading) -> Vec<Element> {
    let mut occurrences: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut elements = Vec::new();
    for (canonical, condition) in conditions::conditions(statement, reading) {
        let occurrence = occurrences
            .entry((canonical.operator.clone(), canonical.key.clone()))
            .or_default();
        *occurrence += 1;
        let start = [canonical.operator, canonical.key, occurrence.to_string()];
        let again = if *occurrence > 1 { " (again)" } else { "" };
        let subject = condition_subject(&condition.operator, &condition.key) + again;
        if condition.values.is_empty() {
            elements.push(Element {
                group: Group::Condition,
                key: start.to_vec(),
                text: format!("{subject} = (no value)"),
                is_secret: false,
            });
        }
        for value in &condition.values {
            let (text, is_fraction) = canonical_scalar(&start[0], value, reading);
            let mut key = start.to_vec();
            key.extend([text, is_fraction.to_string()]);
            let shown = shown_value(statement, &condition.key, &value.text);
            elements.push(Element {
                group: Group::Condition,
                key,
                text: format!("{subject} = {shown}"),
                is_secret: is_secret(statement.document(), &condition.key, &value.text),
            });
        }
    }
    elements
}

fn condition_subject(operator: &str, key: &str) -> String {
    format!("condition {} {}", printable(operator), printable(key))
}

/// A condition's value as it may be printed.
pub(super) fn shown_value(statement: &Statement, key: &str, value: &str) -> String {
    if is_secret(statement.document(), key, value) {
        SENSITIVE.to_owned()
    } else {
        printable(value)
    }
}
