//! What a person needs after an apply, to configure the agent or Audit Trail.

use serde_json::{Map, Value as Json, json};

use crate::commands::context::Context;
use crate::engine::resource::Known;
use crate::failure::Failure;
use crate::settings::{Encryption, StackState, Trust};
use crate::systems::{self, Site, stackstate};

/// For whom some outputs are, and the outputs.
struct Section {
    heading: &'static str,
    outputs: Vec<Output>,
}

/// One value, with its key in JSON and its name in text.
struct Output {
    key: &'static str,
    name: &'static str,
    value: Json,
}

impl Output {
    fn new(key: &'static str, name: &'static str, value: impl Into<Json>) -> Self {
        Output {
            key,
            name,
            value: value.into(),
        }
    }
}

/// Prints the outputs: a section for each system, or one JSON event for all.
pub(super) fn print(
    context: &Context,
    site: &Site,
    known: &Known,
    as_json: bool,
) -> Result<(), Failure> {
    let settings = &context.settings;
    let mut sections = Vec::new();
    if let Some(system) = &settings.stackstate {
        sections.push(Section {
            heading: "For the agent (`provision agent-config` prints its conf.yaml):",
            outputs: for_agent(system, site, known),
        });
    }
    if let Some(system) = &settings.audit_trail {
        let documents = &context.documents.audit_trail;
        let written = systems::audit_trail::written(system, documents, site)?;
        let policies = written.into_iter().map(|document| document.carrier.name);
        let policies: Json = policies.collect();
        let attached: Json = system.attach_to.iter().map(ToString::to_string).collect();
        sections.push(Section {
            heading: "For Audit Trail:",
            outputs: vec![
                Output::new("policies", "policies", policies),
                Output::new("attached_to", "attached to", attached),
            ],
        });
    }
    if as_json {
        let outputs = sections.into_iter().flat_map(|section| section.outputs);
        let outputs: Map<String, Json> = outputs
            .map(|output| (output.key.to_owned(), output.value))
            .collect();
        let event = json!({"event": "outputs", "outputs": outputs});
        return crate::terminal::print(&format!("{event}\n"));
    }
    let mut text = String::new();
    for Section { heading, outputs } in sections {
        text.push_str(&format!("\n{heading}\n"));
        for Output { name, value, .. } in outputs {
            text.push_str(&format!("  {name:<12} {}\n", in_words(&value)));
        }
    }
    crate::terminal::print(&text)
}

fn in_words(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Array(items) if items.is_empty() => "nobody".to_owned(),
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(in_words).collect();
            items.join(", ")
        }
        other => other.to_string(),
    }
}

fn for_agent(settings: &StackState, site: &Site, known: &Known) -> Vec<Output> {
    let role = stackstate::integration_role_name(settings);
    let role_arn = site.arn("iam", "", &format!("role/{role}"));
    let mut outputs = vec![Output::new("role_arn", "role ARN", role_arn)];
    if let Trust::External {
        external_id_source, ..
    } = &settings.trust
    {
        let source = format!("as in {external_id_source}");
        outputs.push(Output::new("external_id", "external ID", source));
    }
    let bucket = stackstate::bucket_name(site, settings);
    outputs.push(Output::new("log_bucket", "log bucket", bucket));
    let key = site.regions.first().map(stackstate::key_address);
    let key = key.and_then(|address| known.get(&address));
    if let (Some(arn), Encryption::Kms) = (key, settings.encryption) {
        outputs.push(Output::new("key_arn", "key ARN", arn.as_str()));
    }
    outputs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::address::Address;
    use crate::fakes::deployment;

    #[test]
    fn the_key_is_found_by_its_address() {
        let settings = deployment::settings(&["eu-west-1", "us-east-1"]);
        let site = deployment::site(&settings);
        let [main, other] = &*site.regions else {
            panic!("there are two regions");
        };
        let known = Known::from([
            (Address::regional("event_rule", "any", main), "rule".into()),
            (stackstate::key_address(main), "key".into()),
            (stackstate::key_address(other), "another key".into()),
        ]);
        let stackstate = settings.stackstate.as_ref().unwrap();
        let outputs = for_agent(stackstate, &site, &known);
        let key = outputs.iter().find(|output| output.key == "key_arn");
        assert_eq!(key.unwrap().value, "key");
    }
}
