//! What a person needs after an apply: to set up the agent, or the application.

use serde_json::{Map, Value as Json, json};

use crate::commands::context::Context;
use crate::engine::known::Known;
use crate::failure::Failure;
use crate::settings::{Encryption, StackState, Trust};
use crate::systems::{self, Site, stackstate};

/// For whom something is, and what that is, each with its name.
struct Section {
    heading: &'static str,
    values: Vec<(&'static str, Json)>,
}

/// Prints a section for each system, or one JSON event for all.
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
            values: for_agent(system, site, known),
        });
    }
    if let Some(system) = &settings.audit_trail {
        let documents = &context.documents.audit_trail;
        let written = systems::audit_trail::written(system, documents, site)?;
        let policies = written.into_iter().map(|document| document.carrier.name);
        let attached = system.attach_to.iter().map(ToString::to_string);
        sections.push(Section {
            heading: "For Audit Trail:",
            values: vec![
                ("policies", policies.collect()),
                ("attached to", attached.collect()),
            ],
        });
    }
    if as_json {
        let values = sections.into_iter().flat_map(|section| section.values);
        let outputs: Map<String, Json> = values
            .map(|(name, value)| (name.to_lowercase().replace(' ', "_"), value))
            .collect();
        let event = json!({"event": "outputs", "outputs": outputs});
        return crate::terminal::print(&format!("{event}\n"));
    }
    let mut text = String::new();
    for Section { heading, values } in sections {
        text.push_str(&format!("\n{heading}\n"));
        for (name, value) in values {
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

fn for_agent(settings: &StackState, site: &Site, known: &Known) -> Vec<(&'static str, Json)> {
    let role = stackstate::integration_role_name(settings);
    let role_arn = site.arn("iam", "", &format!("role/{role}"));
    let mut values = vec![("role ARN", role_arn.into())];
    if let Trust::External {
        external_id_source, ..
    } = &settings.trust
    {
        values.push(("external ID", format!("as in {external_id_source}").into()));
    }
    let bucket = stackstate::bucket_name(site, settings);
    values.push(("log bucket", bucket.into()));
    let key = known
        .iter()
        .find(|(address, _)| address.region.as_ref() == site.regions.first());
    if let (Some((_, arn)), Encryption::Kms) = (key, settings.encryption) {
        values.push(("key ARN", arn.as_str().into()));
    }
    values
}
