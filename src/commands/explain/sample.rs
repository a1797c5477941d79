//! A deployment of everything, from which the explanations of resources are taken. It has names in capitals
//! where a real one has an account, regions and names of its own.

use std::collections::BTreeMap;

use crate::engine::known::Known;
use crate::engine::node::Node;
use crate::failure::Failure;
use crate::names::{IamIdentity, Partition, Region, Site};
use crate::settings::{AuditTrail, Connection, Encryption, Profile, Settings, StackState, Trust};
use crate::systems::{self, Goal, Layout};
use serde_json::Value as Json;

const ACCOUNT: &str = "123456789012";
const MAIN: &str = "eu-west-1";
const OTHER: &str = "us-west-2";

/// The layout of both systems with their default settings, in two regions.
pub(super) fn layout(trust: Trust) -> Result<Layout, Failure> {
    let regions: Vec<Region> = [MAIN, OTHER]
        .iter()
        .filter_map(|it| it.parse().ok())
        .collect();
    let account = ACCOUNT.parse().ok();
    let settings = Settings {
        account: None,
        regions: regions.clone(),
        tags: BTreeMap::from([("KEY".to_owned(), "VALUE".to_owned())]),
        stackstate: Some(StackState {
            trust,
            encryption: Encryption::Kms,
            profile: Profile::Documented,
            postfix: String::new(),
            permissions_boundary: "arn:aws:iam::123456789012:policy/BOUNDARY".parse().ok(),
            policies: None,
            keep_policies: Vec::new(),
        }),
        audit_trail: Some(AuditTrail {
            attach_to: vec![IamIdentity::User("IDENTITY".to_owned())],
            policy_name: "NAME".to_owned(),
            description: "DESCRIPTION".to_owned(),
            profile: Profile::Documented,
            permissions_boundary: None,
        }),
        accepted: BTreeMap::new(),
        connection: Connection {
            profile: None,
            endpoint_url: None,
            concurrency: 1,
            read_lag: None,
        },
    };
    let Some(account) = account else {
        return Ok(Layout::default());
    };
    let site = Site {
        partition: Partition::Aws,
        account,
        regions,
    };
    systems::lay_out(&systems::named(&settings, Goal::Present)?, &site)
}

/// A text of the sample with names in capitals for what differs between deployments.
pub(super) fn open(text: &str) -> String {
    text.replace(MAIN, "MAIN_REGION")
        .replace(OTHER, "REGION")
        .replace(ACCOUNT, "ACCOUNT")
}

/// The resources of the sample, of those in several regions one.
pub(super) fn nodes(layout: &Layout) -> impl Iterator<Item = &Node> {
    let has = |address: &str| {
        layout
            .nodes
            .iter()
            .any(|it| it.address().to_string() == address)
    };
    layout.nodes.iter().filter(move |node| {
        let address = node.address().to_string();
        !address.contains(MAIN) || !has(&address.replace(MAIN, OTHER))
    })
}

/// The attributes that the settings ask of a resource and that are one value, each with that value.
pub(super) fn wanted(node: &Node) -> Vec<(String, String)> {
    let Some(wanted) = node.resource.wanted() else {
        return Vec::new();
    };
    let attributes = wanted.desired(None, &Known::default()).into_iter();
    let values = attributes.filter_map(|(name, value)| {
        let value = match value.to_json() {
            Json::String(text) => open(&text),
            json @ (Json::Bool(_) | Json::Number(_)) => json.to_string(),
            _ => return None,
        };
        Some((name, value))
    });
    values.collect()
}
