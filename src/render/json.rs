//! The JSON output of a plan and of a run.

use std::time::Duration;

use serde_json::{Map, Value as Json, json};

use crate::engine::action::Action;
use crate::engine::attributes::{Change, Value};
use crate::engine::events::{Counts, Event, Outcome};
use crate::engine::plan::{Plan, Step};
use crate::failure::Failure;
use crate::render::{narrowed, warnings};
use crate::systems::Site;
use iam_policy::{Sign, diff};

/// The version of the plan's form. It is raised when a program that reads the older form would
/// fail.
pub const FORMAT_VERSION: u32 = 1;

/// The plan as one document, in the form that `docs/plan.schema.json` describes.
///
/// Secrets are replaced, and values that AWS will choose are `null`.
pub fn plan(site: &Site, plan: &Plan) -> Json {
    let actions = [
        Action::Keep,
        Action::Create,
        Action::Update,
        Action::Delete,
        Action::Adopt,
        Action::Blocked,
    ];
    let summary: Map<String, Json> = actions
        .into_iter()
        .map(|action| (action.to_string(), plan.count(action).into()))
        .collect();
    json!({
        "format_version": FORMAT_VERSION,
        "account": site.account.as_str(),
        "partition": site.partition.name(),
        "regions": site.regions.iter().map(|region| region.name()).collect::<Vec<_>>(),
        "targets": narrowed::json(plan),
        "changes_left_out": plan.narrowed.as_ref().map_or(0, |it| it.changes_left_out),
        "resources": plan.steps.iter().map(step).collect::<Vec<_>>(),
        "summary": summary,
        "warnings": warnings::json(&plan.warnings),
    })
}

fn step(step: &Step) -> Json {
    let side = |value: &Option<Value>| value.as_ref().map(Value::to_json);
    let changes = step.decision.changes.iter().map(|change| {
        json!({
            "attribute": change.attribute,
            "before": side(&change.before),
            "after": side(&change.after),
            "after_unknown": matches!(change.after, Some(Value::KnownAfterApply)),
            "note": note(change),
        })
    });
    json!({
        "address": step.address.to_string(),
        "kind": step.address.kind,
        "region": step.address.region.as_ref().map(|region| region.name()),
        "serves": step.region.as_ref().map(|region| region.name()),
        "name": step.name,
        "arn": step.arn,
        "action": step.decision.action.to_string(),
        "summary": step.summary,
        "reason": step.decision.reason,
        "note": step.note,
        "keeps": step.keeps,
        "needs": step.needs.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "changes": changes.collect::<Vec<_>>(),
    })
}

/// What a person should know about a change beside the values. Every secret is the same text in these, so
/// that only this tells whether it is another one.
fn note(change: &Change) -> Option<String> {
    let before = change.before.as_ref().and_then(Value::as_policy);
    let after = change.after.as_ref().and_then(Value::as_policy);
    let hidden = match (before.as_deref(), after.as_deref()) {
        (Some(before), Some(after)) => {
            let mut lines = diff(Some(before), Some(after)).into_iter();
            lines.any(|it| it.sign == Sign::Changed && it.text.contains("(sensitive, changed)"))
        }
        _ => false,
    };
    let hidden = hidden.then(|| "the external ID, which is hidden, differs".to_owned());
    let notes: Vec<String> = change.note().into_iter().chain(hidden).collect();
    (!notes.is_empty()).then(|| notes.join("; "))
}

/// One event of a run, with the action on its resource, and where the work ended, how long it took.
pub fn event(event: &Event, action: Option<Action>, took: Option<Duration>) -> Json {
    let (name, address, details) = match event {
        Event::Started(address, _) => ("started", address, json!({})),
        Event::Waiting(address, what) => ("waiting", address, json!({"for": what})),
        Event::Progress(address, what) => ("progress", address, json!({"message": what})),
        Event::Finished(address, outcome) => ("finished", address, details(outcome, took)),
    };
    let mut object = json!({
        "event": name,
        "address": address.to_string(),
        "action": action.map(|it| it.to_string()),
    });
    if let (Json::Object(object), Json::Object(details)) = (&mut object, details) {
        object.extend(details);
    }
    object
}

fn details(outcome: &Outcome, took: Option<Duration>) -> Json {
    let (name, detail) = match outcome {
        Outcome::Failed(failure) | Outcome::Unknown(failure) => ("error", failure_json(failure)),
        Outcome::Skipped(because) => ("because", because.to_string().into()),
        Outcome::Done(_) | Outcome::HalfDone | Outcome::NotBegun => ("error", Json::Null),
    };
    let mut details = json!({
        "outcome": outcome.name(),
        "duration_ms": took.map(millis),
    });
    if let (Json::Object(details), false) = (&mut details, detail.is_null()) {
        details.insert(name.to_owned(), detail);
    }
    details
}

fn millis(length: Duration) -> Json {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX).into()
}

/// The number of steps by outcome, those that were done by action, how long the run took, and what a
/// destroy has left under our names.
pub fn summary(counts: &Counts, took: Duration, left: &[&Step]) -> Json {
    let names = [
        "done",
        "failed",
        "skipped",
        "unknown",
        "half_done",
        "not_begun",
    ];
    let outcomes = names.map(|name| (name.to_owned(), counts.count(name).into()));
    let actions = [
        Action::Create,
        Action::Update,
        Action::Delete,
        Action::Adopt,
    ];
    let actions = actions.map(|action| (action.to_string(), counts.done(action).into()));
    let left = left.iter().map(|step| {
        json!({
            "address": step.address.to_string(),
            "name": step.name,
            "reason": step.decision.reason,
        })
    });
    json!({
        "event": "summary",
        "duration_ms": millis(took),
        "outcomes": Map::from_iter(outcomes),
        "actions": Map::from_iter(actions),
        "left": left.collect::<Vec<_>>(),
    })
}

/// The failure that ended a run, or that kept it from beginning.
pub fn error(failure: &Failure) -> Json {
    json!({"event": "error", "error": failure_json(failure)})
}

/// A failure with its causes and its hint, and those that were found together with it.
fn failure_json(failure: &Failure) -> Json {
    let mut json = json!({
        "message": failure.message,
        "causes": failure.causes,
        "hint": failure.hint,
    });
    if !failure.also.is_empty() {
        json["also"] = failure.also.iter().map(failure_json).collect();
    }
    json
}
