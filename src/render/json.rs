//! The JSON output of a plan and of a run.

use serde_json::{Map, Value as Json, json};

use crate::engine::action::Action;
use crate::engine::attributes::Value;
use crate::engine::events::{Counts, Event, Outcome};
use crate::engine::plan::{Plan, Step};
use crate::failure::Failure;
use crate::render::{narrowed, warnings};
use crate::systems::Site;

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
            "note": change.note(),
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

/// One event of a run.
pub fn event(event: &Event) -> Json {
    match event {
        Event::Started(address, action) => json!({
            "event": "started",
            "address": address.to_string(),
            "action": action.to_string(),
        }),
        Event::Waiting(address, what) => json!({
            "event": "waiting",
            "address": address.to_string(),
            "for": what,
        }),
        Event::Progress(address, what) => json!({
            "event": "progress",
            "address": address.to_string(),
            "message": what,
        }),
        Event::Finished(address, result) => {
            let (name, detail) = outcome(result);
            let mut object = json!({
                "event": "finished",
                "address": address.to_string(),
                "outcome": name,
            });
            if let (Json::Object(object), Json::Object(detail)) = (&mut object, detail) {
                object.extend(detail);
            }
            object
        }
    }
}

/// The number of steps by outcome, and what a destroy has left under our names.
pub fn summary(counts: &Counts, left: &[&Step]) -> Json {
    let counts: Map<String, Json> = counts
        .by_name()
        .into_iter()
        .map(|(name, count)| (name.to_owned(), count.into()))
        .collect();
    let left = left.iter().map(|step| {
        json!({
            "address": step.address.to_string(),
            "name": step.name,
            "reason": step.decision.reason,
        })
    });
    json!({"event": "summary", "outcomes": counts, "left": left.collect::<Vec<_>>()})
}

fn outcome(outcome: &Outcome) -> (&'static str, Json) {
    match outcome {
        Outcome::Done(action) => ("done", json!({"action": action.to_string()})),
        Outcome::Failed(failure) => ("failed", json!({"error": failure_json(failure)})),
        Outcome::Skipped(reason) => ("skipped", json!({"reason": reason})),
        Outcome::Unknown(failure) => ("unknown", json!({"error": failure_json(failure)})),
    }
}

/// The failure that ended a run, or that kept it from beginning.
pub fn error(failure: &Failure) -> Json {
    json!({"event": "error", "error": failure_json(failure)})
}

/// A failure with its causes and its hint.
fn failure_json(failure: &Failure) -> Json {
    json!({
        "message": failure.message,
        "causes": failure.causes,
        "hint": failure.hint,
    })
}
