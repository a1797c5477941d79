//! The one walk through a document that takes it apart and notes what is wrong with its form.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::form::Form;
use super::parts::{Condition, Document, Item, Principal, Selector, Statement};
use super::path::Path;
use super::problem::{Fault, Problem};
use super::words::{DOCUMENT_ELEMENTS, Effect, PRINCIPAL_KINDS, STATEMENT_ELEMENTS, Version};
use crate::printable::printable;

/// Reads what can be read, and notes everything that is wrong with the form.
pub(crate) fn read(json: &Value) -> Document<'_> {
    let mut reader = Reader {
        sid: None,
        problems: Vec::new(),
    };
    let (version, statements) = reader.document(json);
    Document {
        version,
        statements,
        problems: reader.problems,
    }
}

struct Reader<'a> {
    /// The name of the statement that is being read.
    sid: Option<&'a str>,
    problems: Vec<Problem<'a>>,
}

impl<'a> Reader<'a> {
    fn report(&mut self, fault: Fault, path: Path<'a>, text: impl Into<String>) {
        self.problems.push(Problem {
            fault,
            path,
            sid: self.sid,
            text: text.into(),
        });
    }

    fn document(&mut self, json: &'a Value) -> (Option<Version>, Vec<Statement<'a>>) {
        let top = Path::TOP;
        let Some(members) = self.object(json, top) else {
            return (None, Vec::new());
        };
        let mut version = None;
        let mut statements = None;
        for (name, value) in members {
            let path = top.key(name);
            match name.as_str() {
                "Version" => version = self.version(value, path),
                "Id" => self.text(value, path),
                "Statement" => statements = Some(self.statements(value, path)),
                _ => self.unknown(path, &DOCUMENT_ELEMENTS),
            }
        }
        if statements.is_none() {
            self.report(Fault::MissingElement, top, "has no Statement");
        }
        (version, statements.unwrap_or_default())
    }

    fn version(&mut self, value: &'a Value, path: Path<'a>) -> Option<Version> {
        let version = value.as_str().and_then(Version::from_date);
        if version.is_none() {
            let fault = fault_of_word(value, Fault::InvalidVersion);
            self.report(fault, path, "must be \"2012-10-17\" or \"2008-10-17\"");
        }
        version
    }

    fn statements(&mut self, value: &'a Value, path: Path<'a>) -> Vec<Statement<'a>> {
        match value {
            Value::Array(items) => {
                self.not_empty(value, path);
                let items = items.iter().enumerate();
                items
                    .filter_map(|(index, item)| self.statement(item, path.index(index)))
                    .collect()
            }
            Value::Object(_) => self.statement(value, path).into_iter().collect(),
            _ => {
                let text = "must be an object or a list of objects";
                self.report(Fault::WrongType, path, text);
                Vec::new()
            }
        }
    }

    fn statement(&mut self, json: &'a Value, path: Path<'a>) -> Option<Statement<'a>> {
        let members = self.object(json, path)?;
        let sid = members.get("Sid").and_then(Value::as_str);
        let sid = sid.filter(|sid| !sid.is_empty());
        self.sid = sid;
        let mut effect = None;
        let (mut principals, mut actions, mut resources) = (None, None, None);
        let mut conditions = Vec::new();
        for (name, value) in members {
            let path = path.key(name);
            match name.as_str() {
                // AWS takes an empty Sid for none.
                "Sid" if value == "" => {}
                "Sid" => self.text(value, path),
                "Effect" => effect = Some(self.effect(value, path)),
                "Principal" | "NotPrincipal" => {
                    let items = self.principals(value, path);
                    self.select(&mut principals, name, path, items);
                }
                "Action" | "NotAction" => {
                    let items = self.items(value, path, Form::Text);
                    self.select(&mut actions, name, path, items);
                }
                "Resource" | "NotResource" => {
                    let items = self.items(value, path, Form::Text);
                    self.select(&mut resources, name, path, items);
                }
                "Condition" => conditions = self.conditions(value, path),
                _ => self.unknown(path, &STATEMENT_ELEMENTS),
            }
        }
        if effect.is_none() {
            let text = "has no Effect, which must be \"Allow\" or \"Deny\"";
            self.report(Fault::MissingElement, path, text);
        }
        if actions.is_none() {
            let text = "needs one of Action and NotAction";
            self.report(Fault::MissingElement, path, text);
        }
        self.sid = None;
        Some(Statement {
            json,
            path,
            sid,
            effect: effect.flatten(),
            principals,
            actions,
            resources,
            conditions,
        })
    }

    fn effect(&mut self, value: &'a Value, path: Path<'a>) -> Option<Effect> {
        let effect = value.as_str().and_then(Effect::from_name);
        if effect.is_none() {
            let fault = fault_of_word(value, Fault::InvalidEffect);
            let text = match value.as_str().map(printable) {
                Some(word) => {
                    format!("\"{word}\" is not a valid effect, only \"Allow\" and \"Deny\" are")
                }
                None => "must be \"Allow\" or \"Deny\"".to_owned(),
            };
            self.report(fault, path, text);
        }
        effect
    }

    /// Puts what an element lists where it belongs. Of an element and its twin the twin is left out.
    fn select<T>(
        &mut self,
        selected: &mut Option<Selector<'a, T>>,
        name: &str,
        path: Path<'a>,
        items: Vec<T>,
    ) {
        let positive = name.strip_prefix("Not");
        let negated = positive.is_some();
        let selector = Selector {
            path,
            negated,
            items,
        };
        if let Some(other) = selected {
            let name = positive.unwrap_or(name);
            let twin = if negated { path } else { other.path };
            let text = format!("only one of {name} and Not{name} is possible");
            self.report(Fault::ElementPair, twin, text);
            if negated {
                return;
            }
        }
        *selected = Some(selector);
    }

    /// `"*"`, or an object of lists by kind of principal.
    fn principals(&mut self, value: &'a Value, path: Path<'a>) -> Vec<Principal<'a>> {
        let mut principals = Vec::new();
        match value {
            Value::String(everybody) if everybody == "*" => principals.push(Principal {
                kind: "AWS",
                item: Item {
                    path,
                    text: Cow::Borrowed(everybody),
                },
            }),
            Value::Object(kinds) => {
                self.not_empty(value, path);
                for (kind, value) in kinds {
                    let path = path.key(kind);
                    if !PRINCIPAL_KINDS.contains(&kind.as_str()) {
                        self.unknown(path, &PRINCIPAL_KINDS);
                    }
                    let items = self.items(value, path, Form::Text).into_iter();
                    principals.extend(items.map(|item| Principal { kind, item }));
                }
            }
            _ => {
                let text = "must be \"*\" or an object such as {\"AWS\": \"123456789012\"}";
                self.report(Fault::WrongType, path, text);
            }
        }
        principals
    }

    fn conditions(&mut self, value: &'a Value, path: Path<'a>) -> Vec<Condition<'a>> {
        let mut conditions = Vec::new();
        for (operator, keys) in self.keys(value, path) {
            let path = path.key(operator);
            for (key, values) in self.keys(keys, path) {
                let path = path.key(key);
                conditions.push(Condition {
                    path,
                    operator,
                    key,
                    values: self.items(values, path, Form::Scalar),
                });
            }
        }
        conditions
    }

    /// The members of an object of a condition, whose keys have no case.
    fn keys(
        &mut self,
        value: &'a Value,
        path: Path<'a>,
    ) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
        let members = self.object(value, path);
        if members.is_some() {
            self.not_empty(value, path);
        }
        if let Some(members) = members.filter(|members| members.len() > 1) {
            let mut seen = BTreeSet::new();
            for key in members.keys() {
                if !seen.insert(key.to_ascii_lowercase()) {
                    let text = format!("\"{}\" is there in another case too", printable(key));
                    self.report(Fault::KeysDifferInCase, path.key(key), text);
                }
            }
        }
        members.into_iter().flatten()
    }

    /// One value or a list of them.
    fn items(&mut self, value: &'a Value, path: Path<'a>, form: Form) -> Vec<Item<'a>> {
        let Value::Array(list) = value else {
            let ending = " or a list of these";
            return self.item(value, path, form, ending).into_iter().collect();
        };
        self.not_empty(value, path);
        let mut items = Vec::with_capacity(list.len());
        for (index, value) in list.iter().enumerate() {
            items.extend(self.item(value, path.index(index), form, ""));
        }
        items
    }

    fn item(
        &mut self,
        value: &'a Value,
        path: Path<'a>,
        form: Form,
        ending: &str,
    ) -> Option<Item<'a>> {
        let Some(text) = form.text(value) else {
            let text = format!("must be {}{ending}", form.wanted());
            self.report(Fault::WrongType, path, text);
            return None;
        };
        if matches!(form, Form::Text) {
            self.not_empty(value, path);
        }
        Some(Item { path, text })
    }

    fn text(&mut self, value: &'a Value, path: Path<'a>) {
        self.item(value, path, Form::Text, "");
    }

    fn object(&mut self, value: &'a Value, path: Path<'a>) -> Option<&'a Map<String, Value>> {
        let object = value.as_object();
        if object.is_none() {
            self.report(Fault::WrongType, path, "must be an object");
        }
        object
    }

    fn unknown(&mut self, path: Path<'a>, accepted: &[&str]) {
        let text = format!("unknown element; accepted are {}", accepted.join(", "));
        self.report(Fault::UnknownElement, path, text);
    }

    fn not_empty(&mut self, value: &'a Value, path: Path<'a>) {
        let what = match value {
            Value::String(text) if text.is_empty() => "the text is empty",
            Value::Array(items) if items.is_empty() => "the list is empty",
            Value::Object(members) if members.is_empty() => "the object is empty",
            _ => return,
        };
        self.report(Fault::EmptyElement, path, what);
    }
}

/// The fault of a value that is not one of the words that it should be.
fn fault_of_word(value: &Value, fault: Fault) -> Fault {
    if value.is_string() {
        fault
    } else {
        Fault::WrongType
    }
}
