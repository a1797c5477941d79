//! Settings of a deployment and what its blueprint lays out.

use std::collections::BTreeMap;

use crate::blueprint::Site;
use crate::blueprint::documents::Documents;
use crate::blueprint::stackstate::{DOCUMENTS, Remains, SYSTEM, nodes};
use crate::plan::Node;
use crate::settings::{Connection, Encryption, Secret, Settings, StackState, Trust};

pub const ACCOUNT: &str = "123456789012";
pub const AGENT: &str = "210987654321";
pub const EXTERNAL_ID: &str = "an-external-id";

/// Settings with everything at its default, for one agent's account.
pub fn settings(regions: &[&str]) -> Settings {
    Settings {
        account: None,
        regions: regions.iter().map(|name| name.parse().unwrap()).collect(),
        tags: BTreeMap::new(),
        stackstate: StackState {
            trust: trust(&[AGENT]),
            encryption: Encryption::Kms,
            postfix: String::new(),
            permissions_boundary: None,
            policies: None,
            keep_policies: Vec::new(),
        },
        connection: Connection {
            profile: None,
            endpoint_url: None,
            concurrency: 32,
        },
    }
}

pub fn trust(principals: &[&str]) -> Trust {
    Trust::External {
        principals: principals.iter().map(|it| it.parse().unwrap()).collect(),
        external_id: Secret::from(EXTERNAL_ID.to_owned()),
        external_id_source: "provision.toml".to_owned(),
    }
}

pub fn with_postfix(regions: &[&str], postfix: &str) -> Settings {
    let mut settings = settings(regions);
    settings.stackstate.postfix = postfix.to_owned();
    settings
}

pub fn unencrypted(regions: &[&str]) -> Settings {
    let mut settings = settings(regions);
    settings.stackstate.encryption = Encryption::None;
    settings
}

pub fn on_ec2(regions: &[&str]) -> Settings {
    let mut settings = settings(regions);
    settings.stackstate.trust = Trust::Ec2;
    settings
}

pub fn site(settings: &Settings) -> Site {
    Site {
        partition: settings.partition(),
        account: ACCOUNT.parse().unwrap(),
        regions: settings.regions.clone(),
    }
}

pub fn shipped() -> Documents {
    Documents::load(&DOCUMENTS, SYSTEM, None).unwrap()
}

/// The whole blueprint with the shipped documents.
pub fn laid_out(settings: &Settings) -> Vec<Node> {
    let site = site(settings);
    nodes(settings, &shipped(), &site, &Remains::default(), true).unwrap()
}
