//! What a plan says about whether a deployment can work.

use super::{Outcome, Step};
use crate::engine::action::Action;
use crate::engine::attributes::Value;
use crate::engine::node::Observations;
use crate::engine::observed::Observed;
use crate::engine::plan::Plan;
use crate::kinds::{kms, s3};

/// Whether every resource exists and is ours.
pub fn resources(plan: &Plan) -> Step {
    let missing = plan.steps.iter().filter(|step| {
        matches!(
            step.decision.action,
            Action::Create | Action::Adopt | Action::Blocked
        )
    });
    let missing: Vec<String> = missing.map(|step| step.address.to_string()).collect();
    let changed = plan.count(Action::Update) + plan.count(Action::Delete);
    if !missing.is_empty() {
        let message = format!(
            "missing, blocked or not managed by provision: {}",
            missing.join(", ")
        );
        return Step::new("resources", Outcome::Fail, message)
            .advice("Run `provision apply`, then verify again");
    }
    let kept = plan.steps.len() - plan.count(Action::Delete);
    let message = format!("all {kept} resources exist");
    match changed {
        0 => Step::new("resources", Outcome::Pass, message),
        1 => differing(format!("{message}; 1 of them differs from the settings")),
        _ => differing(format!(
            "{message}; {changed} of them differ from the settings"
        )),
    }
}

fn differing(message: String) -> Step {
    Step::new("resources", Outcome::Pass, message)
        .advice("Look at the differences with `provision plan`")
}

/// Whether the bucket keeps versions. The agent reads no bucket whose versioning is not enabled: it falls back
/// to CloudTrail, which is minutes late.
pub fn versioning(observed: &Observations) -> Option<Step> {
    let bucket = observed.iter().find_map(|(address, observed)| {
        let Observed::Present(present) = observed else {
            return None;
        };
        (address.kind == s3::bucket::KIND).then_some(present)
    })?;
    let versioning = bucket.attributes.get("versioning").and_then(Value::as_text);
    Some(match versioning {
        Some("Enabled") => Step::new("versioning", Outcome::Pass, "the bucket keeps versions"),
        other => Step::new(
            "versioning",
            Outcome::Fail,
            format!(
                "the versioning of the bucket is {}, and the agent reads no such bucket",
                other.unwrap_or("off")
            ),
        )
        .advice("Run `provision apply`"),
    })
}

/// What of the resources sends the events elsewhere too, which an apply removes: a further target of a rule, a
/// backup or a processor of a stream.
pub fn elsewhere(plan: &Plan) -> Vec<Step> {
    let ways = plan.steps.iter().flat_map(|step| {
        let changes = step.decision.changes.iter();
        changes.filter_map(|change| {
            let name = change.attribute.as_str();
            let leads =
                ["backup", "processing"].contains(&name) || name.starts_with("further_target[");
            let to = change.before.as_ref().filter(|_| leads)?.as_text()?;
            let message = format!("the events of {} also go to {to} ({name})", step.address);
            let failed = Step::new("exposures", Outcome::Fail, message);
            let failed = failed.advice("Run `provision apply`, which removes that");
            Some(match &step.address.region {
                Some(region) => failed.in_region(region),
                None => failed,
            })
        })
    });
    ways.collect()
}

/// Whether nothing of the key and the bucket is to change.
pub fn is_as_planned(plan: &Plan) -> bool {
    let kinds = [kms::key::KIND, s3::bucket::KIND];
    let mut steps = plan.steps.iter();
    steps.all(|step| !kinds.contains(&step.address.kind) || step.decision.action == Action::Keep)
}
