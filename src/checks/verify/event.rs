//! What can be sent so that a rule selects it.

use serde_json::Value as Json;

/// The source of an event that a trail logs of Firehose, and the type of every event of a trail.
const SOURCE: &str = "aws.firehose";
const CALL: &str = "AWS API Call via CloudTrail";

/// An event that a rule selects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its source.
    pub source: String,
    /// Its type.
    pub detail_type: String,
}

/// An event of our own that a rule with this pattern selects, if one follows from it. What a pattern asks
/// for beside source and type is not made up.
pub fn of_our_own(pattern: &Json) -> Option<Event> {
    let fields = pattern.as_object()?;
    let is_known = |name: &String| ["source", "detail-type"].contains(&name.as_str());
    fields.keys().all(is_known).then_some(())?;
    let value = |name: &str, otherwise: &str| match fields.get(name) {
        None => Some(otherwise.to_owned()),
        Some(alternatives) => alternatives.as_array()?.iter().find_map(text),
    };
    Some(Event {
        source: value("source", "provision.verify")?,
        detail_type: value("detail-type", "Test of provision verify")?,
    })
}

/// A text that an alternative of a pattern selects: the text itself, or one with the prefix.
fn text(alternative: &Json) -> Option<String> {
    let prefix = alternative.get("prefix").and_then(Json::as_str);
    alternative.as_str().or(prefix).map(str::to_owned)
}

/// Whether a rule with this pattern selects what a trail logs of a change of a Firehose stream.
pub fn selects_a_call(pattern: &Json) -> bool {
    let Some(fields) = pattern.as_object() else {
        return false;
    };
    fields.iter().all(|(name, alternatives)| {
        let wanted = match name.as_str() {
            "source" => SOURCE,
            "detail-type" => CALL,
            _ => return false,
        };
        let selects = |it: &Json| match it.get("prefix").and_then(Json::as_str) {
            Some(prefix) => wanted.starts_with(prefix),
            None => it.as_str() == Some(wanted),
        };
        alternatives
            .as_array()
            .is_some_and(|it| it.iter().any(selects))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_can_be_sent_follows_from_the_pattern() {
        let documented = include_str!("../../../policies/stackstate/event-pattern.json");
        let cases = [
            (
                "the documented pattern",
                serde_json::from_str(documented).unwrap(),
                Some(("aws.apigateway", "EC2 Instance State-change Notification")),
                true,
            ),
            (
                "a source of one's own",
                json!({"source": ["my.app"]}),
                Some(("my.app", "Test of provision verify")),
                false,
            ),
            (
                "a type alone, which a trail's events have too",
                json!({"detail-type": [CALL]}),
                Some(("provision.verify", CALL)),
                true,
            ),
            (
                "a prefix is the shortest text that has it",
                json!({"source": [{"prefix": "aws.f"}]}),
                Some(("aws.f", "Test of provision verify")),
                true,
            ),
            (
                "nothing follows from what is excluded",
                json!({"source": [{"anything-but": ["a"]}]}),
                None,
                false,
            ),
            (
                "a detail is not made up",
                json!({"source": [SOURCE], "detail": {"state": ["running"]}}),
                None,
                false,
            ),
            (
                "an empty list selects nothing",
                json!({"source": []}),
                None,
                false,
            ),
            ("no pattern", json!("x"), None, false),
        ];
        for (reason, pattern, own, call) in cases {
            let own = own.map(|(source, detail_type)| Event {
                source: source.to_owned(),
                detail_type: detail_type.to_owned(),
            });
            assert_eq!(of_our_own(&pattern), own, "{reason}");
            assert_eq!(selects_a_call(&pattern), call, "{reason}");
        }
    }
}
