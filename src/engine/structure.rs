//! What differs between two values that have parts, such as event patterns and lifecycle rules, in lines
//! for a person.

use iam_policy::printable::printable;
use iam_policy::{DiffLine, Sign};
use serde_json::{Map, Value as Json};

/// The parts that differ, each with its name. Entries of a list are added or removed; those that are
/// objects with an `id` are compared with their namesakes. What is null counts as absent.
pub fn differences(before: Option<&Json>, after: Option<&Json>) -> Vec<DiffLine> {
    let mut lines = Vec::new();
    compare(&mut lines, 0, None, before, after);
    lines
}

fn compare(
    lines: &mut Vec<DiffLine>,
    depth: u8,
    name: Option<&str>,
    before: Option<&Json>,
    after: Option<&Json>,
) {
    let there = |value: &&Json| !value.is_null();
    let (old, new) = match (before.filter(there), after.filter(there)) {
        (old, new) if old == new => return,
        (Some(old), Some(new)) => (old, new),
        (Some(old), None) => return whole(lines, Sign::Removed, depth, name, old),
        (None, Some(new)) => return whole(lines, Sign::Added, depth, name, new),
        (None, None) => return,
    };
    match (old, new) {
        (Json::Object(old), Json::Object(new)) => {
            let depth = heading(lines, depth, name);
            fields(lines, depth, old, new);
        }
        (Json::Array(old), Json::Array(new)) => {
            let depth = heading(lines, depth, name);
            match (by_id(old), by_id(new)) {
                (Some(old), Some(new)) => fields(lines, depth, &old, &new),
                _ => entries(lines, depth, old, new),
            }
        }
        (old, new) if has_parts(old) || has_parts(new) => {
            whole(lines, Sign::Removed, depth, name, old);
            whole(lines, Sign::Added, depth, name, new);
        }
        (old, new) => {
            let text = format!("{} -> {}", in_words(old), in_words(new));
            push(lines, Sign::Changed, depth, name, &text);
        }
    }
}

fn fields(lines: &mut Vec<DiffLine>, depth: u8, old: &Map<String, Json>, new: &Map<String, Json>) {
    let gone = old.keys().filter(|name| !new.contains_key(*name));
    for name in new.keys().chain(gone) {
        compare(lines, depth, Some(name), old.get(name), new.get(name));
    }
}

/// The entries that only one list has. Those that both have may stand in another order.
fn entries(lines: &mut Vec<DiffLine>, depth: u8, old: &[Json], new: &[Json]) {
    for (sign, own, others) in [(Sign::Removed, old, new), (Sign::Added, new, old)] {
        let only = own.iter().filter(|entry| !others.contains(entry));
        for entry in only {
            push(lines, sign, depth, None, &in_words(entry));
        }
    }
}

/// The entries by their ids, if each is an object with one of its own.
fn by_id(entries: &[Json]) -> Option<Map<String, Json>> {
    let mut map = Map::new();
    for entry in entries {
        let mut entry = entry.as_object()?.clone();
        let id = entry.shift_remove("id")?.as_str()?.to_owned();
        if map.insert(id, Json::Object(entry)).is_some() {
            return None;
        }
    }
    Some(map)
}

fn whole(lines: &mut Vec<DiffLine>, sign: Sign, depth: u8, name: Option<&str>, value: &Json) {
    let named = match value {
        Json::Object(fields) => Some(fields.clone()),
        Json::Array(entries) => by_id(entries).filter(|entries| !entries.is_empty()),
        _ => None,
    };
    // A part of the value is read as a whole, in one line.
    let Some(named) = named.filter(|_| name.is_none()) else {
        return push(lines, sign, depth, name, &in_words(value));
    };
    for (name, value) in named.iter().filter(|(_, value)| !value.is_null()) {
        push(lines, sign, depth, Some(name), &in_words(value));
    }
}

/// A line for what the lines below it are about, and their depth.
fn heading(lines: &mut Vec<DiffLine>, depth: u8, name: Option<&str>) -> u8 {
    let Some(name) = name else {
        return depth;
    };
    lines.push(DiffLine {
        sign: Sign::Changed,
        depth,
        text: printable(name),
    });
    depth.saturating_add(1)
}

fn push(lines: &mut Vec<DiffLine>, sign: Sign, depth: u8, name: Option<&str>, value: &str) {
    let text = match name {
        Some(name) => format!("{}: {value}", printable(name)),
        None => value.to_owned(),
    };
    lines.push(DiffLine { sign, depth, text });
}

/// Whether the value is a list or has fields.
pub fn has_parts(value: &Json) -> bool {
    value.is_array() || value.is_object()
}

/// A value without the marks of JSON.
pub fn in_words(value: &Json) -> String {
    match value {
        Json::String(text) if text.is_empty() => "\"\"".to_owned(),
        Json::String(text) => printable(text),
        Json::Array(entries) if entries.is_empty() => "(none)".to_owned(),
        Json::Array(entries) => {
            let entries: Vec<String> = entries.iter().map(in_words).collect();
            entries.join(", ")
        }
        Json::Object(fields) => {
            let fields = fields.iter().filter(|(_, value)| !value.is_null());
            let fields = fields.map(|(name, value)| {
                let value = in_words(value);
                format!("{} {value}", printable(name))
            });
            let fields: Vec<String> = fields.collect();
            fields.join(", ")
        }
        scalar => scalar.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(before: &Json, after: &Json) -> Vec<String> {
        let lines = differences(Some(before), Some(after));
        let lines = lines.into_iter().map(|line| {
            let sign = match line.sign {
                Sign::Added => '+',
                Sign::Removed => '-',
                Sign::Changed => '~',
            };
            format!("{}{sign} {}", "  ".repeat(line.depth.into()), line.text)
        });
        lines.collect()
    }

    #[test]
    fn only_the_parts_that_differ_are_named() {
        let rule = |id: &str, days: Json| json!({"id": id, "expire_days": days, "prefix": ""});
        let cases: [(&str, Json, Json, &[&str]); 11] = [
            ("equal", json!({"a": 1}), json!({"a": 1}), &[]),
            (
                "a field",
                json!({"a": false, "b": true}),
                json!({"a": true, "b": true}),
                &["~ a: false -> true"],
            ),
            (
                "entries of a list",
                json!({"source": ["aws.ec2", "aws.iam"]}),
                json!({"source": ["aws.ec2", "aws.s3"]}),
                &["~ source", "  - aws.iam", "  + aws.s3"],
            ),
            (
                "a field of a field",
                json!({"detail": {"state": ["a"]}}),
                json!({"detail": {"state": [{"prefix": "b"}]}}),
                &["~ detail", "  ~ state", "    - a", "    + prefix b"],
            ),
            (
                "fields that only one side has",
                json!({"a": ["x", "y"]}),
                json!({"b": ["z"]}),
                &["+ b: z", "- a: x, y"],
            ),
            (
                "a rule is compared with its namesake",
                json!([rule("ours", json!(30)), rule("theirs", json!(7))]),
                json!([rule("ours", json!(1))]),
                &[
                    "~ ours",
                    "  ~ expire_days: 30 -> 1",
                    "- theirs: expire_days 7, prefix \"\"",
                ],
            ),
            (
                "null is absent",
                json!([rule("ours", json!(null))]),
                json!([rule("ours", json!(1))]),
                &["~ ours", "  + expire_days: 1"],
            ),
            (
                "without ids whole entries differ",
                json!([{"x": 1}]),
                json!([{"x": 2}]),
                &["- x 1", "+ x 2"],
            ),
            (
                "two of one id are not confused",
                json!([rule("a", json!(1)), rule("a", json!(2))]),
                json!([rule("a", json!(1))]),
                &["- id a, expire_days 2, prefix \"\""],
            ),
            (
                "a text in the place of parts",
                json!("{broken"),
                json!({"source": ["a"]}),
                &["- {broken", "+ source: a"],
            ),
            (
                "what controls a terminal is escaped",
                json!({"a\u{1b}[2J": ["x\ny"]}),
                json!({}),
                &["- a\\u{1b}[2J: x\\ny"],
            ),
        ];
        for (why, before, after, lines) in cases {
            assert_eq!(text(&before, &after), lines, "{why}");
        }
    }

    #[test]
    fn what_is_new_is_told_part_by_part() {
        let pattern = json!({"source": ["a", "b"], "detail": {"x": [1]}});
        let lines = differences(None, Some(&pattern));
        let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts, ["source: a, b", "detail: x 1"]);
        assert!(lines.iter().all(|line| line.sign == Sign::Added));
    }
}
