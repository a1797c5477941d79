//! What must hold for every policy.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use super::{Policy, diff, placeholders, redacted, same_meaning};

/// Few different values, which makes policies that mean the same by accident frequent.
fn strings(values: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let list = prop::collection::vec(select(values), 0..4).prop_map(|items| json!(items));
    prop_oneof![select(values).prop_map(|item| json!(item)), list]
}

/// An element, its negated twin, or neither.
fn element(
    name: &'static str,
    negated: &'static str,
    required: bool,
    value: impl Strategy<Value = Value>,
) -> impl Strategy<Value = Option<(&'static str, Value)>> {
    (0..10, value).prop_map(move |(choice, value)| match choice {
        0..2 if !required => None,
        2 => Some((negated, value)),
        _ => Some((name, value)),
    })
}

fn principals() -> impl Strategy<Value = Value> {
    let accounts = strings(&[
        "123456789012",
        "arn:aws:iam::123456789012:root",
        "arn:aws-cn:iam::123456789012:root",
        "*",
        "arn:aws:iam::123456789012:role/a",
    ]);
    prop_oneof![
        Just(json!("*")),
        accounts.prop_map(|list| json!({"AWS": list})),
        strings(&["a.amazonaws.com", "*"]).prop_map(|list| json!({"Service": list})),
    ]
}

fn conditions() -> impl Strategy<Value = Value> {
    let operators = select(vec![
        "ArnEquals",
        "ArnLike",
        "Bool",
        "NumericEquals",
        "StringEqualsIgnoreCase",
        "ForAnyValue:StringLike",
        "StringNotEquals",
        "StringNotLikeIfExists",
    ]);
    let keys = select(vec!["aws:Key", "AWS:key", "sts:ExternalId"]);
    let scalar = select(vec![
        json!("true"),
        json!(true),
        json!(1),
        json!(1.5),
        json!("1.0"),
        json!("A"),
        json!("a"),
        json!("${aws:username}"),
    ]);
    let values = prop_oneof![
        scalar.clone(),
        prop::collection::vec(scalar, 0..3).prop_map(Value::Array),
    ];
    let by_key = prop::collection::btree_map(keys, values, 0..3).prop_map(|keys| json!(keys));
    prop::collection::btree_map(operators, by_key, 0..3).prop_map(|condition| json!(condition))
}

fn statement() -> impl Strategy<Value = Value> {
    let actions = strings(&["s3:GetObject", "S3:getobject", "s3:Put*", "s3:*", "*"]);
    let resources = strings(&[
        "*",
        "arn:aws:s3:::b",
        "arn:aws:s3:::*",
        "arn:aws:s3:::b/${aws:username}",
        "arn:aws:s3:::b/${AWS:Username}",
    ]);
    (
        select(vec!["Allow", "Allow", "Deny"]),
        prop::option::of(select(vec!["", "A", "B"])),
        element("Principal", "NotPrincipal", false, principals()),
        element("Action", "NotAction", true, actions),
        element("Resource", "NotResource", false, resources),
        prop::option::of(conditions()),
    )
        .prop_map(|(effect, sid, principal, action, resource, condition)| {
            let mut statement = Map::from_iter([("Effect".to_owned(), json!(effect))]);
            let selectors = [principal, action, resource].into_iter().flatten();
            let others = [
                sid.map(|sid| ("Sid", json!(sid))),
                condition.map(|c| ("Condition", c)),
            ];
            for (name, value) in selectors.chain(others.into_iter().flatten()) {
                statement.insert(name.to_owned(), value);
            }
            Value::Object(statement)
        })
}

fn document() -> impl Strategy<Value = Value> {
    let version = select(vec![None, Some("2008-10-17"), Some("2012-10-17")]);
    let statements = prop::collection::vec(statement(), 0..4);
    (version, statements).prop_map(|(version, statements)| match version {
        None => json!({"Statement": statements}),
        Some(version) => json!({"Version": version, "Statement": statements}),
    })
}

/// Two documents, the second of which is often a small change of the first.
fn documents() -> impl Strategy<Value = (Value, Value)> {
    let edited = (document(), any::<prop::sample::Index>(), statement()).prop_map(
        |(before, index, replacement)| {
            let mut after = before.clone();
            match after["Statement"].as_array_mut() {
                Some(statements) if !statements.is_empty() => {
                    let place = index.index(statements.len());
                    statements[place]["Action"] = json!("s3:Put*");
                    if let Some(statement) = statements[place].as_object_mut() {
                        statement.remove("NotAction");
                    }
                }
                Some(statements) => statements.push(replacement),
                None => unreachable!("every document has statements"),
            }
            (before, after)
        },
    );
    let other_version = document().prop_map(|before| {
        let mut after = before.clone();
        after["Version"] = json!("2012-10-17");
        (before, after)
    });
    prop_oneof![(document(), document()), edited, other_version]
}

fn policy(document: &Value) -> Policy {
    Policy::from_value(document.clone()).expect("the strategy makes valid policies")
}

/// The document with every list turned round and a single value made a list: statements, actions,
/// principals, values. Booleans and whole numbers become strings.
fn rewritten(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().rev().map(rewritten).collect(),
        Value::Object(members) => members
            .iter()
            .rev()
            .map(|(key, value)| {
                let is_list = matches!(
                    key.as_str(),
                    "Action" | "NotAction" | "Resource" | "NotResource" | "AWS" | "Service"
                );
                let value = rewritten(value);
                let listed = is_list && value.is_string();
                (
                    key.clone(),
                    if listed { json!([value, value]) } else { value },
                )
            })
            .collect(),
        Value::Number(number) if number.is_f64() => value.clone(),
        Value::Bool(_) | Value::Number(_) => json!(value.to_string()),
        Value::Null | Value::String(_) => value.clone(),
    }
}

/// The document with each statement divided into one for each value of `element`.
fn split_by(element: &str, document: &Value) -> Value {
    let mut split = document.clone();
    let statements = document["Statement"].as_array().expect("a list").iter();
    split["Statement"] = statements
        .flat_map(|statement| match statement.get(element) {
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| {
                    let mut part = statement.clone();
                    part[element] = item.clone();
                    part
                })
                .collect(),
            _ => vec![statement.clone()],
        })
        .collect();
    split
}

proptest! {
    #[test]
    fn order_and_form_never_change_the_meaning(document in document()) {
        prop_assert!(same_meaning(&policy(&document), &policy(&rewritten(&document))));
    }

    #[test]
    fn splitting_a_statement_keeps_the_meaning(document in document()) {
        for element in ["Action", "Resource"] {
            let split = split_by(element, &document);
            prop_assert!(same_meaning(&policy(&document), &policy(&split)), "by {element}");
        }
    }

    #[test]
    fn comparing_is_reflexive_and_symmetric((a, b) in documents()) {
        let (a, b) = (policy(&a), policy(&b));
        prop_assert!(same_meaning(&a, &a));
        prop_assert_eq!(same_meaning(&a, &b), same_meaning(&b, &a));
    }

    #[test]
    fn a_diff_is_empty_exactly_if_the_meaning_is_the_same((a, b) in documents()) {
        let (a, b) = (policy(&a), policy(&b));
        let lines = diff(Some(&a), Some(&b));
        prop_assert_eq!(lines.is_empty(), same_meaning(&a, &b), "{:?}", lines);
        prop_assert!(!diff(None, Some(&b)).is_empty());
        prop_assert!(!diff(Some(&a), None).is_empty());
    }

    #[test]
    fn splitting_off_and_joining_statements_restores_the_meaning(document in document()) {
        let whole = policy(&document);
        let (rest, aside) = whole.split(|statement| statement.sid().is_some());
        prop_assert!(rest.statements().iter().all(|statement| statement.sid().is_none()));
        prop_assert!(same_meaning(&rest.join(&aside), &whole));
    }

    #[test]
    fn what_is_written_reads_back_as_the_same_policy(document in document()) {
        let written = policy(&document);
        let read = Policy::parse(&written.compact());
        prop_assert_eq!(read.map(|policy| policy.compact()), Ok(written.compact()));
    }

    #[test]
    fn reading_arbitrary_text_never_panics(text in any::<String>(), junk in "[\\[\\]{}\",:a1 \\\\]{0,40}") {
        for text in [text, junk] {
            let strict = crate::json::parse(&text);
            if let Ok(value) = &strict {
                let lenient = serde_json::from_str::<Value>(&text).ok();
                prop_assert_eq!(Some(value), lenient.as_ref());
            }
            prop_assert_eq!(Policy::parse(&text).is_ok(), strict.is_ok_and(|v| Policy::from_value(v).is_ok()));
        }
    }

    #[test]
    fn placeholders_leave_policy_variables_alone(
        before in "[^$]{0,8}",
        variable in "[a-z0-9-]{1,8}:[A-Za-z/', ]{0,12}",
        after in "[^$]{0,8}",
    ) {
        let text = format!("{before}${{{variable}}}{after}");
        let mut document = json!({"k": [text]});
        let untouched = document.clone();
        let values = BTreeMap::from([("aws", "x".to_owned()), ("s3", "x".to_owned())]);
        prop_assert_eq!(placeholders::replace(&mut document, &values), Ok(()));
        prop_assert_eq!(document, untouched);
    }

    #[test]
    fn a_value_is_inserted_as_it_is(value in any::<String>(), before in "[^$]{0,8}", after in "[^$]{0,8}") {
        let mut document = json!([format!("{before}${{Name}}{after}")]);
        let values = BTreeMap::from([("Name", value.clone())]);
        prop_assert_eq!(placeholders::replace(&mut document, &values), Ok(()));
        prop_assert_eq!(document, json!([format!("{before}{value}{after}")]));
    }

    #[test]
    fn the_external_id_is_in_no_output(id in "[A-Z]{12}") {
        let trust = json!({"Statement": {
            "Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": id}},
        }});
        let with_id = policy(&trust);
        let without = policy(&redacted(&trust));
        let lines = [diff(None, Some(&with_id)), diff(Some(&with_id), Some(&without))].concat();
        let output = format!("{with_id:?} {lines:?} {}", redacted(&trust));
        prop_assert!(!output.contains(&id), "{output}");
    }
}
