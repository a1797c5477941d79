//! How long an event pattern may be, and what it says in words.

use serde_json::Value as Json;

/// The characters that an event pattern may have at most (API Reference, "PutRule").
pub const LIMIT: usize = 4_096;
/// The characters that it may have in an account whose quota was not raised (EventBridge User Guide,
/// "Amazon EventBridge quotas").
pub const QUOTA: usize = 2_048;

/// The number of characters of a pattern as it is sent.
pub fn size(pattern: &Json) -> usize {
    pattern.to_string().chars().count()
}

/// What a person should know about a pattern that is longer than the quota of most accounts.
pub fn over_quota(pattern: &Json) -> Option<String> {
    let size = size(pattern);
    (size > QUOTA).then(|| {
        format!(
            "the event pattern has {size} characters, and AWS allows {QUOTA} unless the quota \
             \"Event pattern size\" of EventBridge was raised (Service Quotas)"
        )
    })
}

/// How many values of a field are named. More are counted.
const NAMED: usize = 2;

/// The events that a pattern selects, in one line for a person.
pub fn in_words(pattern: &Json) -> String {
    let mut fields = Vec::new();
    collect("", pattern, &mut fields);
    if fields.is_empty() {
        return "every event".to_owned();
    }
    fields.join(", ")
}

fn collect(path: &str, pattern: &Json, fields: &mut Vec<String>) {
    match pattern {
        Json::Object(inner) => {
            for (name, value) in inner {
                let path = match path {
                    "" => name.clone(),
                    _ => format!("{path}.{name}"),
                };
                collect(&path, value, fields);
            }
        }
        Json::Array(values) => fields.push(format!("{path} {}", alternatives(values))),
        scalar => fields.push(format!("{path} {scalar}")),
    }
}

fn alternatives(values: &[Json]) -> String {
    // A matcher, such as one by prefix, has no short form.
    let is_short = values.len() <= NAMED && values.iter().all(|value| !value.is_object());
    if is_short {
        let values: Vec<String> = values.iter().map(ToString::to_string).collect();
        return values.join(" or ");
    }
    match values.len() {
        1 => "that matches".to_owned(),
        count => format!("one of {count}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::in_words;

    #[test]
    fn a_pattern_is_said_in_words() {
        let cases = [
            ("everything", json!({}), "every event"),
            (
                "few values are named",
                json!({"source": ["aws.s3"], "detail-type": ["a", "b"]}),
                "source \"aws.s3\", detail-type \"a\" or \"b\"",
            ),
            (
                "many are counted",
                json!({"source": ["a", "b", "c"]}),
                "source one of 3",
            ),
            (
                "fields of fields have a path, and matchers no words",
                json!({"detail": {"state": [{"prefix": "x"}], "code": [1]}}),
                "detail.state that matches, detail.code 1",
            ),
        ];
        for (why, pattern, expected) in cases {
            assert_eq!(in_words(&pattern), expected, "{why}");
        }
    }
}
