//! What differs between two values that have parts, such as event patterns and lifecycle rules, part by part
//! and in lines for a person.

use iam_policy::printable::printable;
use iam_policy::{DiffLine, Sign};
use serde_json::{Map, Value as Json};

/// A part that differs, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The names of what the part is in, from the outermost.
    pub within: Vec<String>,
    /// Its name; `None` for an entry of a list, or for the whole value.
    pub name: Option<String>,
    /// The part in the first value, if it has it.
    pub before: Option<String>,
    /// The part in the second value, if it has it.
    pub after: Option<String>,
}

/// The parts that differ. Entries of a list are added or removed; those that are objects with an `id` are
/// compared with their namesakes. What is null counts as absent.
pub fn parts(before: Option<&Json>, after: Option<&Json>) -> Vec<Part> {
    let mut parts = Vec::new();
    compare(&mut parts, &[], None, before, after);
    parts
}

/// The same in lines. A part stands below the names of what it is in.
pub fn differences(before: Option<&Json>, after: Option<&Json>) -> Vec<DiffLine> {
    let mut lines = Vec::new();
    let mut said: Vec<String> = Vec::new();
    for part in parts(before, after) {
        let mut pairs = said.iter().zip(&part.within);
        let known = pairs.position(|(said, name)| said != name);
        let known = known.unwrap_or(said.len().min(part.within.len()));
        let mut push = |sign, depth: usize, text| {
            let depth = u8::try_from(depth).unwrap_or(u8::MAX);
            lines.push(DiffLine { sign, depth, text });
        };
        for (depth, name) in part.within.iter().enumerate().skip(known) {
            push(Sign::Changed, depth, name.clone());
        }
        let (sign, value) = match (part.before, part.after) {
            (Some(before), Some(after)) => (Sign::Changed, format!("{before} -> {after}")),
            (None, Some(after)) => (Sign::Added, after),
            (before, None) => (Sign::Removed, before.unwrap_or_default()),
        };
        let text = match part.name {
            Some(name) => format!("{name}: {value}"),
            None => value,
        };
        push(sign, part.within.len(), text);
        said = part.within;
    }
    lines
}

fn compare(
    parts: &mut Vec<Part>,
    within: &[String],
    name: Option<&str>,
    before: Option<&Json>,
    after: Option<&Json>,
) {
    let there = |value: &&Json| !value.is_null();
    let (old, new) = match (before.filter(there), after.filter(there)) {
        (old, new) if old == new => return,
        (Some(old), Some(new)) => (old, new),
        (old, new) => {
            whole(parts, within, name, old, Side::Before);
            return whole(parts, within, name, new, Side::After);
        }
    };
    let inner: Vec<String> = within.iter().cloned().chain(name.map(printable)).collect();
    match (old, new) {
        (Json::Object(old), Json::Object(new)) => fields(parts, &inner, old, new),
        (Json::Array(old), Json::Array(new)) => match (by_id(old), by_id(new)) {
            (Some(old), Some(new)) => fields(parts, &inner, &old, &new),
            _ => entries(parts, &inner, old, new),
        },
        (old, new) if has_parts(old) || has_parts(new) => {
            whole(parts, within, name, Some(old), Side::Before);
            whole(parts, within, name, Some(new), Side::After);
        }
        (old, new) => parts.push(Part {
            within: within.to_vec(),
            name: name.map(printable),
            before: Some(in_words(old)),
            after: Some(in_words(new)),
        }),
    }
}

fn fields(
    parts: &mut Vec<Part>,
    within: &[String],
    old: &Map<String, Json>,
    new: &Map<String, Json>,
) {
    let gone = old.keys().filter(|name| !new.contains_key(*name));
    for name in new.keys().chain(gone) {
        compare(parts, within, Some(name), old.get(name), new.get(name));
    }
}

/// The entries that only one list has. Those that both have may stand in another order.
fn entries(parts: &mut Vec<Part>, within: &[String], old: &[Json], new: &[Json]) {
    for (side, own, others) in [(Side::Before, old, new), (Side::After, new, old)] {
        let only = own.iter().filter(|entry| !others.contains(entry));
        parts.extend(only.map(|entry| side.part(within, None, entry)));
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

/// The value that has a part which the other one lacks.
#[derive(Clone, Copy)]
enum Side {
    Before,
    After,
}

impl Side {
    fn part(self, within: &[String], name: Option<&str>, value: &Json) -> Part {
        let (before, after) = match self {
            Side::Before => (Some(in_words(value)), None),
            Side::After => (None, Some(in_words(value))),
        };
        Part {
            within: within.to_vec(),
            name: name.map(printable),
            before,
            after,
        }
    }
}

fn whole(
    parts: &mut Vec<Part>,
    within: &[String],
    name: Option<&str>,
    value: Option<&Json>,
    side: Side,
) {
    let Some(value) = value else {
        return;
    };
    let named = match value {
        Json::Object(fields) => Some(fields.clone()),
        Json::Array(entries) => by_id(entries).filter(|entries| !entries.is_empty()),
        _ => None,
    };
    // A part of the value is read as a whole, in one line.
    let Some(named) = named.filter(|_| name.is_none()) else {
        return parts.push(side.part(within, name, value));
    };
    let named = named.iter().filter(|(_, value)| !value.is_null());
    parts.extend(named.map(|(name, value)| side.part(within, Some(name), value)));
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
