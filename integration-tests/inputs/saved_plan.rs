//! Takes any bytes as a saved plan, and any JSON as the plan in a saved plan.

use std::fs;

use provision::engine::node::Observations;
use provision::engine::observed::Consent;
use provision::engine::plan;
use provision::render;
use provision::saved_plan::{self, Inputs, Made};
use provision::systems::{self, Goal};
use serde_json::Value as Json;

use super::deployment::{Deployment, EXTERNAL_ID};
use super::told;

/// The settings and the plan that a saved plan is compared with.
struct Now {
    deployment: Deployment,
    inputs: Inputs,
    plan: Json,
}

thread_local! {
    static NOW: Now = Now::new();
}

impl Now {
    fn new() -> Self {
        let deployment = Deployment::new("");
        let settings = &deployment.settings;
        let systems = systems::named(settings, Goal::Present).expect("the documents are good");
        let site = deployment.site();
        let layout = systems::lay_out(&systems, &site).expect("the documents are good");
        let plan = plan::plan(&layout.nodes, &Observations::new(), Consent::default());
        Now {
            inputs: Inputs::of(settings, &systems).expect("the settings are good"),
            plan: render::json::plan(&site, &plan),
            deployment,
        }
    }
}

/// Reads the bytes as a saved plan. Bytes that are JSON are also saved as a plan and read back.
pub fn check(bytes: &[u8]) {
    NOW.with(|now| {
        let path = now.deployment.path("plan.json");
        fs::write(&path, bytes).expect("a file that can be written");
        match saved_plan::read(&path) {
            Ok(saved) => holds_against(&saved, now),
            Err(failure) => told(&failure, &["plan.json"], EXTERNAL_ID),
        }
        if let Ok(plan) = serde_json::from_slice::<Json>(bytes) {
            // Only a saved plan is overwritten by a saved plan.
            fs::remove_file(&path).expect("a file that was written");
            saved_plan::write(&path, &plan, &now.inputs, Made::default()).expect("a file");
            match saved_plan::read(&path) {
                Ok(saved) => {
                    assert_eq!(saved.check_inputs(&now.inputs), Ok(()));
                    assert_eq!(saved.check_plan(&plan), Ok(()));
                    holds_against(&saved, now);
                }
                // The file nests deeper than the plan, and depth is limited.
                Err(failure) => {
                    let words = failure.to_string();
                    assert!(words.contains("recursion limit"), "{words}");
                }
            }
        }
    });
}

fn holds_against(saved: &saved_plan::SavedPlan, now: &Now) {
    let shown = saved.shown().map(drop);
    for outcome in [
        saved.check_inputs(&now.inputs),
        saved.check_plan(&now.plan),
        shown,
    ] {
        if let Err(failure) = outcome {
            told(&failure, &["saved"], EXTERNAL_ID);
        }
    }
}
