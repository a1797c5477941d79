//! What differs between two values of a plan, part by part, with both sides beside each other.

use iam_policy::{DiffLine, Policy, Sign, diff};
use serde_json::Value as Json;

use crate::engine::known::KNOWN_AFTER_APPLY;
use crate::engine::structure::{Part, parts};
use crate::render::plan_document::Change;

/// A row: what is in AWS on one side, what is wanted on the other.
#[derive(Debug, PartialEq, Eq)]
pub enum Row {
    /// What the rows below are about.
    Heading(String),
    /// A part, with its place in the value, which is empty for the whole value.
    Part {
        /// The place of the part.
        place: String,
        /// The part in AWS, if it is there.
        before: Option<String>,
        /// The wanted part, if it is wanted.
        after: Option<String>,
    },
}

/// The policy in a value, if it is one.
pub fn policy(value: &Json) -> Option<Policy> {
    value.get("Statement")?;
    Policy::from_value(value.clone()).ok()
}

/// The parts that differ. Those that are the same on both sides are left out.
pub fn rows(change: &Change) -> Vec<Row> {
    let is_policy = |value: &Json| value.is_null() || policy(value).is_some();
    if [&change.before, &change.after].into_iter().all(is_policy) && !change.after_unknown {
        let (before, after) = (policy(&change.before), policy(&change.after));
        if before.is_some() || after.is_some() {
            return of_policies(diff(before.as_ref(), after.as_ref()));
        }
    }
    let unknown = Json::from(KNOWN_AFTER_APPLY);
    let after = match change.after_unknown {
        true => &unknown,
        false => &change.after,
    };
    let parts = parts(Some(&change.before), Some(after));
    let of_one_list = |one: &Part, next: &Part| {
        one.name.is_none() && next.name.is_none() && one.within == next.within
    };
    let mut rows = Vec::new();
    for parts in parts.chunk_by(of_one_list) {
        let lost = parts.iter().filter_map(|part| part.before.clone());
        let gained = parts.iter().filter_map(|part| part.after.clone());
        pair(
            &mut rows,
            &place(&parts[0]),
            lost.collect(),
            gained.collect(),
        );
    }
    rows
}

/// The place of a part in its value.
fn place(part: &Part) -> String {
    let names = part.within.iter().chain(&part.name);
    names.map(String::as_str).collect::<Vec<_>>().join(".")
}

fn of_policies(lines: Vec<DiffLine>) -> Vec<Row> {
    let mut rows = Vec::new();
    let (mut lost, mut gained) = (Vec::new(), Vec::new());
    for line in lines {
        // What was removed stands before what was added in its place.
        if line.sign != Sign::Added && !gained.is_empty() || line.depth == 0 {
            pair(
                &mut rows,
                "",
                std::mem::take(&mut lost),
                std::mem::take(&mut gained),
            );
        }
        match (line.sign, line.depth) {
            (Sign::Changed, 0) => rows.push(Row::Heading(line.text)),
            (Sign::Changed, _) => {
                lost.push(line.text.clone());
                gained.push(line.text);
            }
            (Sign::Removed, _) => lost.push(line.text),
            (Sign::Added, _) => gained.push(line.text),
        }
    }
    pair(&mut rows, "", lost, gained);
    rows
}

/// Rows with the lost and the gained parts of one place beside each other.
fn pair(rows: &mut Vec<Row>, place: &str, lost: Vec<String>, gained: Vec<String>) {
    let count = lost.len().max(gained.len());
    let (mut lost, mut gained) = (lost.into_iter(), gained.into_iter());
    rows.extend((0..count).map(|_| Row::Part {
        place: place.to_owned(),
        before: lost.next(),
        after: gained.next(),
    }));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(before: Json, after: Json) -> Vec<(String, Option<String>, Option<String>)> {
        let change = Change {
            attribute: "a".to_owned(),
            before,
            after,
            after_unknown: false,
            note: None,
        };
        let rows = rows(&change).into_iter();
        rows.map(|row| match row {
            Row::Heading(text) => (text, None, None),
            Row::Part {
                place,
                before,
                after,
            } => (place, before, after),
        })
        .collect()
    }

    #[test]
    #[rustfmt::skip]
    fn each_part_stands_by_itself() {
        let part = |place: &str, before: &str, after: &str| {
            let side = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            (place.to_owned(), side(before), side(after))
        };
        let cases = [
            ("a plain value", json!("Suspended"), json!("Enabled"), vec![part("", "Suspended", "Enabled")]),
            ("a new value", json!(null), json!(3), vec![part("", "", "3")]),
            ("a list that comes as a whole", json!(null), json!(["x", "y"]), vec![part("", "", "x, y")]),
            ("an empty text is seen", json!(""), json!(null), vec![part("", "\"\"", "")]),
            ("only what differs of an object", json!({"a": 1, "b": true}), json!({"a": 1, "b": false}), vec![part("b", "true", "false")]),
            ("what left a list and what came", json!({"source": ["x", "y"]}), json!({"source": ["y", "z"]}), vec![part("source", "x", "z")]),
            ("rules by their id, whatever their order", json!([{"id": "p", "days": 30}, {"id": "q", "days": 1}]), json!([{"id": "q", "days": 1}, {"id": "p", "days": 1}]),
                vec![part("p.days", "30", "1")]),
            ("entries without an id as wholes", json!([{"prefix": "x"}]), json!([{"prefix": "y"}]), vec![part("", "prefix x", "prefix y")]),
            ("fields of a new object", json!(null), json!({"source": ["x", "y"], "detail": {"state": [1]}}), vec![part("source", "", "x, y"), part("detail", "", "state 1")]),
            ("a part of a part", json!({"detail": {"state": ["x"]}}), json!({"detail": {"state": ["x", "y"]}}), vec![part("detail.state", "", "y")]),
            ("what AWS shows does not control a terminal", json!("a\u{1b}[2J"), json!(null), vec![part("", "a\\u{1b}[2J", "")]),
            ("a policy by its statements",
                json!({"Version": "2012-10-17", "Statement": [{"Sid": "A", "Effect": "Allow", "Action": ["s3:Get*", "s3:Put*"], "Resource": "*"}]}),
                json!({"Version": "2012-10-17", "Statement": [{"Sid": "A", "Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": "*"}]}),
                vec![part("statement \"A\"", "", ""), part("", "action s3:Put*", "action s3:List*")]),
        ];
        for (why, before, after, expected) in cases {
            assert_eq!(of(before, after), expected, "{why}");
        }
    }
}
