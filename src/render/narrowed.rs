//! What a plan was narrowed to, in words and in JSON.

use serde_json::Value as Json;

use crate::engine::address::Address;
use crate::engine::plan::Plan;
use crate::render::wrap::hanging;

/// Says that the plan was narrowed, and what was left out; empty if it was not.
pub fn text(plan: &Plan, width: usize) -> String {
    let Some(narrowed) = &plan.narrowed else {
        return String::new();
    };
    let targets: Vec<String> = narrowed.targets.iter().map(Address::to_string).collect();
    let text = sentences(&targets, narrowed.changes_left_out);
    hanging("", "", &text, width)
}

/// Says that a plan was narrowed to `targets`, and how many changes were left out.
pub fn sentences(targets: &[String], left_out: usize) -> String {
    let left_out = match left_out {
        0 => "Nothing else would change.".to_owned(),
        1 => "1 other change is left out.".to_owned(),
        many => format!("{many} other changes are left out."),
    };
    format!(
        "Narrowed by --target to {} and what must be done with it. {left_out}",
        targets.join(", ")
    )
}

/// The resources that the plan was narrowed to; empty if it was not.
pub fn json(plan: &Plan) -> Json {
    let targets = plan.narrowed.iter().flat_map(|it| &it.targets);
    targets.map(Address::to_string).collect()
}
