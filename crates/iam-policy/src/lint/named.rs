//! Which actions of which services a statement names.

use std::collections::BTreeMap;

use super::subject::Subject;
use crate::authorization::{Action, Service, pattern_covers, service};
use crate::reading::{Item, Statement};

/// The services that a document's actions name, each read once.
pub(super) struct Services(BTreeMap<String, Option<&'static Service>>);

/// An action of a statement, and the actions of the service that match it.
pub(super) struct Named<'a> {
    pub(super) item: &'a Item<'a>,
    pub(super) service: &'a Service,
    /// One, or those that match its wildcards; never empty.
    pub(super) actions: Vec<&'a Action>,
}

impl Services {
    pub(super) fn of(subject: &Subject) -> Self {
        let mut services = BTreeMap::new();
        let selectors = subject
            .statements
            .iter()
            .filter_map(|it| it.actions.as_ref());
        for item in selectors.flat_map(|it| &it.items) {
            if let Some((prefix, _)) = split(&item.text) {
                let prefix = prefix.to_ascii_lowercase();
                services.entry(prefix).or_insert_with_key(|it| service(it));
            }
        }
        Services(services)
    }

    /// The service of that prefix, if an action of the document has the prefix and the service exists.
    pub(super) fn get(&self, prefix: &str) -> Option<&'static Service> {
        *self.0.get(&prefix.to_ascii_lowercase())?
    }

    /// The services that exist.
    pub(super) fn existing(&self) -> impl Iterator<Item = &'static Service> {
        self.0.values().flatten().copied()
    }

    /// The statement's actions, if it lists them and all of them are known. With `*`, `NotAction` or an
    /// unknown name, any other element of the statement may be meant for an action that is not seen.
    pub(super) fn all_named<'a>(&'a self, statement: &'a Statement) -> Option<Vec<Named<'a>>> {
        let actions = statement.actions.as_ref().filter(|it| !it.negated)?;
        let mut items = actions.items.iter();
        items.try_fold(Vec::new(), |mut named, item| {
            named.push(self.named(item)?);
            Some(named)
        })
    }

    /// An action that is known, or a wildcard that matches some.
    pub(super) fn named<'a>(&'a self, item: &'a Item) -> Option<Named<'a>> {
        let (prefix, name) = split(&item.text)?;
        let service = self.get(prefix)?;
        let actions: Vec<_> = service.matching(name).collect();
        (!actions.is_empty()).then_some(Named {
            item,
            service,
            actions,
        })
    }
}

/// Whether a statement is about an action, which has no wildcard.
pub(super) fn selects(statement: &Statement, action: &str) -> bool {
    statement.actions.as_ref().is_some_and(|actions| {
        let mut items = actions.items.iter();
        items.any(|it| pattern_covers(&it.text, action)) != actions.negated
    })
}

/// An action's service prefix and name, unless the service itself is left open.
pub(super) fn split(action: &str) -> Option<(&str, &str)> {
    let (prefix, name) = action.split_once(':')?;
    (!has_wildcard(prefix)).then_some((prefix, name))
}

pub(super) fn has_wildcard(text: &str) -> bool {
    text.contains(['*', '?'])
}
