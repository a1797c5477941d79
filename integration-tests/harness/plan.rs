//! The JSON document of a plan, and what a test expects of it.

use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::Value as Json;

use super::Output;

/// The document of `plan --json`.
pub struct Plan(Json);

impl Plan {
    /// Reads the document from a run. Checks what every plan must fulfil: nothing was written, the
    /// document has the published form, and the exit code shows whether there are changes and
    /// whether something is blocked.
    #[track_caller]
    pub fn new(output: &Output) -> Self {
        static SCHEMA: OnceLock<Validator> = OnceLock::new();
        let schema = SCHEMA.get_or_init(|| {
            let schema = include_str!("../../docs/plan.schema.json");
            let schema = serde_json::from_str(schema).expect("the schema is JSON");
            jsonschema::validator_for(&schema).expect("the schema is a JSON Schema")
        });
        let plan = Plan(output.json());
        if let Err(error) = schema.validate(&plan.0) {
            panic!("{error} at {} in {output}", error.instance_path());
        }
        assert_eq!(output.writes(), Vec::<&str>::new(), "{output}");
        let expected = match plan.changes() {
            changes if changes.is_empty() => 0,
            changes if changes.iter().any(|(_, action)| *action == "blocked") => 1,
            _ => 2,
        };
        assert_eq!(output.code(), Some(expected), "{output}");
        plan
    }

    /// The step of the resource at `address`.
    #[track_caller]
    pub fn step(&self, address: &str) -> &Json {
        let step = self.steps().find(|step| step["address"] == address);
        step.unwrap_or_else(|| panic!("{address} is missing in {:#}", self.0))
    }

    /// The action for the resource at `address`.
    #[track_caller]
    pub fn action(&self, address: &str) -> &str {
        text(&self.step(address)["action"])
    }

    /// The reason for the action.
    #[track_caller]
    pub fn reason(&self, address: &str) -> &str {
        text(&self.step(address)["reason"])
    }

    /// Address and action of every step whose action is not `keep`.
    pub fn changes(&self) -> Vec<(&str, &str)> {
        let steps = self.steps();
        let steps = steps.map(|step| (text(&step["address"]), text(&step["action"])));
        steps.filter(|(_, action)| *action != "keep").collect()
    }

    /// The warnings, each with the address of its resource.
    pub fn warnings(&self) -> Vec<(Option<&str>, &str)> {
        let warnings = self.0["warnings"].as_array().into_iter().flatten();
        warnings
            .map(|it| (it["address"].as_str(), text(&it["message"])))
            .collect()
    }

    /// The names of the attributes that change at `address`.
    #[track_caller]
    pub fn attributes(&self, address: &str) -> Vec<&str> {
        let changes = self.step(address)["changes"].as_array();
        let names = changes.into_iter().flatten();
        names.map(|change| text(&change["attribute"])).collect()
    }

    /// Fails if the plan has a change.
    #[track_caller]
    pub fn has_no_changes(&self) {
        assert_eq!(self.changes(), [], "{:#}", self.0);
    }

    fn steps(&self) -> impl Iterator<Item = &Json> {
        self.0["resources"].as_array().into_iter().flatten()
    }
}

fn text(json: &Json) -> &str {
    json.as_str().unwrap_or_default()
}
