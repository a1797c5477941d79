//! The documents of both profiles, as the program writes them.

use std::sync::OnceLock;

use provision::engine::address::Address;
use provision::engine::known::Known;
use provision::settings::{GeneralFlags, Need, StackStateFlags, load};
use provision::systems::{Content, Goal, Site, lay_out, named};
use serde_json::Value as Json;

use crate::deployment::{ACCOUNT, AGENT, BOUNDARY, EXTERNAL_ID, KEY, MAIN, OTHER};

/// All profiles.
pub const PROFILES: [&str; 2] = ["documented", "hardened"];

/// The documents of a profile, as they are written to AWS.
pub struct Documents(Vec<(String, Json)>);

impl Documents {
    pub fn get(&self, name: &str) -> Json {
        let found = self.0.iter().find(|(it, _)| it == name);
        found
            .unwrap_or_else(|| panic!("no {name} is written"))
            .1
            .clone()
    }

    fn render(profile: &str) -> Self {
        let boundary = match profile {
            "hardened" => format!("permissions_boundary = {BOUNDARY:?}"),
            _ => String::new(),
        };
        let external = format!("agent_principals = [{AGENT:?}]\nexternal_id = {EXTERNAL_ID:?}");
        let mut all = Vec::new();
        for trust in [external.as_str(), "trust = \"ec2\""] {
            all.extend(of_settings(&format!(
                "regions = [{MAIN:?}, {OTHER:?}]\n\
                 [stackstate]\nprofile = {profile:?}\n{trust}\n\
                 [audit_trail]\nprofile = {profile:?}\n{boundary}"
            )));
        }
        Documents(all)
    }
}

/// Every policy of these settings, by name.
fn of_settings(text: &str) -> Vec<(String, Json)> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("provision.toml"), text).expect("a settings file");
    let general = GeneralFlags::default();
    let flags = StackStateFlags::default();
    let draft = load(&general, &flags, Need::Trust, folder.path(), &|_| None);
    let settings = draft.and_then(|it| it.complete(None)).expect("settings");
    let systems = named(&settings, Goal::Present).expect("documents");
    let site = Site {
        partition: settings.partition().expect("a partition"),
        account: ACCOUNT.parse().expect("an account"),
        regions: settings.regions.clone(),
    };
    let layout = lay_out(&systems, &site).expect("documents that can be written");
    let main = MAIN.parse().expect("a region");
    let key = Address::regional("kms_key", "integration", &main);
    let known = Known::from([(key, KEY.to_owned())]);
    let policies = layout
        .written
        .into_iter()
        .filter_map(|it| match it.content {
            Content::Policy(_, document) => {
                let policy = document.with_known(&known).to_send();
                let policy = policy.expect("a document that names no other key");
                Some((it.name, policy.document().clone()))
            }
            Content::EventPattern(_) => None,
        });
    policies.collect()
}

/// The documents of one of the [`PROFILES`].
pub fn of_profile(name: &str) -> &'static Documents {
    static RENDERED: OnceLock<[Documents; 2]> = OnceLock::new();
    let rendered = RENDERED.get_or_init(|| PROFILES.map(Documents::render));
    let place = PROFILES.iter().position(|it| *it == name);
    &rendered[place.expect("a profile")]
}
