//! The form of a document: elements that do not exist, are missing, or are of the wrong type.
//!
//! What AWS asks for is in "Grammar of the IAM JSON policy language" of the IAM User Guide.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::document::{Document, each};
use super::finding::Finding;
use super::place::Place;
use super::rule::{Rule, Severity};
use crate::policy::{DOCUMENT_ELEMENTS, Kind, PRINCIPAL_KINDS, STATEMENT_ELEMENTS};
use crate::printable::printable;

pub(super) const RULES: &[&Rule] = &[
    &UNKNOWN_ELEMENT,
    &MISSING_ELEMENT,
    &UNSUPPORTED_ELEMENT,
    &ELEMENT_PAIR,
    &WRONG_TYPE,
    &INVALID_EFFECT,
    &EMPTY_ELEMENT,
    &KEYS_DIFFER_IN_CASE,
];

const GRAMMAR: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html";

static UNKNOWN_ELEMENT: Rule = Rule {
    code: "unknown-element",
    severity: Severity::Error,
    risk: "AWS refuses a policy with an element that the policy language does not have.",
    remedy: "Correct the spelling, which is case-sensitive, or remove the element.",
    reference: GRAMMAR,
};

static MISSING_ELEMENT: Rule = Rule {
    code: "missing-element",
    severity: Severity::Error,
    risk: "AWS refuses a policy that lacks an element that its kind needs.",
    remedy: "Add the element, or correct the kind of policy if the document is of another one.",
    reference: GRAMMAR,
};

static UNSUPPORTED_ELEMENT: Rule = Rule {
    code: "unsupported-element",
    severity: Severity::Error,
    risk: "AWS refuses a Principal in a policy of an identity and a Resource in a trust policy, because what the policy is attached to says that already.",
    remedy: "Remove the element, or attach the policy to what it was written for.",
    reference: GRAMMAR,
};

static ELEMENT_PAIR: Rule = Rule {
    code: "element-pair",
    severity: Severity::Error,
    risk: "AWS refuses a statement that has both an element and its Not… twin.",
    remedy: "Keep one of the two, or split the statement.",
    reference: GRAMMAR,
};

static WRONG_TYPE: Rule = Rule {
    code: "wrong-type",
    severity: Severity::Error,
    risk: "AWS refuses a policy with a value of another JSON type than the element takes.",
    remedy: "Write the value in the form that the finding names.",
    reference: GRAMMAR,
};

static INVALID_EFFECT: Rule = Rule {
    code: "invalid-effect",
    severity: Severity::Error,
    risk: "AWS refuses an effect other than Allow and Deny, both with a capital letter.",
    remedy: "Write \"Allow\" or \"Deny\".",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_effect.html",
};

static EMPTY_ELEMENT: Rule = Rule {
    code: "empty-element",
    severity: Severity::Warning,
    risk: "An empty list, object or text matches nothing or limits nothing, and AWS refuses some of them.",
    remedy: "Fill the element in, or remove it or its statement.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
};

static KEYS_DIFFER_IN_CASE: Rule = Rule {
    code: "keys-differ-in-case",
    severity: Severity::Error,
    risk: "AWS ignores the case of condition operators and keys, so that one of two that differ in case alone may be lost.",
    remedy: "Write one of the two, with the values of both if either is to match.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
};

pub(super) fn find(document: &Document, findings: &mut Vec<Finding>) {
    let mut grammar = Grammar {
        kind: document.kind,
        sid: None,
        findings,
    };
    grammar.document(&document.json);
}

/// The findings so far, and the statement that is being read.
struct Grammar<'a> {
    kind: Kind,
    sid: Option<String>,
    findings: &'a mut Vec<Finding>,
}

impl Grammar<'_> {
    fn add(&mut self, rule: &'static Rule, place: Place, detail: impl Into<String>) {
        self.findings.push(Finding {
            rule,
            place,
            sid: self.sid.clone(),
            detail: detail.into(),
        });
    }

    fn document(&mut self, json: &Value) {
        let top = Place::default();
        let Some(members) = self.object(json, &top) else {
            return;
        };
        self.only(members, &DOCUMENT_ELEMENTS, &top);
        for name in ["Version", "Id"] {
            if let Some(value) = members.get(name) {
                self.text(value, &top.key(name));
            }
        }
        let place = top.key("Statement");
        match members.get("Statement") {
            None => self.add(&MISSING_ELEMENT, top, "the policy has no Statement"),
            Some(statements) => {
                self.not_empty(statements, &place);
                for (statement, place) in each(statements, &place) {
                    self.statement(statement, &place);
                }
            }
        }
    }

    fn statement(&mut self, json: &Value, place: &Place) {
        let Some(members) = self.object(json, place) else {
            return;
        };
        let sid = members.get("Sid").and_then(Value::as_str);
        self.sid = sid.filter(|sid| !sid.is_empty()).map(printable);
        self.only(members, &STATEMENT_ELEMENTS, place);
        self.elements_of_kind(members, place);
        if let Some(sid) = members.get("Sid") {
            self.text(sid, &place.key("Sid"));
        }
        match members.get("Effect") {
            None => self.add(
                &MISSING_ELEMENT,
                place.clone(),
                "the statement has no Effect",
            ),
            Some(Value::String(effect)) if effect == "Allow" || effect == "Deny" => {}
            Some(Value::String(effect)) => {
                let detail = format!("\"{}\" is no effect", printable(effect));
                self.add(&INVALID_EFFECT, place.key("Effect"), detail);
            }
            Some(_) => self.add(&WRONG_TYPE, place.key("Effect"), "must be a string"),
        }
        for name in ["Action", "NotAction", "Resource", "NotResource"] {
            if let Some(value) = members.get(name) {
                self.texts(value, &place.key(name));
            }
        }
        for name in ["Principal", "NotPrincipal"] {
            if let Some(value) = members.get(name) {
                self.principals(value, &place.key(name));
            }
        }
        if let Some(value) = members.get("Condition") {
            self.conditions(value, &place.key("Condition"));
        }
        self.sid = None;
    }

    /// Which elements must be there and which must not, which depends on the kind of policy.
    fn elements_of_kind(&mut self, members: &Map<String, Value>, place: &Place) {
        let has = |name: &str| members.contains_key(name);
        for (name, twin) in [
            ("Principal", "NotPrincipal"),
            ("Action", "NotAction"),
            ("Resource", "NotResource"),
        ] {
            if has(name) && has(twin) {
                let detail = format!("the statement has both {name} and {twin}");
                self.add(&ELEMENT_PAIR, place.key(twin), detail);
            }
            let kind = self.kind;
            let supported = match name {
                "Principal" => !kind.grants_to_identity(),
                "Resource" => kind != Kind::Trust,
                _ => true,
            };
            let present = [name, twin].into_iter().find(|name| has(name));
            match present {
                None if supported => {
                    let detail = format!("the statement has no {name}, which a {kind} needs");
                    self.add(&MISSING_ELEMENT, place.clone(), detail);
                }
                Some(present) if !supported => {
                    let detail = format!("a {kind} takes no {present}");
                    self.add(&UNSUPPORTED_ELEMENT, place.key(present), detail);
                }
                _ => {}
            }
        }
    }

    fn principals(&mut self, value: &Value, place: &Place) {
        match value {
            Value::String(text) if text == "*" => {}
            Value::Object(kinds) => {
                self.not_empty(value, place);
                self.only(kinds, &PRINCIPAL_KINDS, place);
                for (kind, value) in kinds {
                    self.texts(value, &place.key(kind));
                }
            }
            _ => {
                let detail = "must be \"*\" or an object such as {\"AWS\": \"123456789012\"}";
                self.add(&WRONG_TYPE, place.clone(), detail);
            }
        }
    }

    fn conditions(&mut self, value: &Value, place: &Place) {
        let Some(operators) = self.object(value, place) else {
            return;
        };
        self.not_empty(value, place);
        self.same_but_for_case(operators, place);
        for (operator, keys) in operators {
            let place = place.key(operator);
            let Some(members) = self.object(keys, &place) else {
                continue;
            };
            self.not_empty(keys, &place);
            self.same_but_for_case(members, &place);
            for (key, values) in members {
                let place = place.key(key);
                // An empty text is a value like any other here.
                if values.as_array().is_some_and(Vec::is_empty) {
                    self.not_empty(values, &place);
                }
                for (value, place) in each(values, &place) {
                    if value.is_null() || value.is_array() || value.is_object() {
                        let detail = "must be a string, a number or a boolean";
                        self.add(&WRONG_TYPE, place, detail);
                    }
                }
            }
        }
    }

    fn same_but_for_case(&mut self, members: &Map<String, Value>, place: &Place) {
        let mut seen = BTreeSet::new();
        for key in members.keys() {
            if !seen.insert(key.to_ascii_lowercase()) {
                let detail = format!("\"{}\" is there in another case too", printable(key));
                self.add(&KEYS_DIFFER_IN_CASE, place.key(key), detail);
            }
        }
    }

    fn only(&mut self, members: &Map<String, Value>, accepted: &[&str], place: &Place) {
        for key in members
            .keys()
            .filter(|key| !accepted.contains(&key.as_str()))
        {
            let (key, shown) = (place.key(key), printable(key));
            let detail = format!(
                "there is no element \"{shown}\" here, but {}",
                accepted.join(", ")
            );
            self.add(&UNKNOWN_ELEMENT, key, detail);
        }
    }

    fn object<'v>(&mut self, value: &'v Value, place: &Place) -> Option<&'v Map<String, Value>> {
        let object = value.as_object();
        if object.is_none() {
            self.add(&WRONG_TYPE, place.clone(), "must be an object");
        }
        object
    }

    fn text(&mut self, value: &Value, place: &Place) {
        if value.is_string() {
            self.not_empty(value, place);
        } else {
            self.add(&WRONG_TYPE, place.clone(), "must be a string");
        }
    }

    fn texts(&mut self, value: &Value, place: &Place) {
        if value.as_array().is_some_and(Vec::is_empty) {
            self.not_empty(value, place);
        }
        for (item, place) in each(value, place) {
            if item.is_string() {
                self.not_empty(item, &place);
            } else {
                self.add(&WRONG_TYPE, place, "must be a string or a list of strings");
            }
        }
    }

    fn not_empty(&mut self, value: &Value, place: &Place) {
        let what = match value {
            Value::String(text) if text.is_empty() => "the text is empty",
            Value::Array(items) if items.is_empty() => "the list is empty",
            Value::Object(members) if members.is_empty() => "the object is empty",
            _ => return,
        };
        self.add(&EMPTY_ELEMENT, place.clone(), what);
    }
}
