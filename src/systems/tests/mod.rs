//! Tests of the systems: their layout, and the filling of their documents.

mod hardened;
mod laid_out;
mod overrides;
mod partitions;
mod placeholders;
mod regions;
mod unusable;

use serde_json::{Value as Json, json};

use super::Goal;
use super::documents::for_each_string;
use super::stackstate::{DOCUMENTS, Names};
use crate::engine::address::Address;
use crate::engine::attributes::Value;
use crate::engine::known::Known;
use crate::engine::node::Node;
use crate::fakes;
use crate::fakes::deployment::{
    ACCOUNT, AGENT, EXTERNAL_ID, laid_out, layout, on_ec2, settings, site, stackstate, trust,
    unencrypted, with_audit_trail, with_postfix,
};

fn find<'a>(nodes: &'a [Node], address: &str) -> &'a Node {
    let node = nodes.iter().find(|it| it.address().to_string() == address);
    node.unwrap_or_else(|| panic!("there is no {address}"))
}

/// A wanted attribute of a resource as JSON. A policy has its secrets in it.
fn desired(nodes: &[Node], address: &str, attribute: &str) -> Json {
    let desired = fakes::desired(find(nodes, address), &Known::new());
    let value = desired.get(attribute);
    json(value.unwrap_or_else(|| panic!("{address} has no {attribute}")))
}

/// A value as JSON. A policy has its secrets in it.
fn json(value: &Value) -> Json {
    match value.as_policy() {
        Some(policy) => policy.document().clone(),
        None => value.to_json(),
    }
}

/// Every string in the wanted attributes and ARNs of the deployment, with its place.
fn strings(nodes: &[Node]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for node in nodes {
        let address = node.address();
        for (name, value) in fakes::desired(node, &Known::new()) {
            for_each_string(&mut json(&value), &mut |text| {
                found.push((format!("{address} {name}"), text.clone()));
            });
        }
        let arn = node.resource.identity().arn.clone();
        found.extend(arn.map(|arn| (format!("{address} ARN"), arn)));
    }
    found
}

/// The text of a document of the vendor.
fn documented(name: &str) -> &'static str {
    let document = DOCUMENTS.iter().find(|document| document.name == name);
    document.unwrap().documented
}

/// A document of the vendor, filled in as a person would do it: by replacing text.
fn by_hand(document: &str, values: &[(&str, &str)]) -> Json {
    let mut text = documented(document).to_owned();
    for (name, value) in values {
        text = text.replace(&format!("${{{name}}}"), value);
    }
    serde_json::from_str(&text).unwrap()
}
